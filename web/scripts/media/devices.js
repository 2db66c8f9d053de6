/**
 * This page's own camera and microphone: opening, choosing, stopping (the camera's light goes out)
 * and starting again. One that is unplugged gives way to another; one that is plugged in, or
 * allowed later, is opened by itself while nobody sees or hears this page. What the page shows of
 * them is the `state` signal.
 *
 * @typedef {"idle"|"opening"|"live"|"off"|"refused"|"refused_by_system"|"missing"|"unplugged"
 *   |"busy"|"unsupported"} DeviceState
 * @typedef {"camera"|"microphone"} Source
 * @typedef {{kind: Source|"speaker", lost: string, now: string}} Change what was lost and what is used now,
 *   by name; empty: nothing. Both empty: a device is there again, and not opened by itself
 * @typedef {{camera: DeviceState, microphone: DeviceState, cameras: MediaDeviceInfo[],
 *   microphones: MediaDeviceInfo[], speakers: MediaDeviceInfo[], cameraId: string,
 *   microphoneId: string, speakerId: string, cameraTrack: MediaStreamTrack|null,
 *   microphoneTrack: MediaStreamTrack|null, isMuted: boolean,
 *   processing: import("./remembered.js").Processing, blur: "none"|"on"|"off",
 *   notTaken: {kind: Source, state: DeviceState}|null, change: Change|null}} Devices
 * @typedef {"cameraId"|"microphoneId"|"speakerId"} Choice
 */

import { signal } from "../../vendor/signals.js";
import { parse, pick, remember } from "./remembered.js";

const CAMERA_WIDTH = 640;
const CAMERA_HEIGHT = 360;
const CAMERA_FPS = 25;
const STORAGE_KEY = "vmr-devices";
/** @type {Source[]} */
const SOURCES = ["microphone", "camera"];
/** What a device that appears ends. @type {DeviceState[]} */
const ABSENT = ["missing", "unplugged"];

/** @type {Omit<Devices, "processing">} */
const NOTHING = {
  camera: "idle", microphone: "idle", cameras: [], microphones: [], speakers: [], cameraId: "",
  microphoneId: "", speakerId: "", cameraTrack: null, microphoneTrack: null, isMuted: false,
  blur: "none", notTaken: null, change: null,
};

export class LocalDevices {
  /** @type {import("./remembered.js").Remembered} */
  #remembered;
  /** What is lost and what appears is seen to in order. */
  #recovery = Promise.resolve();

  /**
   * @param {Storage} storage where the choice of devices is kept
   * @param {(kind: Source, track: MediaStreamTrack|null) => void} onTrack
   * @param {(change: Change) => void} onChange a device was lost, or is back
   * @param {() => boolean} isSent what is captured now goes to others
   */
  constructor(storage, onTrack, onChange, isSent) {
    this.storage = storage;
    this.onTrack = onTrack;
    this.onChange = onChange;
    this.isSent = isSent;
    this.#remembered = parse(storage.getItem(STORAGE_KEY));
    const { processing, speaker } = this.#remembered;
    this.state = signal(/** @type {Devices} */ ({ ...NOTHING, speakerId: speaker[0] ?? "", processing }));
    navigator.mediaDevices?.addEventListener("devicechange", () => this.#recover(() => this.#devicesChanged()));
    void this.#watchPermissions();
  }

  get now() {
    return this.state.value;
  }

  /** Ask for both at once (one question to the person), then for each on its own. */
  async open() {
    if (!navigator.mediaDevices?.getUserMedia) {
      return this.#set({ camera: "unsupported", microphone: "unsupported" });
    }
    this.#set({ camera: "opening", microphone: "opening", change: null, notTaken: null });
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: this.#video(), audio: this.#audio() });
      this.#keep("camera", stream.getVideoTracks()[0]);
      this.#keep("microphone", stream.getAudioTracks()[0]);
    } catch {
      for (const kind of SOURCES) await this.#openOne(kind);
    }
    await this.list();
    for (const kind of SOURCES) await this.#preferRemembered(kind);
  }

  async list() {
    const all = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
    const of = (/** @type {string} */ kind) => all.filter((one) => one.kind === kind && one.deviceId);
    const speakers = of("audiooutput");
    this.#set({
      cameras: of("videoinput"), microphones: of("audioinput"), speakers,
      speakerId: pick(this.#remembered.speaker, speakers.map((one) => one.deviceId)),
    });
  }

  /** What cannot be opened does not cost what is open. @param {Choice} choice @param {string} id */
  async choose(choice, id) {
    const kind = choice === "cameraId" ? "camera" : choice === "microphoneId" ? "microphone" : "speaker";
    const before = this.#remembered;
    this.#remember(remember(before, kind, id));
    if (kind === "speaker") return this.#set({ speakerId: id });
    this.#set({ notTaken: null, change: null });
    if (this.now[kind] === "off") return this.#set({ [choice]: id });
    const failure = await this.#openOne(kind, id);
    if (!failure) return undefined;
    this.#remember(before);
    return this.#set({ notTaken: { kind, state: failure } });
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

  /**
   * How the browser prepares the voice. Browsers change that of a microphone that is open in many
   * ways or not at all, so it is opened again. Nobody holds a copy of its track by then (it is not
   * `live`): Chromium would go on with what the copy has open.
   * @param {Partial<import("./remembered.js").Processing>} change
   */
  async setProcessing(change) {
    const processing = { ...this.now.processing, ...change };
    this.#remember({ ...this.#remembered, processing });
    this.#set({ processing });
    if (!this.now.microphoneTrack) return;
    this.#set({ microphone: "opening" });
    this.now.microphoneTrack.stop();
    await this.#openOne("microphone", this.now.microphoneId);
  }

  /** The camera's own blur, where it can be switched. @param {boolean} isBlurred */
  async setBlurred(isBlurred) {
    this.#remember({ ...this.#remembered, isBlurred });
    await this.#blur();
  }

  /** Nothing is captured any more. */
  close() {
    this.#drop("camera", "idle");
    this.#drop("microphone", "idle");
  }

  /** @param {string} [id] this one and no other */
  #video(id) {
    return {
      width: { ideal: CAMERA_WIDTH }, height: { ideal: CAMERA_HEIGHT },
      frameRate: { ideal: CAMERA_FPS, max: CAMERA_FPS }, ...this.#which("camera", id),
    };
  }

  /** @param {string} [id] */
  #audio(id) {
    return { ...this.now.processing, channelCount: 1, ...this.#which("microphone", id) };
  }

  /** @param {Source} kind @param {string} [id] @returns {{deviceId?: ConstrainDOMString}} */
  #which(kind, id) {
    if (id) return { deviceId: { exact: id } };
    const chosen = this.#remembered[kind];
    const here = pick(chosen, this.#here(kind));
    if (here) return { deviceId: { ideal: here } };
    return chosen.length ? { deviceId: { ideal: chosen } } : {};
  }

  /** Before the first permission a browser tells no ids. @param {Source} kind */
  #here(kind) {
    return this.now[kind === "camera" ? "cameras" : "microphones"].map((one) => one.deviceId);
  }

  /** Opened without knowing what is here: another may be the one that was chosen last. @param {Source} kind */
  async #preferRemembered(kind) {
    const wanted = pick(this.#remembered[kind], this.#here(kind));
    if (wanted && this.now[kind] === "live" && wanted !== this.now[`${kind}Id`]) await this.#openOne(kind, wanted);
  }

  /**
   * @param {Source} kind
   * @param {string} [id] this one and no other; if it cannot be opened what is open stays
   * @returns {Promise<DeviceState|null>} why not
   */
  async #openOne(kind, id) {
    if (!this.now[`${kind}Track`]) this.#set({ [kind]: "opening" });
    try {
      this.#keep(kind, await this.#capture(kind, id));
      return null;
    } catch (error) {
      const failure = stateAfter(/** @type {DOMException} */ (error));
      if (!id || this.now[`${kind}Track`]?.readyState !== "live") this.#drop(kind, failure);
      return failure;
    }
  }

  /** @param {Source} kind @param {string} [id] */
  async #capture(kind, id) {
    const get = async () => {
      const wanted = kind === "camera" ? { video: this.#video(id) } : { audio: this.#audio(id) };
      return (await navigator.mediaDevices.getUserMedia(wanted)).getTracks()[0];
    };
    try {
      return await get();
    } catch (error) {
      const open = this.now[`${kind}Track`];
      if (!open || stateAfter(/** @type {DOMException} */ (error)) !== "busy") throw error;
      return this.#captureAlone(kind, open, get);
    }
  }

  /**
   * A phone opens one camera at a time: let go of the one, and take it again if that was not why.
   * @param {Source} kind
   * @param {MediaStreamTrack} open
   * @param {() => Promise<MediaStreamTrack>} get
   */
  async #captureAlone(kind, open, get) {
    open.stop();
    try {
      return await get();
    } catch (error) {
      const before = this.now[`${kind}Id`];
      this.#drop(kind, "opening");
      await this.#openOne(kind, before);
      throw error;
    }
  }

  /** The new track takes the place of the old one. @param {Source} kind @param {MediaStreamTrack} track */
  #keep(kind, track) {
    this.now[`${kind}Track`]?.stop();
    track.contentHint = kind === "camera" ? "motion" : "speech";
    if (kind === "microphone") track.enabled = !this.now.isMuted;
    track.addEventListener("ended", () => {
      if (this.now[`${kind}Track`] === track) this.#recover(() => this.#ended(kind, track));
    });
    const id = track.getSettings().deviceId ?? "";
    this.#set({ [kind]: "live", [`${kind}Track`]: track, [`${kind}Id`]: id });
    this.onTrack(kind, track);
    if (kind === "camera") void this.#blur();
  }

  /** @param {Source} kind @param {DeviceState} state */
  #drop(kind, state) {
    const track = this.now[`${kind}Track`];
    this.#set({ [kind]: state, [`${kind}Track`]: null, ...(kind === "camera" ? { blur: "none" } : {}) });
    if (!track) return;
    track.stop();
    this.onTrack(kind, null);
  }

  /** @param {() => Promise<void>} step */
  #recover(step) {
    this.#recovery = this.#recovery.then(step).catch((error) => console.warn("devices", error));
  }

  /** Unplugged, or no longer allowed: go on with another one. @param {Source} kind @param {MediaStreamTrack} track */
  async #ended(kind, track) {
    if (this.now[`${kind}Track`] !== track) return;
    this.#drop(kind, "unplugged");
    await this.list();
    if (this.#here(kind).length) await this.#openOne(kind);
    this.#tell({ kind, lost: track.label, now: this.now[`${kind}Track`]?.label ?? "" });
  }

  /** Who is seen and heard begins again by their own hand alone. */
  async #devicesChanged() {
    const before = this.#speaker();
    await this.list();
    const now = this.#speaker();
    if (before?.deviceId !== now?.deviceId) this.#tell({ kind: "speaker", lost: now ? "" : (before?.label ?? ""), now: now?.label ?? "" });
    for (const kind of SOURCES) {
      const state = this.now[kind];
      if (!ABSENT.includes(state) || !this.#here(kind).length) continue;
      if (this.isSent()) {
        if (state === "unplugged") this.#tell({ kind, lost: "", now: "" });
      } else if (!(await this.#openOne(kind))) {
        this.#tell({ kind, lost: "", now: this.now[`${kind}Track`]?.label ?? "" });
      }
    }
  }

  /** The one that was chosen, while it is there. */
  #speaker() {
    return this.now.speakers.find((one) => one.deviceId === this.now.speakerId);
  }

  /** @param {Change} change */
  #tell(change) {
    this.#set({ change });
    this.onChange(change);
  }

  /** Allowed after all, in the browser's own settings. */
  async #watchPermissions() {
    for (const kind of SOURCES) {
      const name = /** @type {PermissionName} */ (kind);
      const permission = await navigator.permissions?.query({ name }).catch(() => null);
      permission?.addEventListener("change", () => {
        if (permission.state === "granted" && this.now[kind] === "refused") void this.#openOne(kind).then(() => this.list());
      });
    }
  }

  /** As it was chosen, where this camera can be told. */
  async #blur() {
    const track = /** @type {any} */ (this.now.cameraTrack);
    /** @type {boolean[]} */
    const can = track?.getCapabilities?.().backgroundBlur ?? [];
    if (!can.includes(true) || !can.includes(false)) return this.#set({ blur: "none" });
    await track.applyConstraints({ ...this.#video(this.now.cameraId), backgroundBlur: this.#remembered.isBlurred })
      .catch((/** @type {unknown} */ error) => console.info("the background was not blurred", error));
    if (this.now.cameraTrack !== track) return undefined;
    return this.#set({ blur: track.getSettings().backgroundBlur ? "on" : "off" });
  }

  /** @param {import("./remembered.js").Remembered} remembered */
  #remember(remembered) {
    this.#remembered = remembered;
    this.storage.setItem(STORAGE_KEY, JSON.stringify(remembered));
  }

  /** @param {Partial<Devices>} change */
  #set(change) {
    this.state.value = { ...this.state.value, ...change };
  }
}

/** @param {DOMException} error @returns {DeviceState} */
export function stateAfter(error) {
  switch (error.name) {
    case "NotAllowedError": case "SecurityError":
      return /system/i.test(error.message) ? "refused_by_system" : "refused";
    case "NotReadableError": case "AbortError": return "busy";
    default: return "missing";
  }
}
