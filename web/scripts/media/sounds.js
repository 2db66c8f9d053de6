/**
 * Quiet sounds made here, each beside a message on screen that says the same (a test sees to it):
 * a knock on wood, and tones for what else happens in the room.
 */

const KNOCK_GAP_S = 0.22;
const KNOCK_LENGTH_S = 0.14;
const KNOCK_HZ = 210;
const KNOCK_END_HZ = 120;
const KNOCK_GAIN = 0.5;
const TONE_GAIN = 0.08;
const TONE_LENGTH_S = 0.22;
const TONE_GAP_S = 0.13;
const ATTACK_S = 0.012;
const SILENT = 0.0001;

/** Frequencies in hertz, one after another, by notification. @type {Record<string, number[]>} */
export const TONES = {
  "participant.joined": [523, 659],
  "participant.left": [659, 523],
  "participant.muted": [392],
  "hand.raised": [784],
  "staff.message": [587, 587],
  "slot.ending": [587, 587],
  "meeting.locked": [392, 392],
  "meeting.unlocked": [392, 523],
  "meeting.paused": [440, 349],
  "meeting.resumed": [349, 440],
};

/** What the room tells, as far as it has a sound. @param {string} notification @param {AudioContext} context */
export function playFor(notification, context) {
  if (notification === "knock.received") return playKnock(context);
  const tones = TONES[notification];
  if (!tones) return undefined;
  wake(context);
  const start = context.currentTime + 0.02;
  return tones.forEach((hz, index) => oneTone(context, hz, start + index * TONE_GAP_S));
}

/** @param {AudioContext} context @param {number} [volume] 0 to 1 */
export function playKnock(context, volume = 1) {
  wake(context);
  const start = context.currentTime + 0.02;
  for (const at of [start, start + KNOCK_GAP_S]) oneKnock(context, at, volume);
}

/** @param {AudioContext} context */
function wake(context) {
  if (context.state === "suspended") void context.resume();
}

/** @param {AudioContext} context @param {number} at @param {number} volume */
function oneKnock(context, at, volume) {
  const end = at + KNOCK_LENGTH_S;
  const tone = new OscillatorNode(context, { type: "triangle", frequency: KNOCK_HZ });
  tone.frequency.setValueAtTime(KNOCK_HZ, at);
  tone.frequency.exponentialRampToValueAtTime(KNOCK_END_HZ, end);
  play(context, tone, { at, end, gain: KNOCK_GAIN * volume, attack: 0.008 });
}

/** @param {AudioContext} context @param {number} hz @param {number} at */
function oneTone(context, hz, at) {
  const tone = new OscillatorNode(context, { type: "sine", frequency: hz });
  play(context, tone, { at, end: at + TONE_LENGTH_S, gain: TONE_GAIN, attack: ATTACK_S });
}

/** @param {AudioContext} context @param {OscillatorNode} tone @param {{at: number, end: number, gain: number, attack: number}} shape */
function play(context, tone, { at, end, gain, attack }) {
  const loudness = new GainNode(context, { gain: 0 });
  loudness.gain.setValueAtTime(SILENT, at);
  loudness.gain.exponentialRampToValueAtTime(Math.max(gain, SILENT), at + attack);
  loudness.gain.exponentialRampToValueAtTime(SILENT, end);
  tone.connect(loudness).connect(context.destination);
  tone.start(at);
  tone.stop(end + 0.02);
}
