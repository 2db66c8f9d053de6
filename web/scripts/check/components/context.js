/** What every component of the self-test may reach. */

import { createContext } from "../../../vendor/preact.js";
import { useContext } from "../../../vendor/preact-hooks.js";
import { judge } from "../state/verdict.js";

/**
 * @typedef {{lang: string, has_relays: boolean}} CheckFacts
 * @typedef {{facts: CheckFacts, test: import("../../../vendor/signals.js").Signal<import("../state/test.js").Test>,
 *   dispatch: (action: import("../state/test.js").Action) => void, tester: import("../tester.js").Tester,
 *   devices: import("../../media/devices.js").LocalDevices, browser: import("../state/browser.js").Browser,
 *   audioContext: () => AudioContext,
 *   attached: import("../attached.js").Attached}} CheckValue
 */

export const CheckContext = createContext(/** @type {CheckValue} */ (/** @type {unknown} */ (null)));

/** @returns {CheckValue} */
export function useCheck() {
  return useContext(CheckContext);
}

/** The findings now; a component that calls this renders again when they change. */
export function useFindings() {
  const { test, devices, browser } = useCheck();
  return judge(test.value, devices.state.value, browser);
}
