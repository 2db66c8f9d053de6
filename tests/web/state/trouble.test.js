import assert from "node:assert/strict";
import { test } from "node:test";
import { INITIAL, reduce } from "../../../web/scripts/state/app.js";
import { MANY_TRIES, isLoss, troubleOf } from "../../../web/scripts/state/trouble.js";
import { inside, waiting } from "../views.js";

/** @typedef {import("../../../web/scripts/types.js").AppState} AppState */
/** @typedef {import("../../../web/scripts/state/app.js").Action} Action */

const JOINED = /** @type {AppState} */ ({
  ...INITIAL, journey: { step: "joined", problem: null, ending: null }, link: "open", media: "connected",
  meeting: { ...INITIAL.meeting, view: inside(["a", "b"]) },
});

/** @param {Partial<AppState>} change */
const found = (change) => troubleOf({ ...JOINED, ...change });

test("while all is well nothing is said", () => {
  assert.equal(troubleOf(JOINED), null);
  assert.equal(found({ media: "connecting" }), null);
  assert.equal(found({ isOffline: true }), null, "a browser may think so of a network that carries the call");
});

test("each trouble of the link has its own words", () => {
  assert.equal(found({ link: "lost" }), "link");
  assert.equal(found({ link: "lost", media: "broken" }), "lost");
  assert.equal(found({ link: "lost", isClosedByServer: true, media: "broken" }), "server");
  assert.equal(found({ link: "lost", isClosedByServer: true, isOffline: true }), "offline");
  assert.equal(found({ media: "broken", isOffline: true }), "offline");
  assert.equal(found({ link: "refused" }), "refused");
});

test("picture and sound that stay away lead to other advice", () => {
  assert.equal(found({ media: "broken", mediaTries: MANY_TRIES - 1 }), "media");
  assert.equal(found({ media: "broken", mediaTries: MANY_TRIES }), "media_long");
});

test("loss is said only when it is bad, and of a detour it is said that it is one", () => {
  /** @param {"poor"|"bad"} quality @param {Partial<AppState>} [change] */
  const at = (quality, change = {}) => found({ ...change, meeting: { ...JOINED.meeting, quality } });
  assert.deepEqual([at("poor"), at("bad"), at("bad", { isRelayed: true })], [null, "loss", "relay"]);
  assert.equal(found({ grade: "bad" }), "loss", "before the server has judged, the page does");
});

test("pictures paused to save bandwidth are told unless the person asked for it", () => {
  const meeting = { ...JOINED.meeting, pausedSlots: ["4"] };
  assert.equal(found({ meeting }), "spared");
  assert.equal(found({ meeting, saving: "speaker" }), null);
});

test("who waits is told of the link and not of picture and sound", () => {
  const meeting = { ...INITIAL.meeting, view: waiting() };
  assert.equal(found({ meeting, media: "idle" }), null);
  assert.equal(found({ meeting, media: "idle", link: "lost" }), "lost");
  assert.equal(found({ journey: { ...JOINED.journey, step: "prejoin" }, link: "lost" }), null);
});

test("losses are announced once each, and their end once", () => {
  /** @type {Action[]} */
  const story = [
    { type: "link", phase: "lost", isByServer: false, nowMs: 1 },
    { type: "link", phase: "lost", nowMs: 2 },
    { type: "media", phase: "broken", tries: 0, nowMs: 3 },
    { type: "media", phase: "broken", tries: 1, nowMs: 4 },
    { type: "link", phase: "open", nowMs: 5 },
    { type: "media", phase: "connected", tries: 0, nowMs: 6 },
    { type: "notified", name: "quality.changed", data: { quality: "bad" }, at: 0, nowMs: 7 },
  ];
  let state = JOINED;
  const said = [];
  for (const action of story) {
    const before = state.alerts.next;
    state = reduce(state, action);
    if (state.alerts.next > before) said.push(state.alerts.list[0].key);
    assert.ok(state.alerts.list.every((one) => one.assertive));
  }
  assert.deepEqual(said, ["trouble.link", "trouble.lost", "trouble.media", "trouble.over"]);
  assert.equal(state.alerts.list.length, 1, "one message, replaced");
  assert.deepEqual([troubleOf(state), isLoss(troubleOf(state))], ["loss", false]);
});
