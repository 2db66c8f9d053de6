import assert from "node:assert/strict";
import { test } from "node:test";
import { correct, duration, serverNow } from "../../../web/scripts/state/clock.js";

test("the least delayed notification sets the clock", () => {
  let offset = correct(Number.NaN, 1000, 900_000);
  offset = correct(offset, 1005, 905_400);
  assert.equal(offset, 100);
  assert.equal(correct(offset, 1010, 909_900), 100.10000000000002);
  assert.equal(serverNow(offset, 910_000), 1010);
});

test("without a notification the own clock is used", () => {
  assert.equal(serverNow(Number.NaN, 5000), 5);
});

test("times are written as people read them", () => {
  assert.deepEqual([0, 9.9, 65, 3599, 3661, -4].map(duration), ["0:00", "0:09", "1:05", "59:59", "1:01:01", "0:00"]);
});
