/**
 * The state as a signal: `dispatch` runs the reducer, components read `parts`, where each part of
 * the state, and of the meeting, is a signal of its own: who reads one is drawn again when that one
 * changes, and not at every word of the server.
 */

import { computed, signal } from "../vendor/signals.js";
import { INITIAL, reduce } from "./state/app.js";

/** @typedef {ReturnType<typeof createStore>} Store */

export function createStore() {
  const state = signal(INITIAL);
  const parts = divide(() => state.value, INITIAL);
  const meeting = divide(() => state.value.meeting, INITIAL.meeting);
  Object.defineProperty(parts, "meeting", { value: meeting });
  return {
    state,
    parts,
    /** @param {import("./state/app.js").Action} action */
    dispatch(action) {
      state.value = reduce(state.value, action);
    },
  };
}

/**
 * The same to a reader, but reading one part depends on that part alone.
 * @template {object} T
 * @param {() => T} read @param {T} example with every key
 * @returns {Readonly<T>}
 */
function divide(read, example) {
  const divided = /** @type {T} */ ({});
  for (const key of /** @type {(keyof T)[]} */ (Object.keys(example))) {
    const part = computed(() => read()[key]);
    Object.defineProperty(divided, key, { configurable: true, get: () => part.value });
  }
  return divided;
}
