/** The wall's links to several servers: tickets, who tells of the rooms, and what is lost with whom. */

import assert from "node:assert/strict";
import test from "node:test";
import { Links } from "../../../web/scripts/monitor/links.js";

/** Stands for the sockets of one server: what a test makes it say, and what it was asked. */
class FakeServer {
  /** @type {Record<string, (...values: any[]) => void>} */
  listeners = {};
  /** @type {string[]} */
  asked = [];
  isConnecting = false;
  /** @param {any} options */
  constructor(options) {
    this.options = options;
  }
  /** @param {string} event @param {(...values: any[]) => void} listener */
  on(event, listener) { this.listeners[event] = listener; }
  /** @param {(...values: any[]) => void} listener */
  onAny(listener) { this.listeners.any = listener; }
  connect() { this.isConnecting = true; }
  disconnect() { this.isConnecting = false; }
  timeout() {
    return { emitWithAck: async (/** @type {string} */ event, /** @type {any} */ payload) => {
      this.asked.push(`${event} ${payload.server ?? ""}`);
      return { data: { ticket: `for ${payload.server}` } };
    } };
  }
  /** @param {string} name @param {any} data */
  tell(name, data) { this.listeners.any?.(name, { n: 1, at: 7, data }); }
  /** @param {string} server @param {string[]} servers @param {string[]} rooms */
  begin(server, servers, rooms = []) {
    this.tell("wall.state", { server, servers, rooms: rooms.map((id) => ({ id })) });
  }
  lose() { this.listeners.disconnect?.("transport close"); }
  /** What it says of itself when it connects. */
  async auth() {
    const { auth } = this.options;
    return typeof auth === "function" ? new Promise((resolve) => auth(resolve)) : auth;
  }
}

function wall() {
  /** @type {Record<string, FakeServer>} */
  const made = {};
  /** @type {any[]} */
  const heard = [];
  const links = new Links(/** @type {any} */ ((/** @type {string} */ url, /** @type {any} */ options) => {
    return (made[url.replace("/monitor", "")] = new FakeServer(options));
  }), "home", {
    phase: (link, code) => heard.push(["phase", link, code]),
    opened: (server) => heard.push(["opened", server]),
    lost: (server) => heard.push(["lost", server]),
    notification: (server, name, data) => heard.push([server, name, name === "wall.state" ? data.rooms.length : data]),
  });
  links.open();
  /** @param {string} url */
  const at = (url) => {
    const found = made[url];
    assert.ok(found, `nobody asked for ${url}`);
    return found;
  };
  return { links, at, made, heard };
}

test("a server alone is the page's own, and needs no ticket", async () => {
  const { links, at, heard, made } = wall();
  at("home").tell("wall.state", { server: null, servers: [], rooms: [] });
  assert.deepEqual(heard, [["", "wall.state", 0], ["phase", "open", ""], ["opened", ""]]);
  assert.deepEqual(await at("home").auth(), { protocol: 1 });
  assert.deepEqual([Object.keys(made), links.servers, links.leader], [["home"], [""], ""]);
});

test("every other server is reached by a ticket of its own, a new one each time", async () => {
  const { links, at } = wall();
  at("home").begin("one", ["two", "three"]);
  assert.ok(at("two").isConnecting && at("three").isConnecting);
  assert.deepEqual(await at("two").auth(), { protocol: 1, ticket: "for two" });
  assert.deepEqual(await at("two").auth(), { protocol: 1, ticket: "for two" });
  assert.deepEqual(at("home").asked, ["wall.ticket two", "wall.ticket two"]);
  at("two").begin("two", ["one", "three"]);
  assert.deepEqual(links.servers, ["one", "two"]);
});

test("one server tells of the rooms; when it is lost another does, and gives the tickets", async () => {
  const { links, at, heard } = wall();
  at("home").begin("one", ["two"], ["a"]);
  at("two").begin("two", ["one"], ["a"]);
  heard.length = 0;
  at("two").tell("room.updated", { room: "b", state: { id: "b" } });
  at("two").tell("tile.updated", { room: "a" });
  assert.deepEqual(heard, [["two", "tile.updated", { room: "a" }]]);
  heard.length = 0;
  at("home").lose();
  assert.deepEqual(heard, [["lost", "one"], ["two", "wall.state", 2], ["phase", "open", ""]]);
  assert.equal(links.leader, "two");
  links.ensure("three");
  assert.deepEqual(await at("three").auth(), { protocol: 1, ticket: "for three" });
  at("two").lose();
  assert.deepEqual(heard.at(-1), ["phase", "lost", ""]);
  assert.equal(links.isOpen, false);
});

test("a ticket that nobody can give now is asked for later", async () => {
  const { at } = wall();
  at("home").begin("one", ["two"]);
  at("home").lose();
  at("two").options.auth(() => assert.fail("there was no ticket"));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(at("two").isConnecting, false);
});

test("a server that is new is gone to, and one that has gone is not tried for ever", () => {
  const { links, at } = wall();
  at("home").begin("one", ["two"]);
  at("home").tell("wall.servers", { servers: ["three"] });
  assert.ok(at("three").isConnecting);
  assert.equal(at("two").isConnecting, false);
  at("three").begin("three", ["one"]);
  at("home").tell("wall.servers", { servers: [] });
  assert.deepEqual(links.servers, ["one", "three"], "who still answers stays");
});

test("where the page's origin leads to another server, that one is linked to once", () => {
  const { links, at, heard } = wall();
  at("home").begin("one", ["two"]);
  at("two").begin("two", ["one"]);
  at("home").lose();
  heard.length = 0;
  at("home").begin("two", ["one"]);
  assert.deepEqual(links.servers, ["two"]);
  assert.deepEqual(heard.at(-2), ["phase", "open", ""]);
  assert.equal(at("two").isConnecting, false);
});
