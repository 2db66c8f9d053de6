/** What every component of the wall may reach: the controller, the time, the open dialog. */

import { createContext } from "../../../vendor/preact.js";
import { useContext } from "../../../vendor/preact-hooks.js";
import { serverNow } from "../../state/clock.js";

/**
 * @typedef {{controller: import("../controller.js").Controller,
 *   tick: import("../../../vendor/signals.js").Signal<number>}} MonitorApp
 * @typedef {{app: MonitorApp, open: (dialog: import("../types.js").WallDialog) => void}} MonitorValue
 */

export const MonitorContext = createContext(/** @type {MonitorValue} */ (/** @type {unknown} */ (null)));

/** @returns {MonitorValue} */
export function useMonitor() {
  return useContext(MonitorContext);
}

/** @returns {import("../types.js").WallState} */
export function useWall() {
  return useMonitor().app.controller.state.value;
}

/** The server's time, renewed each second. */
export function useNow() {
  const { app } = useMonitor();
  return serverNow(app.controller.state.value.clockOffset, app.tick.value);
}
