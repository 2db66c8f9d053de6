/** Where the rooms of a wall are watched, among several servers. */

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Places } from "../../../web/scripts/monitor/places.js";
import { RequestError } from "../../../web/scripts/signalling/client.js";

/** Servers that know who runs a room. @param {Record<string, string>} owners by room */
function estate(owners) {
  /** @type {{open: string[], asked: string[], refusals: string[], refused: Record<string, string>, shown: Record<string, string>, ensured: string[]}} */
  const told = { open: ["one", "two"], asked: [], refusals: [], refused: {}, shown: {}, ensured: [] };
  const places = new Places({
    servers: () => told.open,
    leader: () => told.open[0] ?? "",
    serverOf: (room) => told.shown[room] ?? null,
    ensure: (server) => told.ensured.push(server),
    refused: (code) => told.refusals.push(code),
    watch: async (server, rooms) => {
      told.asked.push(`${server}: ${rooms}`);
      if (!told.open.includes(server)) throw new RequestError("offline", "");
      const elsewhere = Object.fromEntries(rooms.filter((room) => owners[room] && owners[room] !== server).map((room) => [room, owners[room] ?? ""]));
      return { elsewhere, refused: Object.fromEntries(rooms.filter((room) => told.refused[room]).map((room) => [room, told.refused[room] ?? ""])) };
    },
  });
  return { places, told };
}

const soon = async () => { for (let i = 0; i < 5; i += 1) await new Promise((resolve) => setImmediate(resolve)); };

test("a room is watched at the server that runs it, which any server knows", async () => {
  const { places, told } = estate({ a: "one", b: "two" });
  await places.set(["a", "b"]);
  await soon();
  assert.deepEqual(told.asked, ["one: a,b", "two: b"]);
  assert.deepEqual([places.of("a"), places.of("b"), places.roomsAt("two")], ["one", "two", ["b"]]);
});

test("a room of which the server is shown is asked for there at once", async () => {
  const { places, told } = estate({ b: "two" });
  told.shown.b = "two";
  await places.set(["b"]);
  assert.deepEqual(told.asked, ["two: b"]);
});

test("a room whose server cannot be reached is asked for again, no more than once a second", async (context) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  context.after(() => mock.timers.reset());
  const owners = { a: "three" };
  const { places, told } = estate(owners);
  await places.set(["a"]);
  await soon();
  assert.deepEqual([told.asked, told.ensured, places.of("a")], [["one: a"], ["three"], undefined]);
  mock.timers.tick(1000);
  await soon();
  assert.deepEqual(told.asked, ["one: a", "one: a"]);
  told.open = ["one", "two", "three"];
  places.look();
  await soon();
  assert.deepEqual([told.asked.at(-1), places.of("a")], ["three: a", "three"]);
});

test("a lost link and a room that moves are followed", async () => {
  const owners = { a: "two", b: "one" };
  const { places, told } = estate(owners);
  told.shown = { a: "two" };
  await places.set(["a", "b"]);
  owners.b = "two";
  places.moved("b", "two");
  await soon();
  assert.equal(places.of("b"), "two");
  told.open = ["one"];
  Object.assign(owners, { a: "one", b: "one" });
  places.lost("two");
  await soon();
  assert.deepEqual([places.of("a"), places.of("b")], ["one", "one"]);
});

test("what passes is tried again, what does not is said once", async (context) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  context.after(() => mock.timers.reset());
  const { places, told } = estate({});
  told.refused = { a: "room_moving", b: "wall_full" };
  await places.set(["a", "b"]);
  assert.deepEqual([told.refusals, places.of("a")], [["wall_full"], undefined]);
  told.refused = {};
  mock.timers.tick(1000);
  await soon();
  assert.deepEqual([told.asked, places.of("a"), told.refusals], [["one: a,b", "one: a"], "one", ["wall_full"]]);
});

test("a room that was taken off the wall is forgotten", async () => {
  const { places } = estate({});
  await places.set(["a", "b"]);
  await places.set(["b"]);
  assert.deepEqual([places.of("a"), places.of("b")], [undefined, "one"]);
  assert.equal(places.opened("a", "one"), false);
});
