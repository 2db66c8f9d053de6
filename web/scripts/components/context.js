/** What every component may reach: the state, the own devices, the actions. */

import { createContext } from "../../vendor/preact.js";
import { useContext } from "../../vendor/preact-hooks.js";

/**
 * @typedef {{facts: import("../types.js").Facts, visit: import("../entry.js").Visit,
 *   store: import("../store.js").Store, tick: import("../../vendor/signals.js").Signal<number>,
 *   captions: import("../captions.js").Captions,
 *   preferences: import("../preferences.js").Preferences,
 *   volume: import("../../vendor/signals.js").Signal<number>,
 *   devices: {state: import("../../vendor/signals.js").Signal<import("../media/devices.js").Devices>},
 *   actions: import("../actions.js").Actions}} AppValue
 */

export const AppContext = createContext(/** @type {AppValue} */ (/** @type {unknown} */ (null)));

/** @returns {AppValue} */
export function useApp() {
  return useContext(AppContext);
}

/** The state; a component is drawn again when a part that it read of it changes. */
export function useAppState() {
  return useApp().store.parts;
}
