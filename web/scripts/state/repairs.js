/**
 * How long a browser is to hold the pictures it receives. A lost packet comes again one round trip
 * later; a browser that shows frames sooner goes without those that wait for one. Which way lost it
 * the browser cannot tell, so what counts is what it asked for again.
 *
 * @typedef {{received: number, asked: number}} Asked packets received and asked for again, so far
 * @typedef {{asked: Record<string, Asked>, roundTripMs: number}} Repairs by track
 * @typedef {{holdMs: number, calm: number}} Held what a track is held for, and for how many looks nothing much was asked
 */

export const MANY = 0.05;
export const FEW = 0.02;
export const CALM_LOOKS = 10;
const LEAST_PACKETS = 20;
const HOLD_MS = 50;
const LEAST_ROUND_TRIP_MS = 100;
const HOLD_MAX_MS = 400;

/**
 * After a look at the counters. A track held for stays so until ten looks in a row were calm.
 * @param {Record<string, Held>} held by track
 * @param {Repairs} before
 * @param {Repairs} now
 * @returns {Record<string, Held>} only of tracks that are held
 */
export function holds(held, before, now) {
  const holdMs = Math.min(HOLD_MAX_MS, HOLD_MS + Math.max(LEAST_ROUND_TRIP_MS, now.roundTripMs));
  /** @type {Record<string, Held>} */
  const next = {};
  for (const [id, { received, asked }] of Object.entries(now.asked)) {
    const was = before.asked[id];
    const got = received - (was?.received ?? received);
    const share = got < LEAST_PACKETS ? 0 : (asked - (was?.asked ?? asked)) / got;
    if (share >= MANY) next[id] = { holdMs, calm: 0 };
    else if (held[id]) {
      const calm = share > FEW ? 0 : held[id].calm + 1;
      if (calm < CALM_LOOKS) next[id] = { holdMs: held[id].holdMs, calm };
    }
  }
  return next;
}
