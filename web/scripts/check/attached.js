/**
 * The personal link that a test belongs to, if somebody came by one: taken from the fragment, kept in
 * this tab, and what the office is told.
 *
 * @typedef {{room: string, invite: string}} Attached
 */

const KEY = "vmr-self-test";
const ADDRESS = /^[a-z2-7]{12}$/;
const TOKEN = /^[\w-]{16,128}$/;

/** @type {Attached} */
const NOTHING = { room: "", invite: "" };

/** @param {string} hash with or without `#` @returns {Attached} */
export function parseAttached(hash) {
  const said = new URLSearchParams(hash.replace(/^#/, ""));
  const [room, invite] = [said.get("room") ?? "", said.get("invite") ?? ""];
  if (!ADDRESS.test(room)) return NOTHING;
  return { room, invite: TOKEN.test(invite) ? invite : "" };
}

/** @param {Location} place @param {History} history @param {Storage} storage @returns {Attached} */
export function enterAttached(place, history, storage) {
  const found = parseAttached(place.hash);
  if (place.hash) history.replaceState(null, "", place.pathname);
  if (found.room) storage.setItem(KEY, JSON.stringify(found));
  try {
    return { ...NOTHING, ...JSON.parse(storage.getItem(KEY) ?? "{}") };
  } catch {
    return NOTHING;
  }
}

/** Back to the room, by the same link. @param {Attached} attached */
export function roomOf({ room, invite }) {
  return `/r/${room}${invite ? `#invite=${invite}` : ""}`;
}
