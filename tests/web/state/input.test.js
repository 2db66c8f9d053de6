import assert from "node:assert/strict";
import { test } from "node:test";
import { isSecondClick, withoutSpaces } from "../../../web/scripts/state/input.js";

test("of a double click the second half is told apart, and a key press is a press of its own", () => {
  assert.deepEqual([0, 1, 2, 3].map((detail) => isSecondClick({ detail })), [false, false, true, true]);
});

test("a Host PIN in groups is its digits", () => {
  for (const text of ["735289", "735 289", " 73 52 89\n", "735\u00a0289"]) assert.equal(withoutSpaces(text), "735289");
});
