/** What the self-test lets a person hear: three notes, and their own voice a moment ago. */

const NOTES_HZ = [523.25, 659.25, 783.99];
const NOTE_S = 0.35;
const GAIN = 0.25;
const END_S = 0.3;
export const RECORD_MS = 3000;

/** @param {AudioContext} context @param {string} speakerId @returns {Promise<void>} when it is over */
export async function playNotes(context, speakerId) {
  await context.resume();
  const target = context.createMediaStreamDestination();
  const begin = context.currentTime + 0.1;
  NOTES_HZ.forEach((frequency, index) => {
    const at = begin + index * NOTE_S;
    const tone = new OscillatorNode(context, { type: "sine", frequency });
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setValueAtTime(0.0001, at);
    gain.gain.exponentialRampToValueAtTime(GAIN, at + 0.03);
    gain.gain.exponentialRampToValueAtTime(0.0001, at + NOTE_S);
    tone.connect(gain).connect(target);
    tone.start(at);
    tone.stop(at + NOTE_S);
  });
  const audio = new Audio();
  audio.srcObject = target.stream;
  await playAt(audio, speakerId);
  await wait((NOTES_HZ.length * NOTE_S + END_S) * 1000);
  audio.srcObject = null;
}

/** @param {MediaStreamTrack} track @returns {Promise<Blob>} some seconds of it, which stay in this page */
export async function record(track) {
  const recorder = new MediaRecorder(new MediaStream([track]));
  /** @type {Blob[]} */
  const parts = [];
  recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
  const isOver = new Promise((resolve) => recorder.addEventListener("stop", resolve, { once: true }));
  recorder.start();
  await wait(RECORD_MS);
  if (recorder.state !== "inactive") recorder.stop();
  await isOver;
  return new Blob(parts, { type: recorder.mimeType });
}

/** @param {Blob} blob @param {string} speakerId @returns {Promise<void>} when it is over */
export async function playBack(blob, speakerId) {
  const url = URL.createObjectURL(blob);
  const audio = new Audio(url);
  const isOver = new Promise((resolve) => {
    for (const event of ["ended", "error"]) audio.addEventListener(event, resolve, { once: true });
  });
  try {
    await playAt(audio, speakerId);
    await isOver;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** @param {HTMLAudioElement} audio @param {string} speakerId */
async function playAt(audio, speakerId) {
  if (speakerId && "setSinkId" in audio) await audio.setSinkId(speakerId).catch(() => undefined);
  await audio.play();
}

/** @param {number} ms */
function wait(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
