import assert from "node:assert/strict";
import { test } from "node:test";
import { createPreferences, parseChoices } from "../../web/scripts/preferences.js";

test("sounds and shortcuts are on until they are switched off", () => {
  for (const text of [null, "", "{", "null", "3", '{"hasSounds":"no"}']) {
    assert.deepEqual(parseChoices(text), { hasSounds: true, hasShortcuts: true }, String(text));
  }
});

test("what was switched off stays so at the next visit", () => {
  /** @type {Map<string, string>} */
  const kept = new Map();
  const storage = /** @type {Storage} */ (/** @type {unknown} */ ({
    getItem: (/** @type {string} */ key) => kept.get(key) ?? null, setItem: (/** @type {string} */ key, /** @type {string} */ value) => kept.set(key, value),
  }));
  createPreferences(storage).set({ hasShortcuts: false });
  assert.deepEqual(createPreferences(storage).choices.value, { hasSounds: true, hasShortcuts: false });
});
