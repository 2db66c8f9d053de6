/**
 * Whether somebody who is muted speaks all the same. Pure: levels of their own microphone, 0 to 1,
 * in; a voice is loud for a good part of two seconds and rises and falls, as no fan does.
 *
 * @typedef {{levels: {level: number, atMs: number}[]}} Heard
 */

export const WINDOW_MS = 2000;
export const LOUD = 0.5;
export const LOUD_SHARE = 0.35;
export const RISE_AND_FALL = 0.2;
const MIN_LEVELS = 20;

/** @type {Heard} */
export const SILENCE = { levels: [] };

/** @param {Heard} heard @param {number} level @param {number} atMs @returns {Heard} */
export function hear(heard, level, atMs) {
  return { levels: [...heard.levels.filter((one) => atMs - one.atMs < WINDOW_MS), { level, atMs }] };
}

/** @param {Heard} heard */
export function isSpeech({ levels }) {
  if (levels.length < MIN_LEVELS) return false;
  const values = levels.map((one) => one.level);
  const loud = values.filter((one) => one >= LOUD).length / values.length;
  return loud >= LOUD_SHARE && Math.max(...values) - Math.min(...values) >= RISE_AND_FALL;
}
