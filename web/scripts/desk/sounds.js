/** The desk's sounds, made here, and whether the browser lets them be heard. */

import { signal } from "../../vendor/signals.js";
import { playKnock } from "../media/sounds.js";

const GAIN = 0.4;
const NOTE_S = 0.28;
/** Two falling notes call, three level ones warn. @type {Record<string, number[]>} */
const TUNES = { call: [880, 660], warning: [520, 520, 520] };
const CALLS = ["staff_called", "ready_to_leave"];

export class Sounds {
  constructor() {
    this.context = new AudioContext();
    this.isOn = signal(this.context.state === "running");
    /** How often something was played since the page was opened. */
    this.played = signal(0);
    this.context.addEventListener("statechange", () => {
      this.isOn.value = this.context.state === "running";
    });
  }

  /** In a click: browsers let a page sound only after one. */
  async turnOn() {
    await this.context.resume();
    this.#tune(TUNES.call);
  }

  /** @param {string} kind of alert, or `lost` */
  play(kind) {
    if (!this.isOn.value) return;
    this.played.value += 1;
    if (kind === "knock") playKnock(this.context);
    else this.#tune(CALLS.includes(kind) ? TUNES.call : TUNES.warning);
  }

  /** @param {number[]} notes in Hz */
  #tune(notes) {
    notes.forEach((frequency, at) => {
      const start = this.context.currentTime + 0.02 + at * NOTE_S;
      const tone = new OscillatorNode(this.context, { type: "sine", frequency });
      const gain = new GainNode(this.context, { gain: 0 });
      gain.gain.setValueAtTime(0.0001, start);
      gain.gain.exponentialRampToValueAtTime(GAIN, start + 0.015);
      gain.gain.exponentialRampToValueAtTime(0.0001, start + NOTE_S);
      tone.connect(gain).connect(this.context.destination);
      tone.start(start);
      tone.stop(start + NOTE_S + 0.02);
    });
  }
}
