/**
 * This page's own camera and microphone: opening, choosing, stopping (the camera's light goes out)
 * and starting again. What the page shows of them is the `devices` signal; names no element.
 *
 * @typedef {"idle"|"opening"|"live"|"off"|"refused"|"missing"|"busy"|"unsupported"} DeviceState
 * @typedef {{camera: DeviceState, microphone: DeviceState, cameras: MediaDeviceInfo[],
 *   microphones: MediaDeviceInfo[], speakers: MediaDeviceInfo[], cameraId: string,
 *   microphoneId: string, speakerId: string, cameraTrack: MediaStreamTrack|null,
 *   microphoneTrack: MediaStreamTrack|null, isMuted: boolean}} Devices
 * @typedef {"cameraId"|"microphoneId"|"speakerId"} Choice
 */

import { signal } from "../../vendor/signals.js";

const CAMERA_WIDTH = 640;
const CAMERA_HEIGHT = 360;
const CAMERA_FPS = 25;
const STORAGE_KEY = "vmr-devices";

/** @type {Devices} */
const NOTHING = {
  camera: "idle", microphone: "idle", cameras: [], microphones: [], speakers: [], cameraId: "",
  microphoneId: "", speakerId: "", cameraTrack: null, microphoneTrack: null, isMuted: false,
};

export class LocalDevices {
  /** @param {Storage} storage where the choice of devices is kept @param {(kind: "camera"|"microphone", track: MediaStreamTrack|null) => void} onTrack */
  constructor(storage, onTrack) {
    this.storage = storage;
    this.onTrack = onTrack;
    const chosen = JSON.parse(storage.getItem(STORAGE_KEY) ?? "{}");
    this.state = signal({ ...NOTHING, ...chosen });
    navigator.mediaDevices?.addEventListener("devicechange", () => void this.list());
  }

  get now() {
    return this.state.value;
  }

  /** Ask for both at once (one question to the person), then for each on its own. */
  async open() {
    if (!navigator.mediaDevices?.getUserMedia) {
      return this.#set({ camera: "unsupported", microphone: "unsupported" });
    }
    this.#set({ camera: "opening", microphone: "opening" });
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: this.#video(), audio: this.#audio() });
      this.#keep("camera", stream.getVideoTracks()[0]);
      this.#keep("microphone", stream.getAudioTracks()[0]);
    } catch {
      await this.#openOne("microphone");
      await this.#openOne("camera");
    }
    return this.list();
  }

  async list() {
    const all = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
    const of = (/** @type {string} */ kind) => all.filter((one) => one.kind === kind && one.deviceId);
    this.#set({
      cameras: of("videoinput"), microphones: of("audioinput"), speakers: of("audiooutput"),
    });
  }

  /** @param {Choice} choice @param {string} id */
  async choose(choice, id) {
    this.#set({ [choice]: id });
    const { cameraId, microphoneId, speakerId } = this.now;
    this.storage.setItem(STORAGE_KEY, JSON.stringify({ cameraId, microphoneId, speakerId }));
    if (choice === "cameraId" && this.now.camera !== "off") await this.#openOne("camera");
    if (choice === "microphoneId") await this.#openOne("microphone");
  }

  async startCamera() {
    await this.#openOne("camera");
    return this.now.camera === "live";
  }

  async startMicrophone() {
    await this.#openOne("microphone");
    return this.now.microphone === "live";
  }

  stopCamera() {
    this.#drop("camera", "off");
  }

  /** @param {boolean} isMuted */
  setMuted(isMuted) {
    if (this.now.microphoneTrack) this.now.microphoneTrack.enabled = !isMuted;
    this.#set({ isMuted });
  }

  /** Nothing is captured any more. */
  close() {
    this.#drop("camera", "idle");
    this.#drop("microphone", "idle");
  }

  #video() {
    const { cameraId } = this.now;
    return {
      width: { ideal: CAMERA_WIDTH }, height: { ideal: CAMERA_HEIGHT },
      frameRate: { ideal: CAMERA_FPS, max: CAMERA_FPS },
      ...(cameraId ? { deviceId: { ideal: cameraId } } : {}),
    };
  }

  #audio() {
    const { microphoneId } = this.now;
    return {
      echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1,
      ...(microphoneId ? { deviceId: { ideal: microphoneId } } : {}),
    };
  }

  /** @param {"camera"|"microphone"} kind */
  async #openOne(kind) {
    const constraints = kind === "camera" ? { video: this.#video() } : { audio: this.#audio() };
    if (!this.now[`${kind}Track`]) this.#set({ [kind]: "opening" });
    try {
      const stream = await navigator.mediaDevices.getUserMedia(constraints);
      this.#keep(kind, stream.getTracks()[0]);
    } catch (error) {
      this.#drop(kind, stateAfter(/** @type {DOMException} */ (error)));
    }
  }

  /** The new track takes the place of the old one. @param {"camera"|"microphone"} kind @param {MediaStreamTrack} track */
  #keep(kind, track) {
    this.now[`${kind}Track`]?.stop();
    track.contentHint = kind === "camera" ? "motion" : "speech";
    if (kind === "microphone") track.enabled = !this.now.isMuted;
    track.addEventListener("ended", () => {
      if (this.now[`${kind}Track`] === track) this.#drop(kind, "missing");
    });
    const id = track.getSettings().deviceId ?? "";
    this.#set({ [kind]: "live", [`${kind}Track`]: track, [`${kind}Id`]: id });
    this.onTrack(kind, track);
  }

  /** @param {"camera"|"microphone"} kind @param {DeviceState} state */
  #drop(kind, state) {
    const track = this.now[`${kind}Track`];
    this.#set({ [kind]: state, [`${kind}Track`]: null });
    if (!track) return;
    track.stop();
    this.onTrack(kind, null);
  }

  /** @param {Partial<Devices>} change */
  #set(change) {
    this.state.value = { ...this.state.value, ...change };
  }
}

/** @param {DOMException} error @returns {DeviceState} */
export function stateAfter(error) {
  switch (error.name) {
    case "NotAllowedError": case "SecurityError": return "refused";
    case "NotReadableError": case "AbortError": return "busy";
    default: return "missing";
  }
}
