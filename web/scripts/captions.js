/**
 * Captions of one page: whether they are offered, on, and what they say. Off whenever the person
 * is not in a room, or sits at a terminal that was handed over.
 */

import { effect, signal } from "../vendor/signals.js";
import { Captioner, offeredBy, recognitionOf } from "./media/captions.js";
import { Ears } from "./media/ears.js";
import { NO_CAPTIONS, addSaid, forgetOld } from "./state/captions.js";
import { may, nameOf } from "./state/meeting.js";

/**
 * @typedef {{phase: "none"|"off"|"starting"|"on", said: import("./state/captions.js").Captions}} CaptionsState
 * @typedef {ReturnType<typeof createCaptions>} Captions
 */

/** @param {import("./controller.js").Controller} controller @param {any} [scope] where the browser's speech recognition is */
export function createCaptions(controller, scope = window) {
  const known = recognitionOf(scope);
  const state = signal(/** @type {CaptionsState} */ ({ phase: "none", said: NO_CAPTIONS }));
  /** @type {(() => void)|null} */
  let end = null;
  void offeredBy(known).then(({ offered }) => {
    if (offered !== "none") state.value = { ...state.value, phase: "off" };
  });

  function stop() {
    end?.();
    end = null;
    if (state.peek().phase !== "none") state.value = { phase: "off", said: NO_CAPTIONS };
  }

  /** Somebody else wanted them off meanwhile, or they cannot be. */
  async function start() {
    if (!known || !controller.audio) return;
    state.value = { phase: "starting", said: NO_CAPTIONS };
    const ears = new Ears(controller.audio, controller);
    const target = controller.audio.createMediaStreamDestination();
    ears.mix.connect(target);
    const captioner = new Captioner(known, {
      heard: () => target.stream.getAudioTracks()[0], onOver: fail,
      onText: (text, isFinal) => say(text, isFinal),
    });
    const timer = setInterval(() => {
      const said = forgetOld(state.peek().said, Date.now());
      if (said !== state.peek().said) state.value = { ...state.peek(), said };
    }, 1000);
    end = () => {
      clearInterval(timer);
      captioner.stop();
      ears.close();
    };
    const mine = end;
    const isOn = await captioner.start().catch(() => false);
    if (end !== mine) captioner.stop();
    else if (isOn) state.value = { ...state.peek(), phase: "on" };
    else fail();
  }

  /** The browser could not fetch the language, or gave up. */
  function fail() {
    stop();
    const alert = { tag: "captions", key: "alert.captions_failed", tone: /** @type {const} */ ("warning") };
    controller.store.dispatch({ type: "raised", alert, nowMs: Date.now() });
  }

  /** @param {string} text @param {boolean} isFinal */
  function say(text, isFinal) {
    const { view } = controller;
    const { dominant } = controller.store.state.peek().meeting;
    const speaker = view && dominant && dominant !== view.you ? nameOf(view, dominant) : "";
    state.value = { ...state.peek(), said: addSaid(state.peek().said, { text, isFinal, speaker, nowMs: Date.now() }) };
  }

  effect(() => {
    const view = controller.store.state.value.meeting.view;
    const isHere = view?.place === "inside" && (!view.is_handed_over || may(view, "admit"));
    if (!isHere && state.peek().phase !== "off") stop();
  });
  return { state, toggle: () => (["on", "starting"].includes(state.peek().phase) ? stop() : start()) };
}
