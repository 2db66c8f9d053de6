import assert from "node:assert/strict";
import { test } from "node:test";
import { FRAMES, NO_HOWL, follow, isHowling, narrowPeak } from "../../../web/scripts/state/howl.js";

const RATE = 48_000;
const BINS = 1024;
const BIN_HZ = RATE / 2 / BINS;

/** A room's noise, seeded. @param {number} seed @param {number} [floor] */
function noise(seed, floor = -95) {
  let state = seed + 1;
  return Float32Array.from({ length: BINS }, (_, bin) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return floor - bin / 100 + (state / 2_147_483_648 - 0.5) * 12;
  });
}

/** A tone as a window of Blackman's shape shows it. @param {Float32Array} spectrum @param {number} hz @param {number} db */
function addTone(spectrum, hz, db) {
  const at = Math.round(hz / BIN_HZ);
  for (let bin = at - 3; bin <= at + 3; bin += 1) spectrum[bin] = Math.max(spectrum[bin], db - 8 * (bin - at) ** 2);
  return spectrum;
}

/** A vowel: a pitch with all its harmonics. @param {number} pitch @param {number} seed */
function vowel(pitch, seed) {
  const spectrum = noise(seed);
  for (let harmonic = 1; harmonic * pitch < 5000; harmonic += 1) addTone(spectrum, harmonic * pitch, -38 - 3 * harmonic);
  return spectrum;
}

/**
 * @param {number} frames
 * @param {(frame: number) => Float32Array} heard
 * @param {(frame: number) => Float32Array} own
 */
function run(frames, heard, own) {
  let howl = NO_HOWL;
  const told = [];
  for (let frame = 0; frame < frames; frame += 1) {
    howl = follow(howl, narrowPeak(heard(frame), BIN_HZ), narrowPeak(own(frame), BIN_HZ));
    told.push(isHowling(howl));
  }
  return told;
}

test("the pitch of a narrow peak is found to a bin, in noise", () => {
  for (const hz of [310, 1000, 2750, 5900]) {
    const peak = narrowPeak(addTone(noise(hz), hz, -40), BIN_HZ);
    assert.ok(peak && Math.abs(peak.hz - hz) <= BIN_HZ, String(hz));
  }
});

test("noise, silence and a voice of any pitch have none", () => {
  for (let seed = 0; seed < 50; seed += 1) assert.equal(narrowPeak(noise(seed), BIN_HZ), null);
  assert.equal(narrowPeak(new Float32Array(BINS).fill(-Infinity), BIN_HZ), null);
  for (let pitch = 80; pitch < 400; pitch += 7) assert.equal(narrowPeak(vowel(pitch, pitch), BIN_HZ), null, String(pitch));
});

test("a tone that grows on both sides is told after a second and a little", () => {
  const grows = (/** @type {number} */ frame) => addTone(noise(frame), 1800, -58 + frame);
  const told = run(30, grows, (frame) => addTone(noise(frame + 99), 1815, -57 + frame));
  assert.equal(told.indexOf(true), FRAMES - 1);
});

test("one that is loud already is told though it cannot grow", () => {
  const loud = (/** @type {number} */ frame) => addTone(noise(frame), 900, -20);
  assert.equal(run(20, loud, loud).at(-1), true);
});

test("a soft hum that stays as it is, is none", () => {
  const hum = (/** @type {number} */ frame) => addTone(noise(frame), 900, -50);
  assert.equal(run(40, hum, hum).some(Boolean), false);
});

test("a whistle or an alarm on one side alone is none", () => {
  const whistle = (/** @type {number} */ frame) => addTone(noise(frame), 1800, -60 + frame);
  assert.equal(run(40, whistle, (frame) => noise(frame)).some(Boolean), false);
  assert.equal(run(40, (frame) => noise(frame), whistle).some(Boolean), false);
});

test("two tones of different pitch, and a melody on both sides, are none", () => {
  const one = (/** @type {number} */ frame) => addTone(noise(frame), 1800, -30);
  assert.equal(run(40, one, (frame) => addTone(noise(frame), 1200, -30)).some(Boolean), false);
  const melody = (/** @type {number} */ frame) => addTone(noise(frame), 600 * 1.06 ** Math.floor(frame / 5), -25);
  assert.equal(run(60, melody, melody).some(Boolean), false);
});
