/**
 * What to do when the media path falters: an ICE restart after 2 s, a new peer connection 5 s
 * later, then again a new one at growing intervals. Nothing is tried while the signalling link is
 * down, since every rung needs an answer from the server. A path that the server says it has lost
 * is made anew at once.
 *
 * @typedef {{rung: "idle"|"connecting"|"connected"|"shaky"|"restarting"|"rebuilding",
 *   since: number, tries: number, isOnline: boolean}} Ladder
 * @typedef {"opened"|"connected"|"disconnected"|"failed"|"lost"|"closed"|"online"|"offline"|"time"} Event
 * @typedef {"restart"|"rebuild"|null} Action
 */

export const SHAKY_MS = 2000;
export const RESTART_MS = 5000;
export const CONNECT_MS = 10_000;
export const REBUILD_MS = 4000;
export const MAX_REBUILD_MS = 20_000;

/** @type {Ladder} */
export const GROUND = { rung: "idle", since: 0, tries: 0, isOnline: true };

/**
 * @param {Ladder} ladder
 * @param {Event} event
 * @param {number} nowMs
 * @returns {[Ladder, Action]}
 */
export function step(ladder, event, nowMs) {
  const at = (/** @type {Ladder["rung"]} */ rung) => ({ ...ladder, rung, since: nowMs });
  switch (event) {
    case "opened":
      return [at("connecting"), null];
    case "connected":
      return [{ ...at("connected"), tries: 0 }, null];
    case "closed":
      return [{ ...at("idle"), tries: 0 }, null];
    case "offline":
      return [{ ...ladder, isOnline: false }, null];
    case "online":
      return advance({ ...ladder, isOnline: true }, nowMs);
    case "disconnected":
      return [ladder.rung === "connected" ? at("shaky") : ladder, null];
    case "failed":
      return fail(ladder, nowMs);
    case "lost":
      return ladder.rung === "idle" ? [ladder, null] : rebuild(ladder, nowMs);
    default:
      return advance(ladder, nowMs);
  }
}

/** Milliseconds until time itself is an event; null: never. @param {Ladder} ladder @param {number} nowMs */
export function dueInMs(ladder, nowMs) {
  const limit = limitMs(ladder);
  return limit === null || !ladder.isOnline ? null : Math.max(0, ladder.since + limit - nowMs);
}

/** @param {Ladder} ladder @returns {number|null} */
function limitMs(ladder) {
  switch (ladder.rung) {
    case "shaky": return SHAKY_MS;
    case "restarting": return RESTART_MS;
    case "connecting": return CONNECT_MS;
    case "rebuilding": return Math.min(MAX_REBUILD_MS, REBUILD_MS * ladder.tries);
    default: return null;
  }
}

/** @param {Ladder} ladder @param {number} nowMs @returns {[Ladder, Action]} */
function fail(ladder, nowMs) {
  if (ladder.rung === "idle" || ladder.rung === "rebuilding") return [ladder, null];
  const next = ladder.rung === "connected" ? { ...ladder, rung: /** @type {const} */ ("shaky"), since: nowMs - SHAKY_MS } : { ...ladder, since: nowMs - CONNECT_MS };
  return advance(next, nowMs);
}

/** @param {Ladder} ladder @param {number} nowMs @returns {[Ladder, Action]} */
function advance(ladder, nowMs) {
  const due = dueInMs(ladder, nowMs);
  if (due === null || due > 0) return [ladder, null];
  if (ladder.rung === "shaky") return [{ ...ladder, rung: "restarting", since: nowMs }, "restart"];
  return rebuild(ladder, nowMs);
}

/** @param {Ladder} ladder @param {number} nowMs @returns {[Ladder, Action]} */
function rebuild(ladder, nowMs) {
  return [{ ...ladder, rung: "rebuilding", since: nowMs, tries: ladder.tries + 1 }, "rebuild"];
}
