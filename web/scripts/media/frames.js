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
    const frames = peer ? await readFrames(peer.pc).catch(() => null) : {};
    if (!frames) return;
    const nowMs = performance.now();
    looks = look(looks, store.state.value.meeting, frames, nowMs);
    const pictures = frozen(looks, nowMs);
    if (pictures.join() !== store.state.value.frozen.join()) store.dispatch({ type: "frozen", pictures });
  }, INTERVAL_MS);
  return () => clearInterval(timer);
}

/** Frames decoded so far, by mid. @param {RTCPeerConnection} pc */
async function readFrames(pc) {
  const report = await pc.getStats();
  /** @type {Record<string, number>} */
  const frames = {};
  report.forEach((/** @type {any} */ stat) => {
    if (stat.type === "inbound-rtp" && stat.kind === "video") frames[stat.mid] = stat.framesDecoded ?? 0;
  });
  return frames;
}
