import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

/** @type {any} */
const world = globalThis;

/** A peer connection that takes an answer only when it is told to. */
class SlowPeerConnection extends EventTarget {
  /** @type {SlowPeerConnection[]} */
  static made = [];

  constructor() {
    super();
    this.connectionState = "new";
    /** @type {any[]} */
    this.transceivers = [];
    /** @type {any[]} */
    this.done = [];
    this.accepted = new Promise((resolve) => { this.accept = resolve; });
    SlowPeerConnection.made.push(this);
  }

  /** @param {any} what */
  addTransceiver(what) {
    const parameters = { encodings: [] };
    const sender = {
      replaceTrack: async () => {}, getParameters: () => parameters, setParameters: async () => {},
    };
    const made = { mid: String(this.transceivers.length), sender, receiver: { track: { kind: what } }, setCodecPreferences() {} };
    this.transceivers.push(made);
    return made;
  }

  getTransceivers() { return this.transceivers; }
  async createOffer() {
    const mids = this.transceivers.map((_, index) => `a=mid:${index}\r\n`);
    return { type: "offer", sdp: `v=0\r\n${mids.join("")}` };
  }

  /** @param {any} configuration */
  setConfiguration(configuration) { this.done.push(configuration); }
  /** @param {any} offer */
  async setLocalDescription(offer) { this.done.push(offer.type); }
  /** @param {any} answer */
  setRemoteDescription(answer) {
    this.done.push(answer.type);
    return this.accepted;
  }

  close() { this.connectionState = "closed"; }
}

/** @type {any[]} */
let told = [];
/** @type {((answer: any) => void)[]} */
let answers = [];
/** @type {((error: any) => void)[]} */
let refusals = [];

/** @param {boolean} [hasRelays] */
async function makeLink(hasRelays = true) {
  const { MediaLink } = await import("../../../web/scripts/media/link.js");
  return new MediaLink({
    hasRelays,
    tracks: () => ({ microphone: null, camera: null, screen: null }),
    negotiate: () => new Promise((resolve, reject) => { answers.push(resolve); refusals.push(reject); }),
    onPhase: () => {},
    onSlots: (slots) => told.push(slots),
  });
}

/** @param {() => unknown} predicate what is waited for, at most a few turns of the loop away */
async function until(predicate) {
  for (let turn = 0; turn < 5000 && !predicate(); turn += 1) await settle();
  assert.ok(predicate());
}

const settle = () => new Promise((resolve) => { setImmediate(() => setImmediate(resolve)); });

beforeEach(() => {
  told = [];
  answers = [];
  refusals = [];
  SlowPeerConnection.made = [];
  world.window = world;
  world.RTCPeerConnection = SlowPeerConnection;
  world.RTCRtpReceiver = { getCapabilities: () => null };
  world.RTCRtpSender = { getCapabilities: () => null };
});

afterEach(() => {
  for (const name of ["window", "RTCPeerConnection", "RTCRtpReceiver", "RTCRtpSender"]) delete world[name];
});

test("the slots of an answer count before the browser has taken the answer in", async () => {
  const link = await makeLink();
  const connecting = link.connect();
  await settle();
  answers[0]({ answer: "v=0", slots: [{ mid: "3", kind: "audio", participant: null }] });
  await settle();
  assert.equal(told.length, 1);
  SlowPeerConnection.made[0].accept?.(undefined);
  await connecting;
  assert.equal(told.length, 1);
  link.close();
});

test("an answer to a peer connection that was replaced changes nothing", async () => {
  const link = await makeLink();
  void link.connect();
  await settle();
  link.close();
  answers[0]({ answer: "v=0", slots: [] });
  await settle();
  assert.deepEqual(told, []);
});

test("a transport that is gone is replaced by another peer connection at once", async () => {
  const link = await makeLink();
  const connecting = link.connect();
  await settle();
  const [first] = SlowPeerConnection.made;
  first.accept?.(undefined);
  answers[0]({ answer: "v=0", slots: [] });
  await connecting;
  const say = (/** @type {string} */ state) => {
    first.connectionState = state;
    first.dispatchEvent(new Event("connectionstatechange"));
  };
  say("connected");
  say("failed");
  await until(() => refusals.length === 2);
  refusals[1]({ code: "transport_gone" });
  await until(() => SlowPeerConnection.made.length === 2);
  link.close();
});

test("candidates are gathered by the servers of the answer, and not before it", async () => {
  const link = await makeLink();
  void link.connect();
  await until(() => answers.length === 1);
  const [pc] = SlowPeerConnection.made;
  assert.deepEqual(pc?.done, []);
  const iceServers = [{ urls: ["turn:turn.example.org"], username: "1:s", credential: "x" }];
  answers[0]?.({ answer: "v=0", slots: [], ice_servers: iceServers });
  await until(() => pc?.done.length === 3);
  assert.deepEqual(pc?.done, [{ bundlePolicy: "max-bundle", iceServers }, "offer", "answer"]);
  link.close();
});

test("a slot's track is known before the browser has taken the answer in", async () => {
  const link = await makeLink();
  void link.connect();
  await until(() => answers.length === 1);
  assert.ok(link.peer?.track("3"));
  assert.equal(link.peer?.track("99"), null);
  link.close();
});

test("a path that the server has lost is replaced by another peer connection at once", async () => {
  const link = await makeLink();
  const connecting = link.connect();
  await until(() => answers.length === 1);
  SlowPeerConnection.made[0].accept?.(undefined);
  answers[0]({ answer: "v=0", slots: [] });
  await connecting;
  link.lost();
  await until(() => answers.length === 2);
  assert.equal(SlowPeerConnection.made.length, 2);
  assert.equal(SlowPeerConnection.made[0].connectionState, "closed");
  link.close();
});

test("a path that is lost before its answer has come is replaced as soon as it is open", async () => {
  const link = await makeLink();
  const connecting = link.connect();
  await until(() => answers.length === 1);
  link.lost();
  assert.equal(SlowPeerConnection.made.length, 1);
  SlowPeerConnection.made[0].accept?.(undefined);
  answers[0]({ answer: "v=0", slots: [] });
  await connecting;
  await until(() => answers.length === 2);
  link.close();
});

test("without relays a first offer is local before its answer comes, a restart only with it", async () => {
  const link = await makeLink(false);
  await link.prepare();
  const [pc] = SlowPeerConnection.made;
  assert.deepEqual(pc?.done, ["offer"]);
  pc?.accept?.(undefined);
  await link.complete({ answer: "v=0", slots: [], ice_servers: [] });
  assert.deepEqual(pc?.done.filter((what) => typeof what === "string"), ["offer", "answer"]);
  await link.peer?.offer({ iceRestart: true });
  assert.equal(pc?.done.at(-1), "answer");
  link.close();
});

test("an answer to a join whose path was lost meanwhile is not taken", async () => {
  const link = await makeLink();
  await link.prepare();
  link.lost();
  await link.complete({ answer: "v=0", slots: [], ice_servers: [] });
  await until(() => answers.length === 1);
  assert.deepEqual([SlowPeerConnection.made.length, SlowPeerConnection.made[0].done], [2, []]);
  link.close();
});

test("who has no path is not given one because the server lost one", async () => {
  const link = await makeLink();
  link.lost();
  await settle();
  assert.equal(SlowPeerConnection.made.length, 0);
  link.close();
});
