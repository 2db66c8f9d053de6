import assert from "node:assert/strict";
import { test } from "node:test";
import { figuresOf, hasStopped } from "../../../web/scripts/check/state/figures.js";

/** @typedef {import("../../../web/scripts/check/state/figures.js").Sample} Sample */

/** One a second: of so many bits a second up and down, from the fourth second on. @param {Partial<Sample>} change @returns {Sample[]} */
function samples(change = {}, up = 1_500_000, down = 1_400_000) {
  return Array.from({ length: 11 }, (_, second) => {
    const settled = Math.max(0, second - 4);
    return {
      atMs: 5000 + second * 1000, sentBytes: (settled * up) / 8, gotBytes: (settled * down) / 8, sentPackets: second * 150,
      gotPackets: second * 140, upLost: 0, downLost: 0, upJitterMs: 3, downJitterMs: 8, roundTripsMs: second * 40, roundTrips: second, mayBps: 2e6, lateMs: second * 30, ...change,
    };
  });
}

test("rates are those after a browser has found out how much it may send", () => {
  const found = figuresOf(samples());
  assert.deepEqual(found, { upBps: 1_500_000, downBps: 1_400_000, upLoss: 0, downLoss: 0, delayMs: 40, jitterMs: 8, mayBps: 2e6, late: 0.03 });
});

test("loss is counted in each direction, and what was lost did not come through", () => {
  const found = figuresOf(samples({ upLost: 150, downLost: 73.68421052631578 }));
  assert.ok(found);
  assert.equal(found.upLoss, 0.1);
  assert.ok(Math.abs(found.downLoss - 0.05) < 0.001);
  assert.equal(found.upBps, 1_350_000);
});

test("where too little came there are no figures", () => {
  assert.equal(figuresOf([]), null);
  assert.equal(figuresOf(samples({ gotPackets: 20 })), null);
  assert.equal(figuresOf(samples({ roundTrips: 0 })), null);
  assert.equal(figuresOf(samples().slice(0, 4)), null);
});

test("a connection that brings nothing more has stopped", () => {
  const all = samples();
  assert.equal(hasStopped(all, 3), false);
  assert.equal(hasStopped([...all, ...Array(3).fill(all[10])], 3), true);
  assert.equal(hasStopped(all.slice(0, 2), 3), false);
});
