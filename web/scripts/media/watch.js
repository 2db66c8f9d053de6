/** Looks at the running peer connection every two seconds: how good it is, and what pictures wait for. */

import { addSample, grade } from "../state/quality.js";
import { holds } from "../state/repairs.js";
import { holdPictures } from "./peer.js";
import { isRelayed, readCounters, readRepairs } from "./stats.js";

const INTERVAL_MS = 2000;

/** @param {import("../controller.js").Controller} controller */
export function watchQuality(controller) {
  /** @type {import("../state/quality.js").Sample[]} */
  let samples = [];
  /** @type {import("../state/repairs.js").Repairs|null} */
  let repairs = null;
  /** @type {Record<string, import("../state/repairs.js").Held>} */
  let held = {};
  /** @type {import("./peer.js").Peer|null} */
  let watched = null;
  const timer = setInterval(async () => {
    const { peer } = controller.media;
    if (peer !== watched) [samples, repairs, held] = [[], null, {}];
    watched = peer;
    const report = await peer?.pc.getStats().catch(() => null);
    if (!peer || !report || watched !== peer) return;
    const found = readRepairs(report);
    held = holds(held, repairs ?? found, found);
    repairs = found;
    holdPictures(peer.pc.getReceivers(), (id) => held[id]?.holdMs ?? null);
    samples = addSample(samples, { atMs: performance.now(), streams: readCounters(report) });
    const { state, dispatch } = controller.store;
    const [graded, relayed] = [grade(samples), isRelayed(report)];
    if (graded !== state.value.grade) dispatch({ type: "graded", grade: graded });
    if (relayed !== state.value.isRelayed) dispatch({ type: "relayed", isRelayed: relayed });
  }, INTERVAL_MS);
  return () => clearInterval(timer);
}
