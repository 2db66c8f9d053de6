import assert from "node:assert/strict";
import { test } from "node:test";
import { SILENCE, WINDOW_MS, hear, isSpeech } from "../../../web/scripts/state/muted_speech.js";

const EVERY_MS = 50;

/** Levels, one each 50 ms. @param {number[]} levels */
function listen(levels) {
  let heard = SILENCE;
  const spoken = levels.map((level, index) => {
    heard = hear(heard, level, index * EVERY_MS);
    return isSpeech(heard);
  });
  return { heard, spoken };
}

/** Syllables: loud and soft by turns. @param {number} count @param {number} [loud] */
const syllables = (count, loud = 0.72) => Array.from({ length: count }, (_, i) => (i % 7 < 4 ? loud : 0.3));
const quiet = (/** @type {number} */ count) => Array.from({ length: count }, (_, i) => 0.1 + 0.05 * (i % 3));

test("a sentence is speech within two seconds, and long over it is none", () => {
  const { spoken } = listen([...quiet(40), ...syllables(40), ...quiet(60)]);
  assert.equal(spoken.slice(0, 40).some(Boolean), false);
  assert.equal(spoken[79], true);
  assert.equal(spoken.at(-1), false);
});

test("a cough, a slammed door and keys are none", () => {
  const cough = [...quiet(40), 0.8, 0.85, 0.8, 0.7, 0.6, 0.4, ...quiet(40)];
  const keys = Array.from({ length: 80 }, (_, i) => (i % 5 ? 0.15 : 0.6));
  for (const levels of [cough, keys]) assert.equal(listen(levels).spoken.some(Boolean), false);
});

test("a fan, however loud, is none", () => {
  assert.equal(listen(Array.from({ length: 80 }, (_, i) => 0.65 + 0.02 * (i % 3))).spoken.some(Boolean), false);
});

test("a murmur beside is none", () => assert.equal(listen(syllables(80, 0.4)).spoken.some(Boolean), false));

test("only the last two seconds are kept", () => {
  const { heard } = listen(syllables(400));
  assert.ok(heard.levels.length <= WINDOW_MS / EVERY_MS);
});
