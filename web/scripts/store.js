/** The state as a signal: `dispatch` runs the reducer, components read `state.value`. */

import { signal } from "../vendor/signals.js";
import { INITIAL, reduce } from "./state/app.js";

/** @typedef {ReturnType<typeof createStore>} Store */

export function createStore() {
  const state = signal(INITIAL);
  return {
    state,
    /** @param {import("./state/app.js").Action} action */
    dispatch(action) {
      state.value = reduce(state.value, action);
    },
  };
}
