/**
 * What is heard of the others, mixed into one node of an audio context, on this device: for
 * captions and for noticing feedback. It plays nothing.
 */

import { effect } from "../../vendor/signals.js";

export class Ears {
  /** @type {Map<MediaStreamTrack, MediaStreamAudioSourceNode>} */
  #sources = new Map();
  /** @type {() => void} */
  #unfollow;

  /** @param {AudioContext} context @param {import("../controller.js").Controller} controller */
  constructor(context, controller) {
    this.mix = new GainNode(context);
    this.#unfollow = effect(() => {
      const { slots } = controller.store.state.value.meeting;
      const mids = slots.filter((one) => one.kind === "audio" && one.participant).map((one) => one.mid);
      this.#follow(context, mids.map((mid) => controller.track(mid)));
    });
  }

  close() {
    this.#unfollow();
    for (const source of this.#sources.values()) source.disconnect();
    this.#sources.clear();
    this.mix.disconnect();
  }

  /** @param {AudioContext} context @param {(MediaStreamTrack|null)[]} tracks */
  #follow(context, tracks) {
    for (const [track, source] of this.#sources) {
      if (tracks.includes(track)) continue;
      source.disconnect();
      this.#sources.delete(track);
    }
    for (const track of tracks) {
      if (!track || this.#sources.has(track)) continue;
      const source = context.createMediaStreamSource(new MediaStream([track]));
      source.connect(this.mix);
      this.#sources.set(track, source);
    }
  }
}
