import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Captioner, offeredBy, recognitionOf, startLocally } from "../../../web/scripts/media/captions.js";

/** @typedef {import("../../../web/scripts/media/captions.js").RecognitionClass} RecognitionClass */

/** What `available` answers, by language. @type {Record<string, string>} */
let languages = {};
let canInstall = true;
/** @type {[string, any][]} */
let asked = [];
/** @type {Fake[]} */
let made = [];
/** Every start, with whether it was to stay on the device then. @type {boolean[]} */
let starts = [];

class Fake {
  isLocal = false;
  isOver = false;
  lang = "";
  /** @type {((event: any) => void)|null} */
  onresult = null;
  /** @type {((event: any) => void)|null} */
  onerror = null;
  /** @type {(() => void)|null} */
  onend = null;
  constructor() { made.push(this); }
  get processLocally() { return this.isLocal; }
  set processLocally(wanted) { this.isLocal = wanted; }
  start() { starts.push(this.isLocal); }
  abort() { this.isOver = true; }
  static async available(/** @type {any} */ options) {
    asked.push(["available", options]);
    return languages[options.langs[0]] ?? "unavailable";
  }
  static async install(/** @type {any} */ options) {
    asked.push(["install", options]);
    return canInstall;
  }
}

/** Takes the wish and goes on as before. */
class Deaf extends Fake {
  set processLocally(_) { /* it does not listen */ }
  get processLocally() { return false; }
}

/** As browsers had it before: a service on the network. */
class Old {
  start() { starts.push(false); }
}

const track = /** @type {MediaStreamTrack} */ (/** @type {unknown} */ ({ kind: "audio" }));
const as = (/** @type {unknown} */ one) => /** @type {RecognitionClass} */ (one);
/** @type {[string, boolean][]} */
let said = [];
let over = 0;
const surroundings = {
  heard: () => track, onText: (/** @type {string} */ text, /** @type {boolean} */ isFinal) => said.push([text, isFinal]), onOver: () => { over += 1; },
};

beforeEach(() => {
  [languages, canInstall, asked, made, starts, said, over] = [{ "en-GB": "available" }, true, [], [], [], [], 0];
});

test("a browser that cannot be told to stay on the device has no captions here", async () => {
  assert.equal(recognitionOf({ SpeechRecognition: Old }), null);
  assert.equal(recognitionOf({ webkitSpeechRecognition: Old }), null);
  assert.equal(recognitionOf({}), null);
  assert.deepEqual(await offeredBy(null), { lang: "", offered: "none" });
  assert.equal(recognitionOf({ SpeechRecognition: Fake }), Fake);
});

test("what is asked of the browser is asked for this device alone", async () => {
  languages = { "en-US": "downloadable" };
  assert.deepEqual(await offeredBy(as(Fake)), { lang: "en-US", offered: "to_fetch" });
  await new Captioner(as(Fake), surroundings).start();
  assert.ok(asked.length >= 3);
  assert.equal(asked.every(([, options]) => options.processLocally === true), true);
});

test("a language of a service on the network is none", async () => {
  languages = {};
  assert.equal((await offeredBy(as(Fake))).offered, "none");
  assert.equal(await new Captioner(as(Fake), surroundings).start(), false);
  assert.deepEqual([made.length, starts], [0, []]);
});

test("it is told to stay on the device before it listens", async () => {
  assert.equal(await new Captioner(as(Fake), surroundings).start(), true);
  assert.deepEqual([starts, made[0].lang], [[true], "en-GB"]);
});

test("one that would not stay on the device never listens", async () => {
  assert.throws(() => startLocally(/** @type {any} */ (new Deaf()), track));
  assert.equal(await new Captioner(as(Deaf), surroundings).start(), false);
  assert.deepEqual(starts, []);
});

test("a language that could not be fetched is not listened for", async () => {
  [languages, canInstall] = [{ "en-GB": "downloadable" }, false];
  assert.equal(await new Captioner(as(Fake), surroundings).start(), false);
  assert.deepEqual(starts, []);
});

test("it begins again after a silence, on this device, until it is stopped", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const captioner = new Captioner(as(Fake), surroundings);
  await captioner.start();
  made[0].onend?.();
  context.mock.timers.tick(1000);
  assert.deepEqual(starts, [true, true]);
  captioner.stop();
  made[0].onend?.();
  context.mock.timers.tick(1000);
  assert.deepEqual([starts, made[0].isOver, over], [[true, true], true, 0]);
});

test("one that begins to leave the device between two times does not begin again", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  await new Captioner(as(Fake), surroundings).start();
  Object.defineProperty(made[0], "processLocally", { get: () => false, set: () => undefined });
  made[0].onend?.();
  context.mock.timers.tick(1000);
  assert.deepEqual([starts, over], [[true], 1]);
});

test("after a refusal it does not go on", async () => {
  await new Captioner(as(Fake), surroundings).start();
  made[0].onerror?.({ error: "service-not-allowed" });
  made[0].onend?.();
  assert.deepEqual([starts.length, over], [1, 1]);
});

test("what is new of what was understood is told", async () => {
  await new Captioner(as(Fake), surroundings).start();
  const result = (/** @type {string} */ transcript, /** @type {boolean} */ isFinal) => Object.assign([{ transcript }], { isFinal });
  made[0].onresult?.({ resultIndex: 1, results: [result("old", true), result("and so", false)] });
  assert.deepEqual(said, [["and so", false]]);
});
