/**
 * What ten seconds of media say of a network: rates, delay, loss and jitter from counters.
 *
 * `up` counts what this browser sent and what the server says came of it, `down` what came back of
 * that. A sample is the counters at one moment; round trips are sums, of so many of them. `mayBps` is
 * what the browser has found that it may send, where it says so (0: it does not). `lateMs` is by how
 * much this page was late with its own work so far, `late` its share of the time.
 *
 * @typedef {{atMs: number, sentBytes: number, sentPackets: number, upLost: number, upJitterMs: number,
 *   gotBytes: number, gotPackets: number, downLost: number, downJitterMs: number,
 *   roundTripsMs: number, roundTrips: number, mayBps: number, lateMs: number}} Sample
 * @typedef {{upBps: number, downBps: number, upLoss: number, downLoss: number, delayMs: number,
 *   jitterMs: number, mayBps: number, late: number}} Figures
 */

/** Until then a browser is still finding out how much it may send. */
export const SETTLE_MS = 4000;
export const MIN_PACKETS = 100;

/** @param {Sample[]} samples @returns {Figures|null} null: too little came to say anything */
export function figuresOf(samples) {
  const first = samples[0];
  const last = samples[samples.length - 1];
  if (!first || !last || last.gotPackets < MIN_PACKETS || !last.roundTrips) return null;
  const settled = samples.find((one) => one.atMs - first.atMs >= SETTLE_MS);
  if (!settled || settled === last) return null;
  const seconds = (last.atMs - settled.atMs) / 1000;
  const upLoss = share(last.upLost, last.sentPackets);
  return {
    upBps: ((last.sentBytes - settled.sentBytes) * 8 * (1 - upLoss)) / seconds,
    downBps: ((last.gotBytes - settled.gotBytes) * 8) / seconds,
    upLoss,
    downLoss: share(last.downLost, last.gotPackets + Math.max(0, last.downLost)),
    delayMs: last.roundTripsMs / last.roundTrips,
    jitterMs: Math.max(last.upJitterMs, last.downJitterMs),
    mayBps: last.mayBps,
    late: share(last.lateMs - first.lateMs, last.atMs - first.atMs),
  };
}

/** @param {number} lost @param {number} all */
function share(lost, all) {
  return all > 0 ? Math.min(1, Math.max(0, lost) / all) : 0;
}

/** Whether nothing has come back since so many samples. @param {Sample[]} samples @param {number} count */
export function hasStopped(samples, count) {
  const before = samples[samples.length - 1 - count];
  return before !== undefined && samples[samples.length - 1]?.gotPackets === before.gotPackets;
}
