/** Tells the server whom the person keeps large, so that their picture has its best layer first. */

import { effect } from "../../vendor/signals.js";
import { inside } from "../state/meeting.js";

/**
 * Told again after every loss of the link: an admission anew forgets it.
 * @param {import("../store.js").Store} store
 * @param {(request: string, payload: Record<string, unknown>) => Promise<unknown>} ask
 */
export function tellPreference(store, ask) {
  /** @type {string|null} */
  let told = null;
  return effect(() => {
    const { link, meeting, stage } = store.state.value;
    if (link !== "open" || !inside(meeting.view)) told = null;
    else if (stage.enlarged !== told) {
      told = stage.enlarged;
      void ask("media.prefer", { participant: told });
    }
  });
}
