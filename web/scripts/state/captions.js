/**
 * Lines of captions on screen: the last few, each with who spoke most when it began. Pure. A line
 * is there for a while and then nowhere.
 *
 * @typedef {{id: number, speaker: string, text: string, isFinal: boolean, atMs: number}} Line
 * @typedef {{lines: Line[], next: number}} Captions
 */

export const MAX_LINES = 3;
export const KEPT_MS = 12_000;

/** @type {Captions} */
export const NO_CAPTIONS = { lines: [], next: 1 };

/**
 * What was understood so far of what is being said; `isFinal`: it was all.
 * @param {Captions} captions
 * @param {{text: string, isFinal: boolean, speaker: string, nowMs: number}} said
 * @returns {Captions}
 */
export function addSaid(captions, { text, isFinal, speaker, nowMs }) {
  const words = text.trim();
  if (!words) return captions;
  const last = captions.lines.at(-1);
  if (last && !last.isFinal) {
    return { ...captions, lines: [...captions.lines.slice(0, -1), { ...last, text: words, isFinal, atMs: nowMs }] };
  }
  const line = { id: captions.next, speaker, text: words, isFinal, atMs: nowMs };
  return { lines: [...captions.lines, line].slice(-MAX_LINES), next: captions.next + 1 };
}

/** @param {Captions} captions @param {number} nowMs @returns {Captions} */
export function forgetOld(captions, nowMs) {
  const lines = captions.lines.filter((one) => nowMs - one.atMs < KEPT_MS);
  return lines.length === captions.lines.length ? captions : { ...captions, lines };
}
