/**
 * What a link carries in its fragment, and what this tab remembers of its visit: the personal
 * link's token, the role, the names. The fragment is stripped from the address at once.
 *
 * @typedef {{invite: string, role: "guest"|"host", names: string[], wasInside: boolean,
 *   seat: Seat|null}} Visit
 * @typedef {{microphone: boolean, camera: boolean}} Seat of a terminal that was handed over, and what was on there
 */

const PREFIX = "vmr-visit:";

/** @type {Visit} */
const NEW_VISIT = { invite: "", role: "guest", names: [""], wasInside: false, seat: null };

/** @param {string} hash with or without `#` @returns {Partial<Visit>} */
export function parseFragment(hash) {
  const text = hash.replace(/^#/, "");
  if (text === "host") return { role: "host" };
  const invite = new URLSearchParams(text).get("invite");
  return invite ? { invite, role: "guest" } : {};
}

/** @param {string} address @param {Storage} storage @returns {Visit} */
export function readVisit(address, storage) {
  try {
    return { ...NEW_VISIT, ...JSON.parse(storage.getItem(PREFIX + address) ?? "{}") };
  } catch {
    return NEW_VISIT;
  }
}

/** @param {string} address @param {Storage} storage @param {Partial<Visit>} change */
export function keepVisit(address, storage, change) {
  const visit = { ...readVisit(address, storage), ...change };
  storage.setItem(PREFIX + address, JSON.stringify(visit));
  return visit;
}

/** Take the fragment into the tab's memory; who comes by a link begins anew. @param {string} address */
export function enter(address) {
  const found = { ...parseFragment(location.hash), ...(location.hash ? { seat: null } : {}) };
  if (location.hash) history.replaceState(null, "", location.pathname);
  return keepVisit(address, sessionStorage, found);
}
