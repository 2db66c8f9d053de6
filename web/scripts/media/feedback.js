/**
 * Listens on this device for sound that goes round: a howl, or one's own voice that comes back.
 * Nothing is sent or kept for it but how loud and at what pitch the last seconds were.
 */

import { effect } from "../../vendor/signals.js";
import { EVERY_MS, NO_ECHO, isEcho, listen } from "../state/echo.js";
import { NO_HOWL, follow, isHowling, narrowPeak } from "../state/howl.js";
import { isPaused } from "../state/meeting.js";
import { Ears } from "./ears.js";

const FFT_SIZE = 2048;
/** A howl is looked for at every second look. */
const HOWL_EVERY = 2;
/** So often at most each is told. */
const AGAIN_MS = 120_000;

/** One side: its spectrum, and how loud it is. */
class Side {
  /** @param {AudioContext} context @param {AudioNode} source */
  constructor(context, source) {
    this.source = source;
    this.analyser = new AnalyserNode(context, { fftSize: FFT_SIZE, smoothingTimeConstant: 0 });
    source.connect(this.analyser);
    this.spectrum = new Float32Array(this.analyser.frequencyBinCount);
    this.samples = new Float32Array(FFT_SIZE);
  }

  /** @param {number} binHz */
  peak(binHz) {
    this.analyser.getFloatFrequencyData(this.spectrum);
    return narrowPeak(this.spectrum, binHz);
  }

  /** Decibels. */
  level() {
    this.analyser.getFloatTimeDomainData(this.samples);
    let power = 0;
    for (const value of this.samples) power += value * value;
    return 10 * Math.log10(power / FFT_SIZE + 1e-12);
  }

  close() {
    this.source.disconnect(this.analyser);
  }
}

/**
 * @param {AudioContext} context
 * @param {MediaStreamTrack} microphone
 * @param {import("../controller.js").Controller} controller
 * @param {(what: "howl"|"echo") => void} onFound
 * @returns {() => void} that ends it
 */
function listenFor(context, microphone, controller, onFound) {
  const ears = new Ears(context, controller);
  const heard = new Side(context, ears.mix);
  const own = new Side(context, context.createMediaStreamSource(new MediaStream([microphone])));
  const binHz = context.sampleRate / FFT_SIZE;
  let [howl, echo, count] = [NO_HOWL, NO_ECHO, 0];
  const timer = setInterval(() => {
    if (context.state !== "running") return;
    count += 1;
    if (count % HOWL_EVERY === 0) {
      howl = follow(howl, heard.peak(binHz), own.peak(binHz));
      if (isHowling(howl)) onFound("howl");
    }
    echo = listen(echo, own.level(), heard.level(), count);
    if (isEcho(echo)) onFound("echo");
  }, EVERY_MS);
  return () => {
    clearInterval(timer);
    heard.close();
    own.close();
    ears.close();
  };
}

/** Tell who is heard in a room when their sound goes round. @param {import("../controller.js").Controller} controller */
export function watchFeedback(controller) {
  const { store, own } = controller;
  /** @type {MediaStreamTrack|null} */
  let listened = null;
  /** @type {(() => void)|null} */
  let end = null;
  /** @type {Record<string, number>} */
  const toldAt = {};
  const found = (/** @type {"howl"|"echo"} */ what) => {
    const nowMs = Date.now();
    if (nowMs - (toldAt[what] ?? -Infinity) < AGAIN_MS) return;
    toldAt[what] = nowMs;
    store.dispatch({ type: "raised", alert: { tag: "feedback", key: `alert.${what}`, tone: "warning", assertive: true }, nowMs });
  };
  return effect(() => {
    const { isMuted, microphoneTrack } = own.devices.state.value;
    const view = store.state.value.meeting.view;
    const isHeard = view?.place === "inside" && !isPaused(view) && !isMuted;
    const wanted = isHeard ? microphoneTrack : null;
    if (wanted === listened || (wanted && !controller.audio)) return;
    end?.();
    listened = wanted;
    end = wanted && controller.audio ? listenFor(controller.audio, wanted, controller, found) : null;
  });
}
