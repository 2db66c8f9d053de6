import assert from "node:assert/strict";
import { test } from "node:test";
import { stateOf } from "../../../web/scripts/components/expected.js";

/** @type {import("../../../web/scripts/types.js").ExpectedView} */
const ADA = { name: "Ada", part: "lawyer", is_under_18: false, arrived_as: null, is_inside: false, is_sure: false, is_attested: false };

test("somebody expected is missing, at the door, inside, or perhaps there under a like name", () => {
  assert.equal(stateOf(ADA), "missing");
  assert.equal(stateOf({ ...ADA, arrived_as: "p1", is_sure: true }), "at_door");
  assert.equal(stateOf({ ...ADA, arrived_as: "p1", is_sure: true, is_inside: true }), "inside");
  assert.equal(stateOf({ ...ADA, arrived_as: "p1", is_inside: true }), "perhaps");
});
