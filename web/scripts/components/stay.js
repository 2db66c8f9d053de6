/** While somebody is in the room: the screen stays on, and a tab is not closed by mistake. */

import { useEffect } from "../../vendor/preact-hooks.js";

/** A browser takes the lock back when the page is hidden, and sometimes without a reason. */
export function useWakeLock() {
  useEffect(() => {
    /** @type {WakeLockSentinel|null} */
    let held = null;
    let isOver = false;
    const hold = async () => {
      if (isOver || document.visibilityState !== "visible" || (held && !held.released)) return;
      held = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
      if (isOver) void held?.release();
    };
    void hold();
    document.addEventListener("visibilitychange", hold);
    return () => {
      isOver = true;
      document.removeEventListener("visibilitychange", hold);
      void held?.release();
    };
  }, []);
}

/** The browser asks, in its own words, before it leaves the page. */
export function useLeaveWarning() {
  useEffect(() => {
    const ask = (/** @type {BeforeUnloadEvent} */ event) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, []);
}
