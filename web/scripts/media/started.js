/** Which receiving sections of a peer connection have brought a picture or a sound. */

/** @param {{getStats: () => Promise<any>, getTransceivers: () => {mid: string|null, receiver: {track: {id: string}}}[]}} pc */
export async function readStarted(pc) {
  const report = await pc.getStats();
  const mids = new Map(pc.getTransceivers().map((one) => [one.receiver.track.id, one.mid]));
  /** @type {string[]} */
  const started = [];
  report.forEach((/** @type {any} */ stat) => {
    if (stat.type !== "inbound-rtp") return;
    const mid = stat.mid ?? mids.get(stat.trackIdentifier);
    const count = stat.kind === "video" ? stat.framesDecoded : stat.packetsReceived;
    if (mid && count > 0) started.push(mid);
  });
  return started;
}
