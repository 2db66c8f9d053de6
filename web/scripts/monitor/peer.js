/**
 * One peer connection of one tile: it receives pictures and nothing else. Eight camera sections and
 * one screen are offered from the start, so that a closer look needs no new connection; what is
 * bound to them the server decides (one in the wall).
 */

export const CAMERA_SLOTS = 8;
const CODECS = /^video\/(VP8|H264|rtx)$/i;
const OTHER_PACKETISATION = /packetization-mode=0/;
const CONFIGURATION = /** @type {RTCConfiguration} */ ({ bundlePolicy: "max-bundle" });

export class TilePeer {
  /** @type {RTCSessionDescriptionInit|null} */
  #offered = null;
  /** The mids of the offer, in the order of the transceivers. @type {string[]} */
  #mids = [];

  constructor() {
    this.pc = new RTCPeerConnection(CONFIGURATION);
    for (let i = 0; i < CAMERA_SLOTS + 1; i += 1) {
      preferCodecs(this.pc.addTransceiver("video", { direction: "recvonly" }));
    }
  }

  /** An offer without candidates: the server learns ours from the first check. */
  async offer() {
    this.#offered = await this.pc.createOffer();
    const { sdp = "" } = this.#offered;
    this.#mids = [...sdp.matchAll(/^a=mid:(\S+)/gm)].map(([, mid]) => mid ?? "");
    return sdp;
  }

  /** @param {string} sdp @param {RTCIceServer[]} iceServers */
  async accept(sdp, iceServers) {
    this.pc.setConfiguration({ ...CONFIGURATION, iceServers });
    if (this.#offered) await this.pc.setLocalDescription(this.#offered);
    await this.pc.setRemoteDescription({ type: "answer", sdp });
  }

  /** @param {string} mid @returns {MediaStreamTrack|null} */
  track(mid) {
    return this.pc.getTransceivers()[this.#mids.indexOf(mid)]?.receiver.track ?? null;
  }

  close() {
    this.pc.close();
  }
}

/** @param {RTCRtpTransceiver} transceiver */
function preferCodecs(transceiver) {
  const known = RTCRtpReceiver.getCapabilities("video")?.codecs ?? [];
  const wanted = known.filter((codec) => CODECS.test(codec.mimeType) && !OTHER_PACKETISATION.test(codec.sdpFmtpLine ?? ""));
  if (wanted.length) transceiver.setCodecPreferences(wanted);
}
