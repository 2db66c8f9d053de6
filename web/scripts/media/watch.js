/** Looks at the running peer connection every two seconds and keeps the quality up to date. */

import { addSample, grade } from "../state/quality.js";
import { readCounters } from "./stats.js";

const INTERVAL_MS = 2000;

/** @param {import("../controller.js").Controller} controller */
export function watchQuality(controller) {
  /** @type {import("../state/quality.js").Sample[]} */
  let samples = [];
  /** @type {import("./peer.js").Peer|null} */
  let watched = null;
  const timer = setInterval(async () => {
    const { peer } = controller.media;
    if (peer !== watched) samples = [];
    watched = peer;
    if (!peer) return;
    const streams = await readCounters(peer.pc).catch(() => ({}));
    samples = addSample(samples, { atMs: performance.now(), streams });
    const found = grade(samples);
    if (found !== controller.store.state.value.grade) controller.store.dispatch({ type: "graded", grade: found });
  }, INTERVAL_MS);
  return () => clearInterval(timer);
}
