/** From what somebody typed or pasted to the path of a room. */

const ADDRESS = /^[a-z2-7]{12}$/;
const LINK = /\/r\/([a-z2-7]{12})\/?(#[\w=&-]*)?$/i;

/** @param {string} text a whole link, or an address @returns {string|null} */
export function roomPath(text) {
  const typed = text.trim();
  const link = LINK.exec(typed);
  if (link) return `/r/${link[1].toLowerCase()}${link[2] ?? ""}`;
  const address = typed.replace(/[\s-]/g, "").toLowerCase();
  return ADDRESS.test(address) ? `/r/${address}` : null;
}

/** To the self-test, which leads back here and is attached to the personal link. @param {string} address @param {string} invite */
export function testPath(address, invite) {
  return `/check#room=${address}${invite ? `&invite=${encodeURIComponent(invite)}` : ""}`;
}
