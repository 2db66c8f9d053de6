/**
 * Whether a picture shows anything, judged from the frames this page shows: a few small samples a
 * minute, compared here, never kept or sent. Pure but for `sampleOf`.
 *
 * @typedef {{mean: number, spread: number, pixels: number[]}} Sample brightness 0 to 255
 */

export const SAMPLE_MS = 5000;
const WIDTH = 32;
const HEIGHT = 18;
/** Darker than this on average, or with less difference between its places: nothing is seen. */
const DARK_MEAN = 18;
const FLAT_SPREAD = 3;
const COVERED_SAMPLES = 2;
/**
 * A living camera always has noise all over. Of so many samples, so many that are alike with the one
 * before are one picture: a key frame or another layer between them changes how it is encoded.
 */
const SAMPLES = 5;
const FROZEN_PAIRS = 2;
/** A step that no encoder makes of the same picture: something has moved. */
const MOVED_STEP = 40;
/** What an encoder makes of the same picture again: in few places, by the least there is. */
const ALIKE_PLACES = 0.01 * WIDTH * HEIGHT;
const ALIKE_STEP = 1;

/** @param {ArrayLike<number>} rgba @returns {Sample} */
export function sample(rgba) {
  const pixels = [];
  for (let i = 0; i + 3 < rgba.length; i += 4) {
    pixels.push(Math.round(0.299 * rgba[i] + 0.587 * rgba[i + 1] + 0.114 * rgba[i + 2]));
  }
  const mean = pixels.reduce((sum, one) => sum + one, 0) / pixels.length;
  const spread = Math.sqrt(pixels.reduce((sum, one) => sum + (one - mean) ** 2, 0) / pixels.length);
  return { mean, spread, pixels };
}

/** @param {Sample[]} samples the newest last @returns {"covered"|"frozen"|null|undefined} undefined: too early to say */
export function judge(samples) {
  const newest = samples.slice(-COVERED_SAMPLES);
  if (newest.length === COVERED_SAMPLES && newest.every(showsNothing)) return "covered";
  const pairs = samples.slice(1).map((one, at) => stepsBetween(samples[at], one));
  const since = pairs.slice(pairs.findLastIndex((steps) => steps.some((step) => step >= MOVED_STEP)) + 1);
  if (since.filter(isAlike).length >= FROZEN_PAIRS) return "frozen";
  return pairs.length < FROZEN_PAIRS ? undefined : null;
}

/** @param {Sample} one */
function showsNothing(one) {
  return one.mean < DARK_MEAN || one.spread < FLAT_SPREAD;
}

/** What differs, by how much. @param {Sample|undefined} one @param {Sample} other */
function stepsBetween(one, other) {
  return other.pixels.map((pixel, at) => Math.abs(pixel - (one?.pixels[at] ?? 0))).filter((step) => step > 0);
}

/** @param {number[]} steps */
function isAlike(steps) {
  return steps.length <= ALIKE_PLACES && steps.every((step) => step <= ALIKE_STEP);
}

/** The last samples of whom is shown; somebody else's begin anew. */
export class HealthWatch {
  /** @type {Map<string, Sample[]>} */
  #samples = new Map();

  /** @param {string} who @param {Sample} taken */
  add(who, taken) {
    const samples = [...(this.#samples.get(who) ?? []), taken].slice(-SAMPLES);
    this.#samples.set(who, samples);
    return judge(samples);
  }

  /** @param {Set<string>} shown */
  keep(shown) {
    for (const who of [...this.#samples.keys()]) if (!shown.has(who)) this.#samples.delete(who);
  }
}

const canvas = typeof document === "undefined" ? null : document.createElement("canvas");

/** @param {HTMLVideoElement} video @returns {Sample|null} */
export function sampleOf(video) {
  if (!canvas || !video.videoWidth) return null;
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return null;
  context.drawImage(video, 0, 0, WIDTH, HEIGHT);
  const { data } = context.getImageData(0, 0, WIDTH, HEIGHT);
  context.clearRect(0, 0, WIDTH, HEIGHT);
  return sample(data);
}
