import assert from "node:assert/strict";
import { test } from "node:test";
import { WINDOW_MS, addSample, grade, gradeOf, loss } from "../../../web/scripts/state/quality.js";

/**
 * @param {number} atMs
 * @param {number} received
 * @param {number} lost
 * @returns {import("../../../web/scripts/state/quality.js").Sample}
 */
const sample = (atMs, received, lost) => ({ atMs, streams: { s: { received, lost, isUp: false } } });

test("the grades begin at one, three and ten per cent", () => {
  assert.deepEqual([0, 0.0099, 0.01, 0.0299, 0.03, 0.0999, 0.1].map(gradeOf),
    ["good", "good", "fair", "fair", "poor", "poor", "bad"]);
});

test("too few packets say nothing", () => {
  assert.equal(grade([]), "unknown");
  assert.equal(grade([sample(0, 0, 0), sample(2000, 20, 20)]), "unknown");
});

test("loss is counted within the window alone", () => {
  let samples = [sample(0, 0, 0)];
  samples = addSample(samples, sample(2000, 100, 100));
  samples = addSample(samples, sample(2000 + WINDOW_MS, 1100, 100));
  assert.equal(samples.length, 2);
  assert.equal(grade(samples), "good");
});

test("the worse direction counts", () => {
  const before = { atMs: 0, streams: { d: { received: 0, lost: 0, isUp: false }, u: { received: 0, lost: 0, isUp: true } } };
  const after = { atMs: 2000, streams: { d: { received: 1000, lost: 0, isUp: false }, u: { received: 950, lost: 50, isUp: true } } };
  assert.deepEqual([loss([before, after], false), loss([before, after], true)], [0, 0.05]);
  assert.equal(grade([before, after]), "poor");
});

test("a stream that begins anew, or is new, is not counted backwards", () => {
  const samples = [sample(0, 5000, 10), sample(2000, 10, 0), sample(4000, 110, 0)];
  assert.equal(loss(samples, false), 0);
  assert.equal(loss([{ atMs: 0, streams: {} }, sample(2000, 500, 400)], false), null);
});
