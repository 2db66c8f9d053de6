/** The server's time, renewed each second. */

import { serverNow } from "../state/clock.js";
import { useApp } from "./context.js";

export function useServerNow() {
  const { tick, store } = useApp();
  return serverNow(store.parts.clockOffset, tick.value);
}
