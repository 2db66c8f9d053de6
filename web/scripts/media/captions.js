/**
 * Captions of what one hears, made on this device or not at all: the browser's speech recognition,
 * told to process locally, which is looked at again right before it listens. No service is used,
 * nothing is sent, and what was said is kept nowhere (W3C Web Speech API, `processLocally`).
 *
 * @typedef {{lang: string, continuous: boolean, interimResults: boolean, processLocally: boolean,
 *   start: (track: MediaStreamTrack) => void, abort: () => void,
 *   onresult: ((event: any) => void)|null, onend: (() => void)|null,
 *   onerror: ((event: any) => void)|null}} Recognition
 * @typedef {(new () => Recognition) & {
 *   available: (options: {langs: string[], processLocally: boolean}) => Promise<string>,
 *   install: (options: {langs: string[], processLocally: boolean}) => Promise<boolean>}} RecognitionClass
 * @typedef {"on_device"|"to_fetch"|"none"} Offered `to_fetch`: the browser has the language to fetch first
 */

/** In this order, as what is spoken here. */
const LANGUAGES = ["en-GB", "en-US"];
const AGAIN_MS = 500;
/** After these it does not begin again. */
const FATAL = ["not-allowed", "service-not-allowed", "language-not-supported", "audio-capture"];

/** The browser's own, where it can be told to stay on the device. @param {any} scope @returns {RecognitionClass|null} */
export function recognitionOf(scope) {
  const found = scope.SpeechRecognition ?? scope.webkitSpeechRecognition;
  const isFit = found && "processLocally" in found.prototype && typeof found.available === "function" && typeof found.install === "function";
  return isFit ? found : null;
}

/** @param {RecognitionClass|null} known @returns {Promise<{lang: string, offered: Offered}>} */
export async function offeredBy(known) {
  const none = { lang: "", offered: /** @type {Offered} */ ("none") };
  let toFetch = none;
  for (const lang of known ? LANGUAGES : []) {
    const found = await known?.available({ langs: [lang], processLocally: true }).catch(() => "unavailable");
    if (found === "available") return { lang, offered: "on_device" };
    if (!toFetch.lang && (found === "downloadable" || found === "downloading")) toFetch = { lang, offered: "to_fetch" };
  }
  return toFetch;
}

/**
 * The only way in which anything listens.
 * @param {Recognition} recognition
 * @param {MediaStreamTrack} track
 * @throws {Error} it would not stay on this device
 */
export function startLocally(recognition, track) {
  recognition.processLocally = true;
  if (recognition.processLocally !== true) throw new Error("speech would not be processed on this device");
  recognition.start(track);
}

export class Captioner {
  /** @type {Recognition|null} */
  #listening = null;

  /**
   * @param {RecognitionClass} known
   * @param {{heard: () => MediaStreamTrack, onText: (text: string, isFinal: boolean) => void, onOver: () => void}} surroundings
   *   `heard` is what one hears, as one track; `onOver`: it does not go on
   */
  constructor(known, surroundings) {
    this.known = known;
    this.surroundings = surroundings;
  }

  /** @returns {Promise<boolean>} whether it listens */
  async start() {
    const { lang, offered } = await offeredBy(this.known);
    if (offered === "none") return false;
    if (offered === "to_fetch" && !(await this.known.install({ langs: [lang], processLocally: true }))) return false;
    const recognition = new this.known();
    Object.assign(recognition, { lang, continuous: true, interimResults: true });
    let hasFailed = false;
    recognition.onresult = (event) => this.#result(event);
    recognition.onerror = (event) => { hasFailed = FATAL.includes(event.error); };
    recognition.onend = () => this.#ended(recognition, hasFailed);
    this.#listening = recognition;
    return this.#listen(recognition);
  }

  stop() {
    const recognition = this.#listening;
    this.#listening = null;
    recognition?.abort();
  }

  /** @param {Recognition} recognition */
  #listen(recognition) {
    try {
      startLocally(recognition, this.surroundings.heard());
      return true;
    } catch (error) {
      console.warn("no captions", error);
      this.#listening = null;
      return false;
    }
  }

  /** A browser ends it after a silence. @param {Recognition} recognition @param {boolean} hasFailed */
  #ended(recognition, hasFailed) {
    if (this.#listening !== recognition) return;
    const goOn = () => this.#listening === recognition && !this.#listen(recognition) && this.surroundings.onOver();
    if (!hasFailed) return void setTimeout(goOn, AGAIN_MS);
    this.#listening = null;
    this.surroundings.onOver();
  }

  /** @param {any} event */
  #result(event) {
    for (const result of [...event.results].slice(event.resultIndex)) {
      this.surroundings.onText(result[0].transcript, result.isFinal);
    }
  }
}
