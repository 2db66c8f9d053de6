import assert from "node:assert/strict";
import { test } from "node:test";
import { stateOf, tested } from "../../../web/scripts/components/expected.js";
import { setText } from "../../../web/scripts/text.js";

/** @type {import("../../../web/scripts/types.js").ExpectedView} */
const ADA = { name: "Ada", part: "lawyer", is_under_18: false, arrived_as: null, is_inside: false, is_sure: false, is_attested: false, self_test: null };

test("somebody expected is missing, at the door, inside, or perhaps there under a like name", () => {
  assert.equal(stateOf(ADA), "missing");
  assert.equal(stateOf({ ...ADA, arrived_as: "p1", is_sure: true }), "at_door");
  assert.equal(stateOf({ ...ADA, arrived_as: "p1", is_sure: true, is_inside: true }), "inside");
  assert.equal(stateOf({ ...ADA, arrived_as: "p1", is_inside: true }), "perhaps");
});

test("a self-test is told with its day, the browser and what did not work", () => {
  setText({
    "expected.tested.passed": "{day}, {browser}: passed", "expected.tested.failed": "{day}, {browser}: {problems}",
    "expected.other_browser": "another", "expected.problem.camera": "camera", "expected.problem.udp": "UDP",
  });
  const at = Date.UTC(2027, 2, 3, 12) / 1000;
  assert.equal(tested({ at, browser: "Chrome", version: 140, problems: [] }), "3 March, Chrome 140: passed");
  assert.equal(tested({ at, browser: "", version: 0, problems: ["camera", "udp"] }), "3 March, another: camera, UDP");
});
