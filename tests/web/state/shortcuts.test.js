import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { SHORTCUTS, actOf, isToTalk } from "../../../web/scripts/state/shortcuts.js";

const ENGLISH = JSON.parse(readFileSync(new URL("../../../web/text/en/meeting.json", import.meta.url), "utf8"));

/** @param {string} key @param {Partial<import("../../../web/scripts/state/shortcuts.js").Stroke>} [change] */
const stroke = (key, change = {}) => ({
  key, isWithOthers: false, isRepeat: false, isInDialog: false, at: /** @type {const} */ ("page"), isByPointer: false, ...change,
});

test("each key is there once, does one thing, and has its words in the list", () => {
  const keys = SHORTCUTS.map(([key]) => key);
  assert.equal(new Set(keys).size, keys.length);
  for (const [key, act] of SHORTCUTS) {
    assert.equal(actOf(stroke(key)), act);
    assert.ok(ENGLISH[`shortcut.${act}`], act);
  }
});

test("a capital letter is the same key", () => assert.equal(actOf(stroke("M")), "microphone"));

test("a key does nothing while it is held, typed, pressed with others or in a dialog, and no other key does", () => {
  const not = [stroke("m", { isRepeat: true }), stroke("m", { at: "field" }), stroke("m", { isWithOthers: true }),
    stroke("m", { isInDialog: true }), stroke("x"), stroke("Enter")];
  assert.deepEqual(not.map(actOf), not.map(() => null));
});

test("holding the space bar is to talk on the page and on a button that was clicked", () => {
  assert.equal(isToTalk(stroke(" ")), true);
  assert.equal(isToTalk(stroke(" ", { at: "button", isByPointer: true })), true);
});

test("the space bar is not taken from who types, who presses a button by it, or a dialog", () => {
  const not = [stroke(" ", { at: "field" }), stroke(" ", { at: "field", isByPointer: true }), stroke(" ", { at: "button" }),
    stroke(" ", { isInDialog: true }), stroke(" ", { isWithOthers: true }), stroke("m")];
  assert.deepEqual(not.map(isToTalk), not.map(() => false));
});
