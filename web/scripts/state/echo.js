/**
 * Whether what my microphone hears comes back to me a moment later: by another device of the meeting
 * that stands near me, or by one that plays me aloud and hears itself. Pure, over how loud both were,
 * in decibels, twenty times a second.
 *
 * Speech rises and falls in a way of its own; if what I hear does the same after me, it is mine. If
 * it does so before me, my microphone hears my own loudspeaker, which the browser sees to. Compared
 * with the mean taken off (normalised cross-correlation).
 *
 * @typedef {{own: number[], heard: number[], found: number}} Echo
 */

export const EVERY_MS = 50;
export const WINDOW = 160;
/** It is looked for once a second, and told when it was found so often in a row. */
export const LOOK_EVERY = 20;
export const TIMES = 3;
const MIN_LAG = 1;
const MAX_LAG = 24;
const MAX_LEAD = 12;
const ALIKE = 0.75;
const MORE_ALIKE_THAN_BEFORE = 0.15;
/** Speech is more uneven than a fan or a tone. */
const MIN_SPREAD_DB = 6;
const LOUD_DB = -45;
const FLOOR_DB = -80;

/** @type {Echo} */
export const NO_ECHO = { own: [], heard: [], found: 0 };

/**
 * A twentieth of a second more.
 * @param {Echo} echo
 * @param {number} own decibels of what my microphone hears
 * @param {number} heard decibels of what I hear of the others
 * @param {number} count how many there were before, to look once a second
 * @returns {Echo}
 */
export function listen(echo, own, heard, count) {
  const add = (/** @type {number[]} */ list, /** @type {number} */ value) => [...list, Math.max(value, FLOOR_DB)].slice(-WINDOW);
  const next = { ...echo, own: add(echo.own, own), heard: add(echo.heard, heard) };
  if (count % LOOK_EVERY !== 0 || next.own.length < WINDOW) return next;
  return { ...next, found: comesBack(next.own, next.heard) ? echo.found + 1 : 0 };
}

/** @param {Echo} echo */
export const isEcho = (echo) => echo.found >= TIMES;

/** @param {number[]} own @param {number[]} heard of the same moments */
export function comesBack(own, heard) {
  if (!isSpeech(own) || !isSpeech(heard)) return false;
  const after = likeness(own, heard, MIN_LAG, MAX_LAG);
  return after >= ALIKE && after - likeness(heard, own, 0, MAX_LEAD) >= MORE_ALIKE_THAN_BEFORE;
}

/** @param {number[]} levels */
function isSpeech(levels) {
  return spread(levels) >= MIN_SPREAD_DB && Math.max(...levels) >= LOUD_DB;
}

/** How alike the second is to the first, so many steps later, at best: 1 the same, 0 not at all. @param {number[]} first @param {number[]} second @param {number} from @param {number} to */
function likeness(first, second, from, to) {
  let best = 0;
  for (let lag = from; lag <= to; lag += 1) {
    best = Math.max(best, correlation(first.slice(0, first.length - lag), second.slice(lag)));
  }
  return best;
}

/** @param {number[]} one @param {number[]} other of the same length */
function correlation(one, other) {
  const [a, b] = [mean(one), mean(other)];
  const together = mean(one.map((value, index) => (value - a) * (other[index] - b)));
  const apart = spread(one) * spread(other);
  return apart > 0 ? together / apart : 0;
}

/** @param {number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Standard deviation. @param {number[]} values */
function spread(values) {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}
