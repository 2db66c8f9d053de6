/**
 * What a person can do, as the components call it. Requests that fail raise a message that stays;
 * `ask` returns the problem instead, for forms that show it where it belongs.
 *
 * @typedef {ReturnType<typeof createActions>} Actions
 */

import { problemOf } from "./controller.js";
import { switchLanguage } from "./language.js";
import { captureScreen } from "./media/screen.js";
import { isEncoded, you } from "./state/meeting.js";
import { has } from "./text.js";

/** @param {import("./controller.js").Controller} controller */
export function createActions(controller) {
  const { own, store } = controller;
  const { devices } = own;

  /**
   * @param {string} request
   * @param {Record<string, unknown>} [payload]
   * @returns {Promise<import("./types.js").Problem|null>}
   */
  async function ask(request, payload) {
    try {
      await controller.request(request, payload);
      return null;
    } catch (error) {
      return problemOf(error);
    }
  }

  /** @param {import("./types.js").Problem} problem */
  function complain(problem) {
    const known = has(`error.${problem.code}`);
    const key = known ? `error.${problem.code}` : "error.other";
    warn(key, { message: problem.message });
  }

  /** Said at once, and shown until it is dismissed. @param {string} key @param {Record<string, string>} values */
  function warn(key, values) {
    store.dispatch({ type: "raised", alert: { tag: "problem", key, values, tone: "warning", assertive: true }, nowMs: Date.now() });
  }

  /** @param {string} request @param {Record<string, unknown>} [payload] */
  async function tell(request, payload) {
    const problem = await ask(request, payload);
    if (problem) complain(problem);
    return !problem;
  }

  /** @param {boolean} takeOver */
  async function present(takeOver) {
    const track = await captureScreen(() => void stopPresenting());
    if (!track) return;
    if (!(await tell("presentation.start", { take_over: takeOver }))) {
      track.stop();
      return;
    }
    await own.startScreen(track);
  }

  async function stopPresenting() {
    if (!own.screen) return;
    own.stopScreen();
    await tell("presentation.stop");
  }

  /** The space bar is held while muted. @returns {boolean} whether it counts */
  function beginTalk() {
    const { isMuted, microphoneTrack } = devices.now;
    if (!isMuted || !microphoneTrack || isEncoded(controller.view)) return false;
    devices.setMuted(false);
    void own.tell({ microphone: true });
    return true;
  }

  function endTalk() {
    devices.setMuted(true);
    void own.tell({ microphone: false });
  }

  /** With an encoder, mute and camera are the server's alone. @param {"microphone"|"camera"} kind */
  async function toggleEncoded(kind) {
    const own = controller.view && you(controller.view);
    if (own) await tell("self.set_media", { [kind]: !own[kind] });
  }

  /** An encoder may send in place of this page. @returns {Promise<import("./types.js").Problem|null>} */
  async function allowEncoder() {
    try {
      const { url, token } = /** @type {import("./types.js").EncoderAccess} */ (await controller.request("encoder.start"));
      store.dispatch({ type: "encoder_allowed", encoder: { url: new URL(url, controller.client.url).href, token } });
      return null;
    } catch (error) {
      return problemOf(error);
    }
  }

  async function toggleMicrophone() {
    if (isEncoded(controller.view)) return toggleEncoded("microphone");
    const wasMuted = devices.now.isMuted || !devices.now.microphoneTrack;
    devices.setMuted(!wasMuted);
    if (wasMuted && !devices.now.microphoneTrack && !(await devices.startMicrophone())) {
      return complain({ code: `microphone_${devices.now.microphone}`, message: "" });
    }
    return own.tell({ microphone: wasMuted });
  }

  async function toggleCamera() {
    if (isEncoded(controller.view)) return toggleEncoded("camera");
    if (devices.now.camera === "live") devices.stopCamera();
    else if (!(await devices.startCamera())) complain({ code: `camera_${devices.now.camera}`, message: "" });
  }

  /** Kept for the next visit of this browser. */
  function nextLayout() {
    store.dispatch({ type: "layout" });
    controller.preferences.set({ layout: store.state.value.stage.layout });
  }

  async function readyToLeave() {
    if (!(await tell("staff.ready_to_leave"))) return;
    store.dispatch({ type: "raised", alert: { tag: "staff", key: "alert.ready_to_leave", tone: "good" }, nowMs: Date.now() });
  }

  async function leave() {
    const problem = await ask("room.leave");
    if (problem) console.warn("left without the server's word", problem.code);
    controller.finish({ code: "hung_up", canReturn: true, reason: "" });
  }

  return {
    ask, tell, warn, allowEncoder, present, stopPresenting, beginTalk, endTalk, toggleMicrophone, toggleCamera, readyToLeave, leave,
    start: controller.start.bind(controller),
    /** Before the meeting: nothing to tell the server. */
    toggleOwnCamera: () => (devices.now.camera === "live" ? devices.stopCamera() : devices.startCamera()),
    toggleOwnMicrophone: () => devices.setMuted(!devices.now.isMuted),
    comeBack: () => controller.comeBack(),
    returnToSeat: () => controller.returnToSeat(),
    presentAs: own.presentAs.bind(own),
    retryDevices: () => devices.open(),
    chooseDevice: devices.choose.bind(devices),
    setProcessing: devices.setProcessing.bind(devices),
    setBlurred: devices.setBlurred.bind(devices),
    save: controller.save.bind(controller),
    /** In another language; the call goes on. @param {string} lang */
    speak: (lang) => switchLanguage(lang, ["meeting"]).catch(() => complain({ code: "offline", message: "" })),
    /** @param {number} id */
    dismiss: (id) => store.dispatch({ type: "dismissed", id }),
    /** @param {string} id */
    enlarge: (id) => store.dispatch({ type: "enlarged", id }),
    /** @param {import("./types.js").SelfPlace} place */
    moveSelf: (place) => store.dispatch({ type: "self_moved", place }),
    /** @param {boolean} isHidden */
    hideSelf: (isHidden) => store.dispatch({ type: "self_hidden", isHidden }),
    nextLayout,
    /** @param {boolean} isBlocked */
    soundBlocked: (isBlocked) => store.dispatch({ type: "sound_blocked", isBlocked }),
    /** @param {string} mid */
    track: (mid) => controller.track(mid),
    /** @param {MediaStreamTrack} track */
    player: (track) => controller.players.take(track),
    audioContext: () => (controller.audio ??= new AudioContext()),
  };
}
