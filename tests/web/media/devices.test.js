import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

/** @typedef {{kind: "videoinput"|"audioinput"|"audiooutput", deviceId: string, label: string, fails?: string, alone?: boolean}} Plugged */

class Track {
  /** @type {Record<string, (() => void)[]>} */
  listeners = {};
  readyState = "live";
  enabled = true;
  contentHint = "";
  /** @type {Record<string, unknown>} */
  applied = {};
  constructor(/** @type {Plugged} */ plugged, /** @type {any} */ wanted) {
    this.label = plugged.label;
    this.id = plugged.deviceId;
    this.wanted = wanted;
  }
  stop() { this.readyState = "ended"; }
  addEventListener(/** @type {string} */ name, /** @type {() => void} */ call) { (this.listeners[name] ??= []).push(call); }
  getSettings() { return { deviceId: this.id, ...this.applied }; }
  getCapabilities() { return { backgroundBlur: blurs }; }
  async applyConstraints(/** @type {Record<string, unknown>} */ { backgroundBlur }) { this.applied = { backgroundBlur }; }
}

/** @type {Plugged[]} */
let plugged = [];
/** @type {boolean[]} */
let blurs = [];
/** @type {Track[]} */
let opened = [];
let isAllowed = true;
/** @type {Record<string, (() => unknown)[]>} */
let calls = {};
/** @type {Map<string, string>} */
let storage = new Map();
/** @type {import("../../../web/scripts/media/devices.js").Change[]} */
let told = [];
let isSent = false;

/** @param {string} name @param {string} [message] */
const fail = (name, message = "") => { throw new DOMException(message, name); };

/** @param {string} kind @param {any} wanted */
function open(kind, wanted) {
  if (!isAllowed) fail("NotAllowedError");
  const here = plugged.filter((one) => one.kind === kind);
  const { exact, ideal } = wanted.deviceId ?? {};
  const ids = [ideal ?? []].flat();
  const found = exact ? here.find((one) => one.deviceId === exact) : here.find((one) => ids.includes(one.deviceId)) ?? here[0];
  if (!found) return fail(exact ? "OverconstrainedError" : "NotFoundError");
  if (found.fails) fail(found.fails);
  const isTaken = opened.some((one) => one.readyState === "live" && here.some((each) => each.deviceId === one.id));
  if (found.alone && isTaken) fail("NotReadableError");
  const track = new Track(found, wanted);
  opened.push(track);
  return track;
}

/** @param {{audio?: unknown, video?: unknown}} wanted */
async function getUserMedia(wanted) {
  const video = wanted.video ? [open("videoinput", wanted.video)] : [];
  const audio = wanted.audio ? [open("audioinput", wanted.audio)] : [];
  return { getTracks: () => [...video, ...audio], getVideoTracks: () => video, getAudioTracks: () => audio };
}

const mediaDevices = {
  getUserMedia,
  enumerateDevices: async () => plugged.map(({ kind, deviceId, label }) => ({ kind, label, deviceId: isAllowed ? deviceId : "" })),
  addEventListener: (/** @type {string} */ name, /** @type {() => unknown} */ call) => (calls[name] ??= []).push(call),
};
const permission = { state: "denied", addEventListener: (/** @type {string} */ _, /** @type {() => unknown} */ call) => (calls.permission ??= []).push(call) };
Object.defineProperty(globalThis, "navigator", {
  configurable: true, value: { mediaDevices, permissions: { query: async () => permission } },
});
const { LocalDevices, stateAfter } = await import("../../../web/scripts/media/devices.js");

const CAMERA = /** @type {const} */ ({ kind: "videoinput", deviceId: "cam", label: "Camera" });
const OTHER = /** @type {const} */ ({ kind: "videoinput", deviceId: "cam2", label: "Other camera" });
const MICROPHONE = /** @type {const} */ ({ kind: "audioinput", deviceId: "mic", label: "Microphone" });
const HEADSET = /** @type {const} */ ({ kind: "audioinput", deviceId: "headset", label: "Headset" });

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

/** @param {...Plugged} here */
async function at(...here) {
  plugged = here;
  const store = /** @type {Storage} */ (/** @type {unknown} */ ({
    getItem: (/** @type {string} */ key) => storage.get(key) ?? null, setItem: (/** @type {string} */ key, /** @type {string} */ value) => storage.set(key, value),
  }));
  const devices = new LocalDevices(store, () => undefined, (change) => told.push(change), () => isSent);
  await devices.open();
  return devices;
}

/** Pulled out of the machine. @param {string} id */
async function unplug(id) {
  plugged = plugged.filter((one) => one.deviceId !== id);
  for (const track of opened.filter((one) => one.id === id && one.readyState === "live")) {
    track.readyState = "ended";
    track.listeners.ended?.forEach((call) => call());
  }
  await changed();
}

async function changed() {
  calls.devicechange?.forEach((call) => call());
  await settled();
}

beforeEach(() => {
  [plugged, blurs, opened, told, calls, storage] = [[], [], [], [], {}, new Map()];
  [isAllowed, isSent, permission.state] = [true, false, "denied"];
});

test("without a camera one joins with sound only, and the other way round", async () => {
  const heard = await at(MICROPHONE);
  assert.deepEqual([heard.now.camera, heard.now.microphone], ["missing", "live"]);
  const seen = await at(CAMERA);
  assert.deepEqual([seen.now.camera, seen.now.microphone], ["live", "missing"]);
});

test("a camera that another program uses does not cost the microphone", async () => {
  const { now } = await at({ ...CAMERA, fails: "NotReadableError" }, MICROPHONE);
  assert.deepEqual([now.camera, now.microphone], ["busy", "live"]);
});

test("refused by the browser and refused by the system are two things", () => {
  assert.equal(stateAfter(new DOMException("Permission denied", "NotAllowedError")), "refused");
  assert.equal(stateAfter(new DOMException("Permission denied by system", "NotAllowedError")), "refused_by_system");
});

test("what was refused is opened once it is allowed", async () => {
  isAllowed = false;
  const devices = await at(CAMERA, MICROPHONE);
  assert.deepEqual([devices.now.camera, devices.now.microphone], ["refused", "refused"]);
  isAllowed = true;
  permission.state = "granted";
  calls.permission.forEach((call) => call());
  await settled();
  assert.deepEqual([devices.now.camera, devices.now.microphone, devices.now.cameras.length], ["live", "live", 1]);
});

test("a camera that is unplugged gives way to another one, which is told", async () => {
  const devices = await at(CAMERA, OTHER, MICROPHONE);
  await unplug("cam");
  assert.deepEqual([devices.now.camera, devices.now.cameraId, opened.length], ["live", "cam2", 3]);
  assert.deepEqual(told, [{ kind: "camera", lost: "Camera", now: "Other camera" }]);
});

test("the last camera that is unplugged comes back by itself while nobody sees it", async () => {
  const devices = await at(CAMERA, MICROPHONE);
  await unplug("cam");
  assert.deepEqual([devices.now.camera, devices.now.cameraTrack], ["unplugged", null]);
  plugged = [CAMERA, MICROPHONE];
  await changed();
  assert.equal(devices.now.camera, "live");
  assert.deepEqual(told.map(({ lost, now }) => [lost, now]), [["Camera", ""], ["", "Camera"]]);
});

test("in the call a camera that is plugged in again sends nothing by itself", async () => {
  const devices = await at(CAMERA, MICROPHONE);
  isSent = true;
  await unplug("cam");
  plugged = [CAMERA, MICROPHONE];
  await changed();
  assert.deepEqual([devices.now.camera, devices.now.cameraTrack], ["unplugged", null]);
  assert.deepEqual(told.at(-1), { kind: "camera", lost: "", now: "" });
  assert.equal(await devices.startCamera(), true);
});

test("a muted microphone that gives way to another one stays muted", async () => {
  const devices = await at(MICROPHONE, HEADSET);
  devices.setMuted(true);
  await unplug("mic");
  assert.deepEqual([devices.now.microphoneId, devices.now.microphoneTrack?.enabled], ["headset", false]);
});

test("of several devices the one chosen last is used where it is there", async () => {
  const devices = await at(CAMERA, OTHER, MICROPHONE);
  await devices.choose("cameraId", "cam");
  await devices.choose("cameraId", "cam2");
  assert.equal((await at(CAMERA, OTHER, MICROPHONE)).now.cameraId, "cam2");
  assert.equal((await at(CAMERA, MICROPHONE)).now.cameraId, "cam");
});

test("a device that cannot be opened does not cost the one in use, nor is it remembered", async () => {
  const devices = await at(CAMERA, { ...OTHER, fails: "NotReadableError" }, MICROPHONE);
  plugged[1].alone = false;
  await devices.choose("cameraId", "cam2");
  assert.deepEqual([devices.now.camera, devices.now.cameraId], ["live", "cam"]);
  assert.equal(devices.now.cameraTrack?.readyState, "live");
  assert.deepEqual(devices.now.notTaken, { kind: "camera", state: "busy" });
  plugged[1].fails = undefined;
  await devices.choose("cameraId", "cam2");
  assert.deepEqual([devices.now.cameraId, devices.now.notTaken], ["cam2", null]);
});

test("where one camera is open at a time, the one lets go for the other", async () => {
  const devices = await at(CAMERA, { ...OTHER, alone: true }, MICROPHONE);
  await devices.choose("cameraId", "cam2");
  assert.deepEqual([devices.now.camera, devices.now.cameraId, devices.now.notTaken], ["live", "cam2", null]);
});

test("a speaker that is unplugged gives way to the standard one, and comes back", async () => {
  const speaker = /** @type {const} */ ({ kind: "audiooutput", deviceId: "loud", label: "Loudspeaker" });
  const devices = await at(CAMERA, MICROPHONE, speaker);
  await devices.choose("speakerId", "loud");
  await unplug("loud");
  assert.equal(devices.now.speakerId, "");
  plugged = [CAMERA, MICROPHONE, speaker];
  await changed();
  assert.equal(devices.now.speakerId, "loud");
  const kind = "speaker";
  assert.deepEqual(told, [{ kind, lost: "Loudspeaker", now: "" }, { kind, lost: "", now: "Loudspeaker" }]);
});

test("a speaker that nobody chose is no news", async () => {
  await at(CAMERA, MICROPHONE);
  plugged = [CAMERA, MICROPHONE, { kind: "audiooutput", deviceId: "loud", label: "Loudspeaker" }];
  await changed();
  assert.deepEqual(told, []);
});

test("how sound is prepared is the person's choice, is kept, and opens the microphone again", async () => {
  const devices = await at(CAMERA, MICROPHONE);
  devices.setMuted(true);
  await devices.setProcessing({ noiseSuppression: false });
  const [first, again] = opened.filter((one) => one.id === "mic");
  assert.deepEqual([first.readyState, again.readyState, again.enabled], ["ended", "live", false]);
  assert.deepEqual([again.wanted.noiseSuppression, again.wanted.echoCancellation, again.wanted.autoGainControl], [false, true, true]);
  assert.equal((await at(CAMERA, MICROPHONE)).now.processing.noiseSuppression, false);
});

test("the camera's own blur is offered where it can be switched, and kept", async () => {
  assert.equal((await at(CAMERA)).now.blur, "none");
  blurs = [true];
  assert.equal((await at(CAMERA)).now.blur, "none");
  blurs = [false, true];
  const devices = await at(CAMERA);
  await settled();
  assert.equal(devices.now.blur, "off");
  await devices.setBlurred(true);
  assert.deepEqual([devices.now.blur, opened.at(-1)?.applied.backgroundBlur], ["on", true]);
  const again = await at(CAMERA);
  await settled();
  assert.equal(again.now.blur, "on");
});
