/** Sounds made here: two soft knocks on wood. */

const KNOCK_GAP_S = 0.22;
const KNOCK_LENGTH_S = 0.14;
const KNOCK_HZ = 210;
const KNOCK_END_HZ = 120;
const KNOCK_GAIN = 0.5;

/** @param {AudioContext} context @param {number} [volume] 0 to 1 */
export function playKnock(context, volume = 1) {
  if (context.state === "suspended") void context.resume();
  const start = context.currentTime + 0.02;
  for (const at of [start, start + KNOCK_GAP_S]) oneKnock(context, at, volume);
}

/** @param {AudioContext} context @param {number} at @param {number} volume */
function oneKnock(context, at, volume) {
  const end = at + KNOCK_LENGTH_S;
  const tone = new OscillatorNode(context, { type: "triangle", frequency: KNOCK_HZ });
  const gain = new GainNode(context, { gain: 0 });
  tone.frequency.setValueAtTime(KNOCK_HZ, at);
  tone.frequency.exponentialRampToValueAtTime(KNOCK_END_HZ, end);
  gain.gain.setValueAtTime(0.0001, at);
  gain.gain.exponentialRampToValueAtTime(KNOCK_GAIN * volume, at + 0.008);
  gain.gain.exponentialRampToValueAtTime(0.0001, end);
  tone.connect(gain).connect(context.destination);
  tone.start(at);
  tone.stop(end + 0.02);
}
