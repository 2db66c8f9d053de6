/**
 * What a person has set for themselves in this browser: sounds, shortcuts of one key, and how the
 * pictures lie. A signal, kept from one visit to the next.
 *
 * @typedef {{hasSounds: boolean, hasShortcuts: boolean, layout: "speaker"|"grid"}} Choices
 * @typedef {ReturnType<typeof createPreferences>} Preferences
 */

import { signal } from "../vendor/signals.js";

const STORAGE_KEY = "vmr-preferences";

/** @param {string|null} text what was kept; anything else than that is the default @returns {Choices} */
export function parseChoices(text) {
  const found = (() => {
    try {
      return JSON.parse(text ?? "{}");
    } catch {
      return {};
    }
  })();
  return {
    hasSounds: found?.hasSounds !== false, hasShortcuts: found?.hasShortcuts !== false,
    layout: found?.layout === "grid" ? "grid" : "speaker",
  };
}

/** @param {Storage} storage */
export function createPreferences(storage) {
  const choices = signal(parseChoices(storage.getItem(STORAGE_KEY)));
  return {
    choices,
    /** @param {Partial<Choices>} change */
    set(change) {
      choices.value = { ...choices.value, ...change };
      storage.setItem(STORAGE_KEY, JSON.stringify(choices.value));
    },
  };
}
