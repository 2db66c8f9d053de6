/** What every component of the desk may reach: the controller, and the time. */

import { createContext } from "../../../vendor/preact.js";
import { useContext } from "../../../vendor/preact-hooks.js";
import { duration, serverNow } from "../../state/clock.js";

/**
 * @typedef {{controller: import("../controller.js").Controller,
 *   tick: import("../../../vendor/signals.js").Signal<number>}} DeskApp
 * @typedef {{app: DeskApp, open: (dialog: import("../types.js").DeskDialog) => void}} DeskValue
 */

export const DeskContext = createContext(/** @type {DeskValue} */ (/** @type {unknown} */ (null)));

/** @returns {DeskValue} */
export function useDesk() {
  return useContext(DeskContext);
}

/** @returns {import("../types.js").DeskState} */
export function useDeskState() {
  return useDesk().app.controller.state.value;
}

/** The server's time, renewed each second. */
export function useNow() {
  const { app } = useDesk();
  return serverNow(app.controller.state.value.clockOffset, app.tick.value);
}

/** How long it has been. @param {number} since */
export function useSince(since) {
  return duration(useNow() - since);
}
