/** The counters of a peer connection's streams, as `state/quality.js` and `state/repairs.js` take them. */

/** @typedef {import("../state/quality.js").Counters} Counters */
/** @typedef {import("../state/repairs.js").Repairs} Repairs */

/** @param {RTCStatsReport} report @returns {Counters} */
export function readCounters(report) {
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

/**
 * Whether the path leads by a TURN server. Firefox marks the pair in use itself. Where our server
 * sees another address than the relay's own (an address translator between them), the candidate is one
 * that was learned from it (`prflx`), with the relay's protocol.
 * @param {RTCStatsReport} report
 */
export function isRelayed(report) {
  const all = /** @type {any[]} */ ([...report.values()]);
  const named = all.find((one) => one.type === "transport")?.selectedCandidatePairId;
  const pair = all.find((one) => one.type === "candidate-pair" && (named ? one.id === named : one.selected));
  const local = all.find((one) => one.id === pair?.localCandidateId);
  return local?.candidateType === "relay" || Boolean(local?.relayProtocol);
}

/** Of the pictures that come. @param {RTCStatsReport} report @returns {Repairs} */
export function readRepairs(report) {
  /** @type {Repairs} */
  const found = { asked: {}, roundTripMs: 0 };
  report.forEach((/** @type {any} */ stat) => {
    if (stat.type === "inbound-rtp" && stat.kind === "video" && stat.trackIdentifier) {
      found.asked[stat.trackIdentifier] = { received: stat.packetsReceived ?? 0, asked: stat.nackCount ?? 0 };
    }
    if (stat.type === "candidate-pair" && stat.nominated && stat.state === "succeeded") {
      found.roundTripMs = 1000 * (stat.currentRoundTripTime ?? 0);
    }
  });
  return found;
}
