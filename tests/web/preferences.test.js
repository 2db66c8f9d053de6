import assert from "node:assert/strict";
import { test } from "node:test";
import { createPreferences, parseChoices } from "../../web/scripts/preferences.js";

test("sounds and shortcuts are on until they are switched off", () => {
  for (const text of [null, "", "{", "null", "3", '{"hasSounds":"no"}', '{"layout":"pile"}']) {
    assert.deepEqual(parseChoices(text), { hasSounds: true, hasShortcuts: true, layout: "speaker" }, String(text));
  }
});

test("what was switched off or chosen stays so at the next visit", () => {
  /** @type {Map<string, string>} */
  const kept = new Map();
  const storage = /** @type {Storage} */ (/** @type {unknown} */ ({
    getItem: (/** @type {string} */ key) => kept.get(key) ?? null, setItem: (/** @type {string} */ key, /** @type {string} */ value) => kept.set(key, value),
  }));
  createPreferences(storage).set({ hasShortcuts: false });
  createPreferences(storage).set({ layout: "grid" });
  assert.deepEqual(createPreferences(storage).choices.value, { hasSounds: true, hasShortcuts: false, layout: "grid" });
});
