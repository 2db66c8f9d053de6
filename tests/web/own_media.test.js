import assert from "node:assert/strict";
import { test } from "node:test";
import { inside, participant } from "./views.js";

/** A camera or microphone of the test's browser. */
class Track {
  constructor(/** @type {string} */ kind) {
    this.kind = kind;
    this.enabled = true;
    this.isLive = true;
    this.contentHint = "";
  }
  stop() { this.isLive = false; }
  addEventListener() {}
  getSettings() { return { deviceId: this.kind }; }
}

/** @type {Track[]} */
let opened = [];
/** @param {{audio?: unknown, video?: unknown}} wanted */
async function getUserMedia(wanted) {
  const tracks = [wanted.video && new Track("video"), wanted.audio && new Track("audio")].filter((one) => one instanceof Track);
  opened = [...opened, ...tracks];
  const of = (/** @type {string} */ kind) => tracks.filter((one) => one.kind === kind);
  return { getTracks: () => tracks, getVideoTracks: () => of("video"), getAudioTracks: () => of("audio") };
}
Object.defineProperty(globalThis, "navigator", {
  configurable: true,
  value: { mediaDevices: { getUserMedia, addEventListener() {}, enumerateDevices: async () => [] } },
});
Object.defineProperty(globalThis, "localStorage", { configurable: true, value: { getItem: () => null, setItem() {} } });
const { OwnMedia } = await import("../../web/scripts/own_media.js");

/** @typedef {import("../../web/scripts/types.js").InsideView} InsideView */

/** @param {InsideView["encoder"]} encoder @param {{microphone?: boolean, camera?: boolean}} [own] @returns {InsideView} */
const view = (encoder, own = {}) => inside(["a", "b"], { encoder, participants: [participant("a", own), participant("b")] });

/** When the server acknowledges. */
let answer = Promise.resolve();

/** Somebody inside with camera and microphone on. */
async function person() {
  opened = [];
  /** @type {[string, unknown][]} */
  const sent = [];
  /** @type {{camera: unknown, microphone: unknown}} */
  const peer = { camera: undefined, microphone: undefined };
  /** @type {InsideView|null} */
  let now = null;
  const own = new OwnMedia({
    request: async (name, payload) => {
      sent.push([name, payload]);
      await answer;
    },
    peers: () => [/** @type {any} */ ({
      setCamera: async (/** @type {unknown} */ track) => { peer.camera = track; },
      setMicrophone: async (/** @type {unknown} */ track) => { peer.microphone = track; },
    })],
    view: () => now,
    onPresenting: () => undefined,
    onDevice: () => undefined,
    onScreen: () => undefined,
  });
  await own.devices.open();
  now = view("off");
  own.cameIn(now);
  const becomes = async (/** @type {InsideView} */ next) => {
    const before = now ?? next;
    now = next;
    own.follow(before, next);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { own, sent, peer, becomes };
}

test("while an encoder sends, this page captures nothing and does not say that it is off", async () => {
  const { own, sent, peer, becomes } = await person();
  await becomes(view("expected"));
  assert.equal(opened.every((one) => one.isLive), true);
  await becomes(view("sending"));
  assert.equal(opened.some((one) => one.isLive), false);
  assert.deepEqual([peer.camera, peer.microphone, own.tracks.camera], [null, null, null]);
  assert.deepEqual(sent, []);
});

test("when the encoder is gone the same is on as was on with it", async () => {
  const { own, sent, peer, becomes } = await person();
  await becomes(view("sending"));
  await becomes(view("sending", { microphone: false }));
  await becomes(view("expected", { microphone: false }));
  assert.equal(own.tracks.camera?.kind, "video");
  assert.equal(peer.camera, own.tracks.camera);
  assert.deepEqual(own.wanted, { microphone: false, camera: true });
  assert.deepEqual(sent, []);
});

test("a camera that was off with the encoder is not opened after it", async () => {
  const { own, sent, becomes } = await person();
  await becomes(view("sending", { camera: false }));
  await becomes(view("off", { camera: false }));
  assert.deepEqual(own.wanted, { microphone: true, camera: false });
  assert.deepEqual(sent, []);
});

test("a camera that is gone after the encoder is told", async () => {
  const { sent, becomes } = await person();
  await becomes(view("sending"));
  const { mediaDevices } = globalThis.navigator;
  mediaDevices.getUserMedia = async () => { throw new DOMException("", "NotFoundError"); };
  await becomes(view("off"));
  mediaDevices.getUserMedia = /** @type {any} */ (getUserMedia);
  assert.deepEqual(sent, [["self.set_media", { microphone: false, camera: false }]]);
});

test("who is muted by the host while they speak to the server is muted once it has answered", async () => {
  const { own, becomes } = await person();
  let acknowledge = () => undefined;
  answer = new Promise((resolve) => { acknowledge = /** @type {any} */ (resolve); });
  const told = own.tell({ microphone: true });
  await becomes(view("off", { microphone: false }));
  assert.equal(own.wanted.microphone, true, "it may be what was before");
  acknowledge();
  await told;
  assert.equal(own.wanted.microphone, false);
});

test("a microphone that was lost and is back is not muted by what the server says of it meanwhile", async () => {
  const { own, becomes } = await person();
  answer = Promise.resolve();
  await own.tell({ microphone: false });
  await becomes(view("off", { microphone: false }));
  assert.equal(own.devices.now.isMuted, false);
  await own.tell({ microphone: true });
  await becomes(view("off"));
  await becomes(view("off", { microphone: false }));
  assert.equal(own.devices.now.isMuted, true, "by the host");
});
