import assert from "node:assert/strict";
import { test } from "node:test";
import { RequestError, SignallingClient } from "../../../web/scripts/signalling/client.js";

/** Stands for socket.io's socket: what a test makes it say, and what it was asked. */
class FakeSocket {
  /** @type {Record<string, (...values: any[]) => void>} */
  listeners = {};
  /** @type {[string, unknown][]} */
  asked = [];
  /** @type {() => unknown} */
  answer = () => ({ data: {} });
  connects = 0;
  /** @param {string} event @param {(...values: any[]) => void} listener */
  on(event, listener) { this.listeners[event] = listener; }
  /** @param {(...values: any[]) => void} listener */
  onAny(listener) { this.listeners.any = listener; }
  connect() { this.connects += 1; }
  disconnect() { this.listeners.disconnect?.("io client disconnect"); }
  timeout() {
    return { emitWithAck: async (/** @type {string} */ event, /** @type {unknown} */ payload) => {
      this.asked.push([event, payload]);
      return this.answer();
    } };
  }
  /** @param {string} name @param {number} n @param {any} data */
  tell(name, n, data = {}) { this.listeners.any(name, { n, at: 7, data }); }
}

function client() {
  const socket = new FakeSocket();
  /** @type {any[]} */
  const heard = [];
  /** @type {any} */
  let options;
  const made = new SignallingClient(/** @type {any} */ ((/** @type {string} */ _url, /** @type {any} */ given) => {
    options = given;
    return socket;
  }), ["http://localhost"], {
    phase: (phase, isNew, isByServer) => heard.push([phase, isNew, ...(isByServer ? ["by the server"] : [])]),
    notification: (name, data, at) => heard.push([name, data, at]),
  });
  const auth = () => {
    let sent;
    options.auth((/** @type {any} */ value) => { sent = value; });
    return sent;
  };
  return { made, socket, heard, auth };
}

const OPENED = { session: "s", token: "t", nonce: "n", protocol: 1 };

test("a first connection asks for a new session, later ones resume it from the last number", () => {
  const { socket, auth, heard } = client();
  assert.deepEqual(auth(), { protocol: [2, 1] });
  socket.tell("session.opened", 1, OPENED);
  socket.tell("meeting.updated", 2, { place: "waiting" });
  assert.deepEqual(auth(), { protocol: [2, 1], resume: { session: "s", token: "t", n: 2 } });
  assert.deepEqual(heard, [["open", true], ["meeting.updated", { place: "waiting" }, 7]]);
});

test("a resumed session goes on under its new token", () => {
  const { made, socket, auth, heard } = client();
  socket.tell("session.opened", 1, OPENED);
  socket.listeners.disconnect("transport close");
  socket.tell("session.resumed", 1, { session: "s", token: "t2", nonce: "n2" });
  assert.deepEqual(heard, [["open", true], ["lost", false], ["open", false]]);
  assert.deepEqual([auth(), made.session?.nonce], [{ protocol: [2, 1], resume: { session: "s", token: "t2", n: 1 } }, "n2"]);
});

test("an unknown session is forgotten before the new one is opened", () => {
  const { socket, auth, heard } = client();
  socket.tell("session.opened", 9, OPENED);
  socket.tell("session.unknown", 1);
  assert.deepEqual(auth(), { protocol: [2, 1] });
  socket.tell("session.opened", 1, { ...OPENED, session: "s2" });
  assert.deepEqual(auth(), { protocol: [2, 1], resume: { session: "s2", token: "t", n: 1 } });
  assert.deepEqual(heard, [["open", true], ["open", true]]);
});

test("a request gives the data of its acknowledgement", async () => {
  const { made, socket } = client();
  socket.tell("session.opened", 1, OPENED);
  socket.answer = () => ({ data: { participant: "p" } });
  assert.deepEqual(await made.request("room.join", { room: "r" }), { participant: "p" });
  assert.deepEqual(socket.asked, [["room.join", { room: "r" }]]);
});

test("a refusal carries its code, its sentence and the next nonce", async () => {
  const { made, socket } = client();
  socket.tell("session.opened", 1, OPENED);
  socket.answer = () => ({ error: { code: "room_full", message: "Full.", nonce: "n2" } });
  await assert.rejects(made.request("room.join"), (error) =>
    error instanceof RequestError && error.code === "room_full" && error.message === "Full.");
  assert.equal(made.session?.nonce, "n2");
});

test("without a link nothing is asked, and silence has its own code", async () => {
  const { made, socket } = client();
  await assert.rejects(made.request("room.lock"), { code: "offline" });
  assert.deepEqual(socket.asked, []);
  socket.tell("session.opened", 1, OPENED);
  socket.answer = () => { throw new Error("operation has timed out"); };
  await assert.rejects(made.request("room.lock"), { code: "no_answer" });
});

test("who waits for the session gets it when it opens", async () => {
  const { made, socket } = client();
  const waited = made.whenOpen();
  socket.tell("session.opened", 1, OPENED);
  assert.equal((await waited).session, "s");
  assert.equal((await made.whenOpen()).session, "s");
});

test("a server that says good-bye is asked again, a refused protocol is told apart", () => {
  const { made, socket, heard, auth } = client();
  made.open();
  socket.tell("session.opened", 1, OPENED);
  socket.listeners.disconnect("io server disconnect");
  assert.equal(socket.connects, 2);
  const refuse = () => socket.listeners.connect_error({ data: { code: "protocol_version" } });
  refuse();
  assert.deepEqual([auth(), socket.connects], [{ protocol: 1, resume: { session: "s", token: "t", n: 1 } }, 3], "the version before is tried");
  refuse();
  socket.listeners.connect_error(new Error("xhr poll error"));
  made.close();
  assert.deepEqual(heard, [["open", true], ["lost", false, "by the server"], ["refused", false], ["lost", false]]);
});

test("a connection that the server closes is told from one that breaks", () => {
  /** @param {string} reason @param {number} [code] of the CloseEvent */
  const lost = (reason, code) => {
    const { socket, heard } = client();
    socket.tell("session.opened", 1, OPENED);
    socket.listeners.disconnect(reason, code && { context: { code } });
    return heard.at(-1);
  };
  assert.deepEqual(lost("transport close", 1001), ["lost", false, "by the server"]);
  assert.deepEqual(lost("io server disconnect"), ["lost", false, "by the server"]);
  assert.deepEqual(lost("transport close", 1006), ["lost", false]);
  assert.deepEqual(lost("ping timeout"), ["lost", false]);
});

/** Pages of an estate: a socket a server, in the order in which they were opened. */
function estate() {
  /** @type {{url: string, socket: FakeSocket, auth: () => any}[]} */
  const opened = [];
  /** @type {any[]} */
  const heard = [];
  const made = new SignallingClient(/** @type {any} */ ((/** @type {string} */ url, /** @type {any} */ given) => {
    const socket = new FakeSocket();
    const auth = () => {
      let sent;
      given.auth((/** @type {any} */ value) => { sent = value; });
      return sent;
    };
    opened.push({ url, socket, auth });
    return socket;
  }), ["http://one", "http://two"], {
    phase: (phase, isNew) => heard.push([phase, isNew]),
    notification: (name) => heard.push([name]),
  });
  const last = () => /** @type {(typeof opened)[0]} */ (opened.at(-1));
  const moved = () => new Promise((resolve) => setTimeout(resolve, 5));
  return { made, opened, heard, last, moved };
}

test("a server that is not reached twice in a row is left for the next, which knows no session", async () => {
  const { opened, heard, last, moved } = estate();
  last().socket.tell("session.opened", 1, OPENED);
  last().socket.listeners.disconnect("transport close");
  last().socket.listeners.connect_error(new Error("refused"));
  await moved();
  assert.equal(opened.length, 1);
  last().socket.listeners.connect_error(new Error("refused"));
  await moved();
  assert.deepEqual([opened.length, last().url, last().socket.connects], [2, "http://two", 1]);
  assert.deepEqual(last().auth(), { protocol: [2, 1] });
  opened[0]?.socket.tell("session.resumed", 1, OPENED);
  assert.deepEqual(heard.at(-1), ["lost", false], "what the old socket says is not heard");
});

test("a server that refuses because of the crowd is not left, and is asked again a moment later", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { opened, heard, last } = estate();
  for (let times = 0; times < 3; times += 1) last().socket.listeners.connect_error({ data: { code: "too_many_requests" } });
  assert.deepEqual([heard.at(-1), last().socket.connects], [["lost", false], 0]);
  context.mock.timers.tick(4000);
  assert.deepEqual([opened.length, last().socket.connects], [1, 1]);
});

test("who could not be reached is known for a while, whoever points there", async () => {
  const { made, last, moved } = estate();
  assert.equal(made.isUnreached("http://one"), false);
  for (let times = 0; times < 2; times += 1) last().socket.listeners.connect_error(new Error("refused"));
  await moved();
  assert.deepEqual([made.isUnreached("http://one"), made.isUnreached("http://two")], [true, false]);
});

test("who is sent back to a server resumes the session that was left there", () => {
  const { made, heard, last } = estate();
  last().socket.tell("session.opened", 1, OPENED);
  last().socket.tell("meeting.updated", 4);
  made.goTo("http://two");
  assert.deepEqual(heard.at(-1), ["lost", false]);
  last().socket.tell("session.opened", 1, { ...OPENED, session: "s2" });
  made.goTo("http://one");
  assert.deepEqual(last().auth(), { protocol: [2, 1], resume: { session: "s", token: "t", n: 4 } });
});

test("a refusal says which server to ask instead", async () => {
  const { made, last } = estate();
  last().socket.tell("session.opened", 1, OPENED);
  last().socket.answer = () => ({ error: { code: "other_server", message: "m", server: "http://three" } });
  await assert.rejects(made.request("room.find"), (/** @type {any} */ error) => error.server === "http://three");
  made.goTo("http://three");
  assert.deepEqual([last().url, made.servers.length], ["http://three", 3]);
});

test("a server that came later is where the page goes when its own is lost", () => {
  /** @type {FakeSocket[]} */
  const sockets = [];
  /** @type {string[]} */
  const urls = [];
  const made = new SignallingClient(/** @type {any} */ ((/** @type {string} */ url) => {
    urls.push(url);
    sockets.push(new FakeSocket());
    return sockets.at(-1);
  }), ["http://one"], { phase: () => {}, notification: (name) => assert.fail(name) });
  sockets[0]?.tell("session.opened", 1, OPENED);
  sockets[0]?.tell("servers.updated", 2, { servers: ["http://two", "http://one"] });
  assert.deepEqual(made.servers, ["http://one", "http://two"]);
  made.goTo("http://two");
  assert.deepEqual(urls, ["http://one", "http://two"]);
});
