/**
 * Whether sound goes round between two devices and howls. Pure, over spectra in decibels of what I
 * hear and of what my microphone hears, taken at the same moments.
 *
 * A howl is one narrow peak, without the overtones that a voice has, that stays at its pitch and
 * grows or is loud already: peak to average, to neighbours and to harmonics, and its slope (van
 * Waterschoot and Moonen, 50 years of acoustic feedback control, 2011). It is told only when both
 * sides have the same one: a whistle or an alarm beside one of them is on one side alone.
 *
 * @typedef {{hz: number, db: number}} Peak
 * @typedef {{heard: Peak, own: Peak}} Pair
 * @typedef {{pairs: Pair[]}} Howl
 */

export const LOWEST_HZ = 200;
export const HIGHEST_HZ = 6000;
/** Of these, taken every tenth of a second, all must show it. */
export const FRAMES = 12;
const ABOVE_AVERAGE_DB = 35;
const ABOVE_NEIGHBOURS_DB = 20;
const NEIGHBOUR_BINS = 6;
const ABOVE_OVERTONE_DB = 15;
const FLOOR_DB = -75;
const SAME_PITCH = 0.03;
const GROWTH_DB = 4;
const LOUD_DB = -35;

/** @type {Howl} */
export const NO_HOWL = { pairs: [] };

/**
 * The one narrow peak of a spectrum, or null.
 * @param {ArrayLike<number>} spectrum decibels by bin
 * @param {number} binHz width of a bin
 * @returns {Peak|null}
 */
export function narrowPeak(spectrum, binHz) {
  const [first, last] = [Math.ceil(LOWEST_HZ / binHz), Math.min(spectrum.length - 1, Math.floor(HIGHEST_HZ / binHz))];
  let at = first;
  let sum = 0;
  for (let bin = first; bin <= last; bin += 1) {
    if (spectrum[bin] > spectrum[at]) at = bin;
    sum += Math.max(spectrum[bin], -140);
  }
  const db = spectrum[at];
  const neighbours = Math.max(spectrum[at - NEIGHBOUR_BINS] ?? -Infinity, spectrum[at + NEIGHBOUR_BINS] ?? -Infinity);
  const isPeak = db > FLOOR_DB && db - sum / (last - first + 1) >= ABOVE_AVERAGE_DB && db - neighbours >= ABOVE_NEIGHBOURS_DB
    && db - overtone(spectrum, at) >= ABOVE_OVERTONE_DB;
  return isPeak ? { hz: at * binHz, db } : null;
}

/** The loudest of what belongs to a voice of this pitch: an octave and a twelfth above, an octave below. @param {ArrayLike<number>} spectrum @param {number} at */
function overtone(spectrum, at) {
  const around = (/** @type {number} */ bin) => [bin - 1, bin, bin + 1].map((one) => spectrum[one] ?? -Infinity);
  return Math.max(...around(2 * at), ...around(3 * at), ...around(Math.round(at / 2)));
}

/**
 * One moment more.
 * @param {Howl} howl
 * @param {Peak|null} heard
 * @param {Peak|null} own
 * @returns {Howl}
 */
export function follow(howl, heard, own) {
  if (!heard || !own || !isSame(heard, own)) return NO_HOWL;
  const last = howl.pairs.at(-1);
  const before = last && isSame(last.heard, heard) ? howl.pairs : [];
  return { pairs: [...before, { heard, own }].slice(-FRAMES) };
}

/** @param {Peak} one @param {Peak} other */
function isSame(one, other) {
  return Math.abs(one.hz - other.hz) <= SAME_PITCH * Math.max(one.hz, other.hz);
}

/** @param {Howl} howl */
export function isHowling({ pairs }) {
  if (pairs.length < FRAMES) return false;
  const [first, last] = [pairs[0], pairs[pairs.length - 1]];
  const isLoud = pairs.every((one) => one.heard.db >= LOUD_DB || one.own.db >= LOUD_DB);
  return isLoud || last.heard.db - first.heard.db >= GROWTH_DB || last.own.db - first.own.db >= GROWTH_DB;
}
