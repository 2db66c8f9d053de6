/**
 * Listens, while one is muted, to a copy of one's own microphone track that stays on this device:
 * the track that is sent is switched off, the copy goes to no peer connection.
 */

import { effect } from "../../vendor/signals.js";
import { SILENCE, hear, isSpeech } from "../state/muted_speech.js";
import { watchLevel } from "./level.js";

/** So often at most. */
const AGAIN_MS = 60_000;

export class MutedVoice {
  /** @type {(() => void)|null} */
  #stop = null;
  /** @type {MediaStreamTrack|null} */
  #watched = null;
  #toldAt = -Infinity;

  /** @param {() => void} onSpeech */
  constructor(onSpeech) {
    this.onSpeech = onSpeech;
  }

  /** Listen to this one, muted, or (null) to nobody. @param {MediaStreamTrack|null} track @param {AudioContext|null} context */
  follow(track, context) {
    if (track === this.#watched) return;
    this.#stop?.();
    this.#stop = null;
    this.#watched = track;
    if (track && context) this.#listen(track, context);
  }

  /** @param {MediaStreamTrack} track @param {AudioContext} context */
  #listen(track, context) {
    const copy = track.clone();
    copy.enabled = true;
    let heard = SILENCE;
    const unwatch = watchLevel(context, copy, (level) => {
      const now = performance.now();
      heard = hear(heard, level, now);
      if (now - this.#toldAt < AGAIN_MS || !isSpeech(heard)) return;
      this.#toldAt = now;
      this.onSpeech();
    });
    this.#stop = () => {
      unwatch();
      copy.stop();
    };
  }
}

/** Say so to who is inside and speaks while muted. @param {import("../controller.js").Controller} controller */
export function watchMutedVoice(controller) {
  const { store, preferences, own } = controller;
  const voice = new MutedVoice(() => {
    const hasKeys = preferences.choices.value.hasShortcuts && !controller.view?.is_handed_over && matchMedia("(hover: hover)").matches;
    const key = hasKeys ? "alert.muted_speaking_hold" : "alert.muted_speaking";
    store.dispatch({ type: "raised", alert: { tag: "muted", key, tone: "warning" }, nowMs: Date.now() });
  });
  return effect(() => {
    const { isMuted, microphone, microphoneTrack } = own.devices.state.value;
    const isInside = store.state.value.meeting.view?.place === "inside";
    voice.follow(isInside && isMuted && microphone === "live" ? microphoneTrack : null, controller.audio);
  });
}
