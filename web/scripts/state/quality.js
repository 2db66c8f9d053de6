/**
 * Connection quality from the loss over the last 20 seconds, the worse of both directions.
 *
 * A sample is the counters of every stream at one moment; a stream that restarts its counters
 * begins anew.
 *
 * @typedef {import("../types.js").Grade} Grade
 * @typedef {Record<string, {received: number, lost: number, isUp: boolean}>} Counters
 * @typedef {{atMs: number, streams: Counters}} Sample
 */

export const WINDOW_MS = 20_000;
export const GOOD_LOSS = 0.01;
export const FAIR_LOSS = 0.03;
export const POOR_LOSS = 0.1;
export const MIN_PACKETS = 50;

/** @param {Sample[]} samples @param {Sample} sample @returns {Sample[]} */
export function addSample(samples, sample) {
  return [...samples, sample].filter((one) => sample.atMs - one.atMs <= WINDOW_MS);
}

/** @param {number} loss 0 to 1 @returns {Grade} */
export function gradeOf(loss) {
  if (loss < GOOD_LOSS) return "good";
  if (loss < FAIR_LOSS) return "fair";
  return loss < POOR_LOSS ? "poor" : "bad";
}

/** @param {Sample[]} samples @returns {Grade} */
export function grade(samples) {
  const losses = [true, false].map((isUp) => loss(samples, isUp)).filter((one) => one !== null);
  return losses.length ? gradeOf(Math.max(...losses)) : "unknown";
}

/**
 * Lost packets of all expected in one direction; null while there are too few to say.
 * @param {Sample[]} samples
 * @param {boolean} isUp
 * @returns {number|null}
 */
export function loss(samples, isUp) {
  let received = 0;
  let lost = 0;
  for (let i = 1; i < samples.length; i += 1) {
    for (const [id, now] of Object.entries(samples[i].streams)) {
      const before = samples[i - 1].streams[id];
      if (!before || now.isUp !== isUp || now.received < before.received) continue;
      received += now.received - before.received;
      lost += Math.max(0, now.lost - before.lost);
    }
  }
  const expected = received + lost;
  return expected < MIN_PACKETS ? null : lost / expected;
}
