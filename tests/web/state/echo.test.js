import assert from "node:assert/strict";
import { test } from "node:test";
import { LOOK_EVERY, NO_ECHO, TIMES, WINDOW, comesBack, isEcho, listen } from "../../../web/scripts/state/echo.js";

/** Numbers of 0 to 1, the same for the same seed. @param {number} seed */
function random(seed) {
  let state = (seed * 2_654_435_761 + 1) % 2_147_483_647;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** How loud somebody is who speaks in words and pauses, every 50 ms. @param {number} seed @param {number} length */
function speech(seed, length) {
  const next = random(seed);
  /** @type {number[]} */
  const levels = [];
  while (levels.length < length) {
    const words = 2 + Math.floor(next() * 6);
    for (let word = 0; word < words; word += 1) {
      const syllables = 1 + Math.floor(next() * 4);
      for (let syllable = 0; syllable < syllables; syllable += 1) {
        const loud = -22 - next() * 14;
        const steps = 2 + Math.floor(next() * 4);
        for (let step = 0; step < steps; step += 1) levels.push(loud - 9 * Math.abs(step - steps / 2) - next() * 3);
      }
      levels.push(-52 - next() * 6);
    }
    const pause = 4 + Math.floor(next() * 16);
    for (let step = 0; step < pause; step += 1) levels.push(-64 - next() * 6);
  }
  return levels.slice(0, length);
}

/** The same again, later, softer and with a room around it. @param {number[]} levels @param {number} steps @param {number} seed */
function again(levels, steps, seed) {
  const next = random(seed);
  return levels.map((_, index) => Math.max((levels[index - steps] ?? -70) - 12, -66) + (next() - 0.5) * 6);
}

test("what comes back to me after 50 to 1200 ms is mine", () => {
  for (let seed = 0; seed < 40; seed += 1) {
    const own = speech(seed, WINDOW);
    for (const steps of [1, 3, 8, 24]) assert.equal(comesBack(own, again(own, steps, seed)), true, `seed ${seed}, ${steps} steps`);
  }
});

test("somebody else who speaks is none, whoever of the two speaks when", () => {
  let wrong = 0;
  for (let seed = 0; seed < 300; seed += 1) wrong += Number(comesBack(speech(seed, WINDOW), speech(seed + 5000, WINDOW)));
  assert.equal(wrong, 0);
});

test("people who take turns are none", () => {
  for (let seed = 0; seed < 60; seed += 1) {
    const [one, other] = [speech(seed, WINDOW), speech(seed + 900, WINDOW)];
    const own = one.map((level, index) => (Math.floor(index / 30) % 2 ? -66 : level));
    const heard = other.map((level, index) => (Math.floor(index / 30) % 2 ? level : -66));
    assert.equal(comesBack(own, heard), false, `seed ${seed}`);
  }
});

test("my loudspeaker in my microphone is the browser's to remove, and no device beside me", () => {
  for (let seed = 0; seed < 40; seed += 1) {
    const heard = speech(seed, WINDOW);
    for (const steps of [0, 1, 3, 6]) assert.equal(comesBack(again(heard, steps, seed), heard), false, `seed ${seed}, ${steps} steps`);
  }
});

test("silence, a fan and a tone are none", () => {
  const flat = (/** @type {number} */ level) => Array.from({ length: WINDOW }, (_, index) => level + (index % 3));
  assert.equal(comesBack(flat(-75), flat(-75)), false);
  assert.equal(comesBack(flat(-30), flat(-32)), false);
});

test("it is told when it was found three times in a row, and over when it is", () => {
  const length = WINDOW + LOOK_EVERY * (TIMES + 2);
  const own = speech(7, 2 * length);
  const heard = [...again(own, 5, 7).slice(0, length), ...speech(99, length)];
  let echo = NO_ECHO;
  const told = own.map((level, index) => {
    echo = listen(echo, level, heard[index], index);
    return isEcho(echo);
  });
  assert.equal(told.slice(0, WINDOW + LOOK_EVERY).some(Boolean), false);
  assert.equal(told[length - 1], true);
  assert.equal(told.at(-1), false);
});
