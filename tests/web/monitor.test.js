/** The wall's state, layout and picture health, and what its scripts can never reach. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { Findings } from "../../web/scripts/monitor/findings.js";
import { HealthWatch, judge, sample } from "../../web/scripts/monitor/health.js";
import { NOTHING, layoutOf, questionOf, reduce } from "../../web/scripts/monitor/state.js";

const SCRIPTS = resolve(dirname(fileURLToPath(import.meta.url)), "../../web/scripts");

/** Every script of ours that a script imports, and theirs. @param {string} path @param {Set<string>} [found] */
function reachable(path, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  const text = readFileSync(path, "utf8");
  for (const [, to = ""] of text.matchAll(/(?:from|import)\s*\(?"(\.[^"]+)"/g)) {
    if (!to.includes("/vendor/")) reachable(resolve(dirname(path), to), found);
  }
  return found;
}

test("the page's scripts can ask for no camera, microphone or screen", () => {
  const found = reachable(resolve(SCRIPTS, "monitor/main.js"));
  assert.ok(found.size > 12, `only ${found.size} scripts were followed`);
  for (const path of found) {
    const text = readFileSync(path, "utf8");
    assert.doesNotMatch(text, /getUserMedia|getDisplayMedia|mediaDevices|AudioContext|"audio"\s*,/, path);
    assert.ok(!path.endsWith("media/devices.js") && !path.endsWith("media/screen.js"), path);
  }
  const device = reachable(resolve(SCRIPTS, "main.js"));
  assert.ok([...device].some((path) => readFileSync(path, "utf8").includes("getUserMedia")), "the check finds it where it is");
});

/** @param {string} id @param {string} [name] */
const room = (id, name = id) => ({ id, name, policy: "legal", server: null, meeting: null });
const facts = { officer: { id: "o", name: "Hale" }, establishment: "HMP", wall_max: 25, server: null, servers: [] };
const connected = () => reduce(NOTHING, { type: "state", data: { ...facts, rooms: [room("a"), room("b")] }, at: 1, nowMs: 0 });

test("a room that is left and a link that is lost begin anew: nothing said before holds", () => {
  let state = reduce(connected(), { type: "wall", rooms: ["a", "b"] });
  state = reduce(state, { type: "answered", server: "" });
  state = reduce(state, { type: "slots", room: "a", slots: [{ mid: "0", kind: "camera", participant: "p" }] });
  state = reduce(state, { type: "focus", room: "b" });
  state = reduce(state, { type: "left", room: "a" });
  assert.equal(state.hasAnswered, true);
  state = reduce(state, { type: "link", link: "lost", nowMs: 0 });
  state = reduce(state, { type: "state", data: { ...facts, rooms: [room("a")] }, at: 2, nowMs: 0 });
  assert.deepEqual(state.wall, ["a"]);
  assert.equal(state.hasAnswered, false);
  assert.deepEqual(state.slots, {});
  assert.equal(state.focused, null);
});

test("a room that is gone leaves the wall", () => {
  let state = reduce(connected(), { type: "wall", rooms: ["a", "b"] });
  state = reduce(state, { type: "focus", room: "a" });
  state = reduce(state, { type: "room", room: "a", state: null, at: 1, nowMs: 0 });
  assert.deepEqual([state.wall, state.focused], [["b"], null]);
  state = reduce(state, { type: "room", room: "b", state: room("b", "Room B"), at: 1, nowMs: 0 });
  assert.equal(state.rooms.b?.name, "Room B");
});

test("a lost link takes its question with it", () => {
  const soon = { token: "t", deadline: 5 }, later = { token: "u", deadline: 9 };
  let state = reduce(connected(), { type: "asked", server: "one", data: later });
  state = reduce(state, { type: "asked", server: "two", data: soon });
  state = reduce(state, { type: "link", link: "open", nowMs: 1 });
  assert.deepEqual(questionOf(state.asked, new Set(["one", "two"])), soon);
  assert.deepEqual(questionOf(state.asked, new Set(["one"])), later, "where nothing is watched nothing is asked");
  state = reduce(state, { type: "unasked", server: "two" });
  assert.deepEqual(questionOf(state.asked, new Set(["one", "two"])), later);
  state = reduce(state, { type: "link", link: "lost", nowMs: 2 });
  assert.deepEqual([state.asked, state.linkAtMs], [{}, 2]);
});

test("what is amiss with a picture is kept by person, until it is well", () => {
  let state = reduce(connected(), { type: "health", room: "a", participant: "p", problem: "covered" });
  assert.deepEqual(state.health.a, { p: "covered" });
  state = reduce(state, { type: "health", room: "a", participant: "p", problem: null });
  assert.deepEqual(state.health.a, {});
});

test("every wall from 1 to 25 tiles has a place for each, and so has a closer look", () => {
  for (let tiles = 1; tiles <= 25; tiles += 1) {
    const wall = layoutOf(tiles, false);
    assert.ok(wall.columns * wall.rows >= tiles && wall.columns <= 5, `${tiles}`);
    const strip = layoutOf(tiles, true);
    assert.ok(strip.columns * strip.rows >= tiles - 1, `${tiles} with one large`);
  }
  assert.deepEqual([1, 2, 5, 10, 17].map((tiles) => layoutOf(tiles, false).columns), [1, 2, 3, 4, 5]);
});

/** A picture of 4 by 4 pixels. @param {(at: number) => number} grey */
const picture = (grey) => sample(Array.from({ length: 64 }, (_, at) => (at % 4 === 3 ? 255 : grey(Math.floor(at / 4)))));
const lively = (/** @type {number} */ seed) => picture((at) => 40 + ((at * 31 + seed * 17) % 150));

test("a black and a covered picture are found after two samples", () => {
  const black = picture(() => 3);
  const finger = picture((at) => 120 + (at % 2));
  assert.equal(judge([black]), undefined);
  assert.equal(judge([lively(1), black, black]), "covered");
  assert.equal(judge([finger, finger]), "covered");
  assert.equal(judge([black, lively(1)]), undefined);
});

test("a frozen picture is one that does not change but for what an encoder adds", () => {
  const full = (/** @type {(at: number) => number} */ change) => ({ ...lively(1), pixels: Array.from({ length: 576 }, (_, at) => 40 + (at % 99) + change(at)) });
  const [still, encoded, noisy, moved] = [full(() => 0), full((at) => Number(at < 5)), full((at) => Number(at % 50 === 0)), full((at) => 2 * Number(at === 7))];
  assert.equal(judge([still, encoded, still]), "frozen");
  assert.equal(judge([still, noisy, still]), null, "a little, all over: a camera");
  assert.equal(judge([still, moved, still]), null, "something moves");
  assert.equal(judge([lively(1), lively(1)]), undefined);
  assert.equal(judge([lively(1), lively(1), lively(1)]), "frozen");
  assert.equal(judge([lively(1), lively(1), lively(2)]), null);
});

test("a frozen picture stays one when it is encoded anew, and is none as soon as something moves", () => {
  const full = (/** @type {number} */ change) => ({ ...lively(1), pixels: Array.from({ length: 576 }, (_, at) => 40 + (at % 99) + change) });
  const [still, anew, moved] = [full(0), full(6), full(90)];
  assert.equal(judge([still, still, anew]), null, "alike once");
  assert.equal(judge([still, still, anew, anew]), "frozen");
  assert.equal(judge([still, still, still, anew, still]), "frozen");
  assert.equal(judge([still, anew, still, anew, still]), null, "never alike");
  assert.equal(judge([still, still, still, moved]), null);
  assert.equal(judge([still, still, still, moved, moved]), null, "what was before it moved counts no more");
});

test("samples are of one person, and forgotten with their picture", () => {
  const watch = new HealthWatch();
  watch.add("a", lively(1));
  watch.add("a", lively(1));
  assert.equal(watch.add("b", lively(1)), undefined);
  watch.keep(new Set(["b"]));
  assert.equal(watch.add("a", lively(1)), undefined);
  watch.add("a", lively(1));
  assert.equal(watch.add("a", lively(1)), "frozen");
});

/** @param {string|null|undefined} problem */
const look = (problem) => [{ room: "a", participant: "p", problem }];
const saying = (/** @type {string|null} */ problem) => () => problem;
const covered = { room: "a", participant: "p", problem: "covered" };
const well = { ...covered, problem: null };

test("the server is told of a change, once", () => {
  const findings = new Findings();
  assert.deepEqual(findings.take(look(undefined), saying(null)), { changed: [], news: [] });
  assert.deepEqual(findings.take(look("covered"), saying(null)), { changed: [covered], news: [covered] });
  assert.deepEqual(findings.take(look("covered"), saying(null)), { changed: [], news: [] });
  assert.deepEqual(findings.take(look(undefined), saying("covered")), { changed: [], news: [] });
  assert.deepEqual(findings.take(look(null), saying("covered")), { changed: [well], news: [well] });
});

test("a picture that is shown again is judged anew, against what the server says by then", () => {
  const findings = new Findings();
  findings.take(look("covered"), saying(null));
  assert.deepEqual(findings.take([], saying("covered")), { changed: [well], news: [] });
  assert.deepEqual(findings.take(look("covered"), saying(null)), { changed: [covered], news: [covered] }, "forgotten by a pause");
  findings.take([], saying("covered"));
  assert.deepEqual(findings.take(look(null), saying("covered")), { changed: [], news: [well] }, "uncovered meanwhile");
});

test("what the server finds itself is its own to take back", () => {
  assert.deepEqual(new Findings().take(look(null), saying("missing")).news, []);
});
