/**
 * Keys of the meeting: which one does what, and when a key is no shortcut. Pure. Shortcuts of one
 * key can be switched off (WCAG 2.1.4), holding the space bar among them.
 *
 * @typedef {"microphone"|"camera"|"hand"|"present"|"layout"|"people"|"devices"|"captions"|"list"} Act
 * @typedef {{key: string, isWithOthers: boolean, isRepeat: boolean, isInDialog: boolean,
 *   at: "page"|"field"|"button", isByPointer: boolean}} Stroke `at` is what has the focus,
 *   `isByPointer`: it was put there by a mouse or finger; `isWithOthers`: with Control, Alt or Meta
 */

/** In the order of the list. @type {[string, Act][]} */
export const SHORTCUTS = [
  ["m", "microphone"], ["v", "camera"], ["h", "hand"], ["p", "present"], ["l", "layout"],
  ["o", "people"], ["d", "devices"], ["c", "captions"], ["?", "list"],
];

/** @param {Stroke} stroke @returns {Act|null} */
export function actOf({ key, isWithOthers, isRepeat, isInDialog, at }) {
  if (isWithOthers || isRepeat || isInDialog || at === "field") return null;
  return SHORTCUTS.find(([one]) => one === key.toLowerCase())?.[1] ?? null;
}

/**
 * Whether this press of the space bar is to talk. Whoever came to a button by keyboard presses it
 * by the space bar; whoever clicked one has done with it.
 * @param {Stroke} stroke
 */
export function isToTalk({ key, isWithOthers, isInDialog, at, isByPointer }) {
  if (key !== " " || isWithOthers || isInDialog) return false;
  return at === "page" || (at === "button" && isByPointer);
}
