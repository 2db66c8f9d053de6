/**
 * One peer connection, laid out as `signalling/PROTOCOL.md` says: microphone, camera, screen, then
 * the receive slots. This page always offers; the server answers.
 */

export const AUDIO_SLOTS = 8;
export const CAMERA_SLOTS = 8;
const LOW_WIDTH = 320;
const LOW_HEIGHT = 180;
const LOW_BPS = 120_000;
const HIGH_BPS = 550_000;
const SCREEN_BPS = 900_000;
const CAMERA_FPS = 25;
const LOW_FPS = 15;
/** Moving pictures of this height are smooth at that rate. */
const MOTION_HEIGHT = 720;
/** @type {Record<import("../types.js").Content, number>} */
const SCREEN_FPS = { detail: 10, motion: 25 };
const CODECS = /^(audio\/(opus|red)|video\/(VP8|H264|rtx))$/i;
const COPIES = /^audio\/red$/i;
const OTHER_PACKETISATION = /packetization-mode=0/;

/**
 * Two layers: the low one fits 320 × 180 whatever the camera gives.
 * @param {MediaStreamTrack|null} track
 * @returns {RTCRtpEncodingParameters[]}
 */
export function cameraLayers(track) {
  const { width = 640, height = 360 } = track?.getSettings() ?? {};
  const scale = Math.max(1, width / LOW_WIDTH, height / LOW_HEIGHT);
  return [
    { rid: "l", scaleResolutionDownBy: scale, maxBitrate: LOW_BPS, maxFramerate: LOW_FPS },
    { rid: "h", scaleResolutionDownBy: 1, maxBitrate: HIGH_BPS, maxFramerate: CAMERA_FPS },
  ];
}

/** @param {MediaStreamTrack|null} track @param {import("../types.js").Content} content @returns {RTCRtpEncodingParameters} */
export function screenLayer(track, content) {
  const { height = 0 } = track?.getSettings() ?? {};
  const scale = content === "motion" ? Math.max(1, height / MOTION_HEIGHT) : 1;
  return { maxBitrate: SCREEN_BPS, maxFramerate: SCREEN_FPS[content], scaleResolutionDownBy: scale };
}

/**
 * The codecs to offer of those a browser knows. Twenty sections with every one make an offer of
 * 100 kB. Sound is sent with a copy of what was sent before (RED) where the browser can: one packet
 * lost is then nothing lost.
 * @template {{mimeType: string, sdpFmtpLine?: string}} T
 * @param {T[]} known
 */
export function codecsToOffer(known) {
  const wanted = known.filter(({ mimeType, sdpFmtpLine }) => CODECS.test(mimeType) && !OTHER_PACKETISATION.test(sdpFmtpLine ?? ""));
  const [copies, others] = [true, false].map((is) => wanted.filter(({ mimeType }) => COPIES.test(mimeType) === is));
  return [...(copies ?? []), ...(others ?? [])];
}

/**
 * Only codecs that this browser names itself; a browser that cannot be asked offers its own list.
 * @param {RTCRtpTransceiver} transceiver
 * @param {(kind: string) => RTCRtpCapabilities|null} capabilities
 */
export function preferCodecs(transceiver, capabilities = (kind) => RTCRtpReceiver.getCapabilities?.(kind) ?? null) {
  const wanted = codecsToOffer(capabilities(transceiver.receiver.track.kind)?.codecs ?? []);
  if (wanted.length && "setCodecPreferences" in transceiver) transceiver.setCodecPreferences(wanted);
}

/** @typedef {{track: {id: string, kind: string}, jitterBufferTarget?: number|null}} Receiver */

/**
 * How long the browser holds each picture before it is shown, where it can be asked to; null: as it
 * likes. Sound of the same stream waits with it (W3C WebRTC Extensions, jitterBufferTarget).
 * @param {Iterable<Receiver>} receivers
 * @param {(trackId: string) => number|null} holdMs
 */
export function holdPictures(receivers, holdMs) {
  for (const receiver of receivers) {
    if (receiver.track.kind !== "video" || !("jitterBufferTarget" in receiver)) continue;
    const wanted = holdMs(receiver.track.id);
    if ((receiver.jitterBufferTarget ?? null) !== wanted) receiver.jitterBufferTarget = wanted;
  }
}

const CONFIGURATION = /** @type {RTCConfiguration} */ ({ bundlePolicy: "max-bundle" });

export class Peer {
  /** What was offered last and waits for its answer. @type {RTCSessionDescriptionInit|null} */
  #offered = null;
  /** That it has become the local description. @type {Promise<void>|null} */
  #local = null;
  /** The mids of the offer, in the order of the transceivers. @type {string[]} */
  #mids = [];
  /** One change of the layers waits for the one before: a browser takes no two at a time. */
  #layersSet = Promise.resolve();

  /**
   * @param {{microphone: MediaStreamTrack|null, camera: MediaStreamTrack|null}} tracks
   * @param {(state: RTCPeerConnectionState) => void} onState
   * @param {boolean} hasRelays candidates are gathered by servers that come with the answer
   */
  constructor(tracks, onState, hasRelays) {
    this.hasRelays = hasRelays;
    this.pc = new RTCPeerConnection(CONFIGURATION);
    this.pc.addEventListener("connectionstatechange", () => onState(this.pc.connectionState));
    const add = this.pc.addTransceiver.bind(this.pc);
    this.microphone = add(tracks.microphone ?? "audio", { direction: "sendonly" });
    const sendEncodings = cameraLayers(tracks.camera);
    this.camera = add(tracks.camera ?? "video", { direction: "sendonly", sendEncodings });
    this.screen = add("video", { direction: "sendonly", sendEncodings: [screenLayer(null, "detail")] });
    for (let i = 0; i < AUDIO_SLOTS; i += 1) add("audio", { direction: "recvonly" });
    /** What the camera slots bring, in the order in which the server gives them to people. @type {MediaStreamTrack[]} */
    this.pictures = [];
    for (let i = 0; i < CAMERA_SLOTS; i += 1) this.pictures.push(add("video", { direction: "recvonly" }).receiver.track);
    add("video", { direction: "recvonly" });
    for (const one of this.pc.getTransceivers()) preferCodecs(one);
  }

  /**
   * An offer without candidates: the server learns ours from the first check. It becomes the
   * local description with its answer, which brings the servers that candidates are gathered by;
   * a first offer at once where there are none, so that its candidates are there when the answer is.
   * @param {{iceRestart?: boolean}} [options]
   */
  async offer(options = {}) {
    this.#offered = await this.pc.createOffer(options);
    const { sdp = "" } = this.#offered;
    this.#mids = [...sdp.matchAll(/^a=mid:(\S+)/gm)].map(([, mid]) => mid ?? "");
    const isLate = this.hasRelays || options.iceRestart;
    this.#local = isLate ? null : this.pc.setLocalDescription(this.#offered);
    this.#local?.catch(() => undefined); // heard of in `accept`
    return sdp;
  }

  /** The last offer was answered. @param {string} sdp @param {RTCIceServer[]} iceServers */
  async accept(sdp, iceServers) {
    this.pc.setConfiguration({ ...CONFIGURATION, iceServers });
    if (this.#offered) await (this.#local ?? this.pc.setLocalDescription(this.#offered));
    this.#offered = this.#local = null;
    await this.pc.setRemoteDescription({ type: "answer", sdp });
  }

  /** What arrives on a section of the offer, answered or not. @param {string} mid @returns {MediaStreamTrack|null} */
  track(mid) {
    return this.pc.getTransceivers()[this.#mids.indexOf(mid)]?.receiver.track ?? null;
  }

  /** @param {MediaStreamTrack|null} track */
  async setMicrophone(track) {
    await this.microphone.sender.replaceTrack(track);
  }

  /** @param {MediaStreamTrack|null} track */
  async setCamera(track) {
    await this.camera.sender.replaceTrack(track);
    if (track) await this.#fitLayers(track);
  }

  /** @param {MediaStreamTrack|null} track */
  async setScreen(track) {
    await this.screen.sender.replaceTrack(track);
    if (track) await this.fitScreen(track);
  }

  /** By its content hint: a document keeps its lines and loses frames, moving pictures the other way round. @param {MediaStreamTrack} track */
  async fitScreen(track) {
    const content = track.contentHint === "motion" ? "motion" : "detail";
    const { sender } = this.screen;
    const parameters = sender.getParameters();
    parameters.degradationPreference = content === "detail" ? "maintain-resolution" : "maintain-framerate";
    for (const encoding of parameters.encodings) Object.assign(encoding, screenLayer(track, content));
    await sender.setParameters(parameters).catch((error) => console.warn("the screen was not set", error));
  }

  close() {
    this.pc.close();
  }

  /** Send only these layers of the camera; nobody takes the others. @param {string[]} rids */
  wantLayers(rids) {
    return this.#setLayers((encoding) => {
      encoding.active = !encoding.rid || rids.includes(encoding.rid);
    });
  }

  /** Another camera may have another size. @param {MediaStreamTrack} track */
  #fitLayers(track) {
    const wanted = cameraLayers(track);
    return this.#setLayers((encoding, index) => {
      encoding.scaleResolutionDownBy = wanted[index]?.scaleResolutionDownBy ?? 1;
    });
  }

  /** @param {(encoding: RTCRtpEncodingParameters, index: number) => void} change */
  #setLayers(change) {
    this.#layersSet = this.#layersSet.then(async () => {
      const parameters = this.camera.sender.getParameters();
      parameters.encodings.forEach(change);
      await this.camera.sender.setParameters(parameters);
    }).catch((error) => console.warn("the layers were not set", error));
    return this.#layersSet;
  }
}
