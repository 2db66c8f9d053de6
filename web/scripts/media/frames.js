/** Looks at the decoded frames of every slot each second, and tells which pictures stand still. */

import { frozen, look } from "../state/frozen.js";

const INTERVAL_MS = 1000;

/** @param {import("../controller.js").Controller} controller */
export function watchFrames(controller) {
  /** @type {import("../state/frozen.js").Looks} */
  let looks = {};
  const timer = setInterval(async () => {
    const { peer } = controller.media;
    const { store } = controller;
    if (store.state.value.moving) return; // pictures of two connections
    const frames = peer ? await readFrames(peer.pc).catch(() => null) : {};
    if (!frames) return;
    const nowMs = performance.now();
    looks = look(looks, store.state.value.meeting, frames, nowMs);
    const pictures = frozen(looks, nowMs);
    if (pictures.join() !== store.state.value.frozen.join()) store.dispatch({ type: "frozen", pictures });
  }, INTERVAL_MS);
  return () => clearInterval(timer);
}

/**
 * Frames decoded so far, by mid; null where the browser does not say whose they are. Not every
 * browser tells the mid beside them, but every one the track.
 * @param {{getStats: () => Promise<any>, getTransceivers: () => {mid: string|null, receiver: {track: {id: string}}}[]}} pc
 */
export async function readFrames(pc) {
  const report = await pc.getStats();
  const mids = new Map(pc.getTransceivers().map((one) => [one.receiver.track.id, one.mid]));
  /** @type {Record<string, number>} */
  const frames = {};
  let isWhole = true;
  report.forEach((/** @type {any} */ stat) => {
    if (stat.type !== "inbound-rtp" || stat.kind !== "video") return;
    const mid = stat.mid ?? mids.get(stat.trackIdentifier);
    if (mid) frames[mid] = stat.framesDecoded ?? 0;
    else isWhole = false;
  });
  return isWhole ? frames : null;
}
