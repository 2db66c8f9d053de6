import assert from "node:assert/strict";
import { test } from "node:test";

import { CALM_LOOKS, holds } from "../../../web/scripts/state/repairs.js";

/** @param {number} received @param {number} asked @param {number} [roundTripMs] */
const look = (received, asked, roundTripMs = 20) => ({ asked: { t: { received, asked } }, roundTripMs });
const NOTHING = look(0, 0);

test("a track that asks for one packet in ten again is held for a round trip", () => {
  assert.deepEqual(holds({}, NOTHING, look(100, 10)), { t: { holdMs: 150, calm: 0 } });
});

test("a longer round trip holds longer, up to 400 ms", () => {
  assert.equal(holds({}, NOTHING, look(100, 10, 230)).t?.holdMs, 280);
  assert.equal(holds({}, NOTHING, look(100, 10, 5000)).t?.holdMs, 400);
});

test("little loss, few packets and a track just found are left to the browser", () => {
  assert.deepEqual(holds({}, NOTHING, look(100, 4)), {});
  assert.deepEqual(holds({}, NOTHING, look(10, 5)), {});
  assert.deepEqual(holds({}, { asked: {}, roundTripMs: 0 }, look(100, 50)), {});
});

test("a held track is let go after ten calm looks in a row, silence among them", () => {
  let held = holds({}, NOTHING, look(100, 10));
  for (let n = 1; n < CALM_LOOKS; n += 1) held = holds(held, look(100, 10), look(100 + (n % 2) * 100, 10));
  assert.equal(held.t?.calm, CALM_LOOKS - 1);
  assert.deepEqual(holds(held, look(200, 10), look(300, 11)), {});
});

test("some loss keeps a held track held", () => {
  const held = { t: { holdMs: 150, calm: 8 } };
  assert.deepEqual(holds(held, look(100, 10), look(200, 13)), { t: { holdMs: 150, calm: 0 } });
});

test("a track that is gone is forgotten", () => {
  assert.deepEqual(holds({ t: { holdMs: 150, calm: 0 } }, look(100, 10), { asked: {}, roundTripMs: 20 }), {});
});
