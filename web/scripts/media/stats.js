/** The counters of a peer connection's streams, as `state/quality.js` takes them. */

/** @typedef {import("../state/quality.js").Counters} Counters */

/** @param {RTCPeerConnection} pc @returns {Promise<Counters>} */
export async function readCounters(pc) {
  const report = await pc.getStats();
  /** @type {Counters} */
  const streams = {};
  report.forEach((/** @type {any} */ stat) => {
    if (stat.type === "inbound-rtp" && stat.packetsReceived) {
      streams[stat.id] = { received: stat.packetsReceived, lost: Math.max(0, stat.packetsLost ?? 0), isUp: false };
    }
    if (stat.type === "remote-inbound-rtp") {
      const sent = /** @type {any} */ (report.get(stat.localId))?.packetsSent ?? 0;
      const lost = Math.max(0, stat.packetsLost ?? 0);
      streams[stat.id] = { received: Math.max(0, sent - lost), lost, isUp: true };
    }
  });
  return streams;
}
