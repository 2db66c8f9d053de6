/**
 * What of one's own camera, microphone and screen is on, kept the same in three places: the
 * devices, the peer connection and the server. While an encoder sends, the devices rest, and what
 * is on is what the server says.
 *
 * @typedef {import("./types.js").InsideView} InsideView
 * @typedef {{request: (name: string, payload: Record<string, unknown>) => Promise<unknown>,
 *   peers: () => import("./media/peer.js").Peer[], view: () => InsideView|null,
 *   onPresenting: (isPresenting: boolean) => void,
 *   onScreen: (screen: import("./types.js").Shown) => void,
 *   onDevice: (change: import("./media/devices.js").Change) => void}} Surroundings
 */

import { LocalDevices } from "./media/devices.js";
import { prepareFor, surfaceOf } from "./media/screen.js";
import { isEncoded, you } from "./state/meeting.js";

export class OwnMedia {
  /** Requests that are not acknowledged yet. */
  #pending = 0;
  /** What the server was last told. */
  #told = { camera: false, microphone: false };

  /** @param {Surroundings} surroundings */
  constructor(surroundings) {
    this.surroundings = surroundings;
    this.devices = new LocalDevices(
      localStorage, (kind, track) => this.#changed(kind, track), surroundings.onDevice, () => surroundings.view() !== null,
    );
    /** @type {MediaStreamTrack|null} */
    this.screen = null;
  }

  get tracks() {
    const { cameraTrack, microphoneTrack } = this.devices.now;
    return { camera: cameraTrack, microphone: microphoneTrack, screen: this.screen };
  }

  /** What is on, as the others should see it. */
  get wanted() {
    const { cameraTrack, isMuted, microphoneTrack } = this.devices.now;
    return { microphone: Boolean(microphoneTrack) && !isMuted, camera: Boolean(cameraTrack) };
  }

  /** Just let in: the server learns what is on, where it thinks otherwise. @param {InsideView} view */
  cameIn(view) {
    const own = you(view);
    this.#told = this.wanted;
    if (own?.microphone !== this.#told.microphone || own.camera !== this.#told.camera) void this.tell(this.#told);
  }

  /**
   * Follow what others decided: muted by the host, presentation taken over.
   * @param {InsideView} before
   * @param {InsideView} view
   */
  follow(before, view) {
    this.#beMuted(view);
    if (isEncoded(view) && !isEncoded(before)) this.devices.close();
    if (isEncoded(before) && !isEncoded(view)) void this.#takeBack(view);
    if (this.screen && view.presenter !== view.you && before.presenter === view.you) this.stopScreen();
  }

  /**
   * Somebody else switched the microphone off that the server was told is on. Known once it has
   * answered all it was told: until then it may speak of what was before.
   * @param {InsideView|null} view
   */
  #beMuted(view) {
    if (this.#pending || !this.#told.microphone || !view || you(view)?.microphone !== false) return;
    this.#told.microphone = false;
    this.devices.setMuted(true);
  }

  /** The encoder is gone: the same is on as was on with it. @param {InsideView} view */
  async #takeBack(view) {
    const { microphone = false, camera = false } = you(view) ?? {};
    this.#told = { microphone, camera };
    this.devices.setMuted(!microphone);
    await (camera ? this.devices.open() : this.devices.startMicrophone());
    const now = this.surroundings.view();
    if (!now || isEncoded(now)) return this.devices.close();
    const { wanted } = this;
    if (wanted.microphone !== microphone || wanted.camera !== camera) await this.tell(wanted);
    return undefined;
  }

  /** @param {{microphone?: boolean, camera?: boolean}} change */
  async tell(change) {
    this.#pending += 1;
    this.#told = { ...this.#told, ...change };
    try {
      await this.surroundings.request("self.set_media", change);
    } catch (error) {
      console.warn("own media state was not taken", error);
    } finally {
      this.#pending -= 1;
      this.#beMuted(this.surroundings.view());
    }
  }

  /** @param {MediaStreamTrack} track */
  async startScreen(track) {
    this.screen = track;
    await Promise.all(this.surroundings.peers().map((peer) => peer.setScreen(track)));
    this.surroundings.onScreen({ surface: surfaceOf(track), content: "detail" });
    this.surroundings.onPresenting(true);
  }

  /** What is presented is a document, or moving pictures. @param {import("./types.js").Content} content */
  async presentAs(content) {
    const track = this.screen;
    if (!track) return;
    await prepareFor(track, content).catch((error) => console.warn("the capture was not changed", error));
    await Promise.all(this.surroundings.peers().map((peer) => peer.fitScreen(track)));
    this.surroundings.onScreen({ surface: surfaceOf(track), content });
  }

  stopScreen() {
    if (!this.screen) return;
    this.screen.stop();
    this.screen = null;
    for (const peer of this.surroundings.peers()) peer.setScreen(null).catch(() => undefined);
    this.surroundings.onPresenting(false);
  }

  /** Nothing is captured any more. */
  close() {
    this.stopScreen();
    this.devices.close();
  }

  /** @param {"camera"|"microphone"} kind @param {MediaStreamTrack|null} track */
  #changed(kind, track) {
    const isOn = this.wanted[kind];
    const view = this.surroundings.view();
    if (view && !isEncoded(view) && isOn !== this.#told[kind]) void this.tell({ [kind]: isOn });
    for (const peer of this.surroundings.peers()) {
      const change = kind === "camera" ? peer.setCamera(track) : peer.setMicrophone(track);
      change.catch((/** @type {unknown} */ error) => console.warn(`${kind} was not replaced`, error));
    }
  }
}
