import assert from "node:assert/strict";
import { test } from "node:test";
import { INITIAL, reduce } from "../../../web/scripts/state/app.js";
import { inside, waiting } from "../views.js";

/** @typedef {import("../../../web/scripts/state/app.js").Action} Action */

/** @param {...Action} actions */
const after = (...actions) => actions.reduce(reduce, INITIAL);
/** @param {string} name @param {any} data @param {number} [nowMs] @returns {Action} */
const told = (name, data, nowMs = 5000) => ({ type: "notified", name, data, at: 1000, nowMs });
/** @type {Action[]} */
const JOINED = [{ type: "link", phase: "open", nowMs: 0 }, { type: "join_began" }, { type: "join_done" }];
const tags = (/** @type {import("../../../web/scripts/types.js").AppState} */ state) =>
  state.alerts.list.map((one) => one.key);

test("a view arrives with the server's clock", () => {
  const state = after(...JOINED, told("meeting.updated", waiting()));
  assert.deepEqual([state.meeting.view?.place, state.clockOffset], ["waiting", 995]);
});

test("the stage follows the speaker who was announced", () => {
  const view = inside(["a", "b", "c"]);
  const state = after(...JOINED, told("meeting.updated", view), told("speaker.changed", { dominant: "c", speaking: ["c"] }));
  assert.equal(state.stage.shown, "c");
  const soon = reduce(state, told("speaker.changed", { dominant: "b", speaking: ["b"] }, 5500));
  assert.equal(reduce(soon, { type: "time", nowMs: 9000 }).stage.shown, "b");
  assert.equal(reduce(state, told("meeting.updated", waiting())).stage.shown, null);
});

test("a presentation that begins takes the stage once from whoever was enlarged", () => {
  const people = ["a", "b", "c"];
  const large = /** @type {Action} */ ({ type: "enlarged", id: "b" });
  const before = after(...JOINED, told("meeting.updated", inside(people)), large);
  assert.equal(before.stage.enlarged, "b");
  const begun = reduce(before, told("meeting.updated", inside(people, { presenter: "c" })));
  assert.equal(begun.stage.enlarged, null);
  const chosen = reduce(reduce(begun, large), told("meeting.updated", inside(people, { presenter: "c" })));
  assert.equal(chosen.stage.enlarged, "b");
  assert.equal(reduce(chosen, told("meeting.updated", inside(people))).stage.enlarged, "b");
});

test("an ending clears what was known of the meeting, once", () => {
  const state = after(...JOINED, told("meeting.updated", inside(["a", "b"])),
    told("session.ended", { code: "removed", can_return: false, reason: "No" }));
  assert.deepEqual([state.journey.ending, state.meeting.view], [{ code: "removed", canReturn: false, reason: "No" }, null]);
  const later = reduce(state, { type: "ended", ending: { code: "hung_up", canReturn: true, reason: "" } });
  assert.equal(later.journey.ending?.code, "removed");
  assert.equal(reduce(later, { type: "returned" }).journey.step, "prejoin");
});

test("a token is shown for as long as the server goes by it", () => {
  const view = inside(["a", "b"], { encoder: "expected" });
  /** @type {Action} */
  const allowed = { type: "encoder_allowed", encoder: { url: "https://x/whip", token: "t" } };
  const state = after(...JOINED, told("meeting.updated", view), allowed);
  assert.equal(state.encoder?.token, "t");
  const sending = reduce(state, told("meeting.updated", { ...view, encoder: "sending" }));
  assert.equal(sending.encoder?.token, "t");
  assert.equal(reduce(sending, told("meeting.updated", { ...view, encoder: "off" })).encoder, null);
  assert.equal(reduce(sending, told("meeting.updated", waiting())).encoder, null);
  const over = told("session.ended", { code: "removed", can_return: false, reason: "" });
  assert.equal(reduce(sending, over).encoder, null);
  assert.equal(after(...JOINED, told("meeting.updated", inside(["a"])), allowed).encoder, null);
});

test("losing the link is told only to those who have joined", () => {
  const away = /** @type {Action} */ ({ type: "link", phase: "lost", nowMs: 1 });
  const back = /** @type {Action} */ ({ type: "link", phase: "open", nowMs: 2 });
  assert.deepEqual(tags(after({ type: "link", phase: "open", nowMs: 0 }, away)), []);
  assert.deepEqual(tags(after(...JOINED, away)), ["trouble.lost"]);
  assert.deepEqual(tags(after(...JOINED, away, away, back)), ["trouble.over"]);
  assert.deepEqual(tags(after(...JOINED, back)), []);
});

test("what a person chose outlasts the end of a visit", () => {
  const state = after({ type: "saving", pictures: "none" }, { type: "ended", ending: { code: "other", canReturn: true, reason: "" } }, { type: "returned" });
  assert.equal(state.saving, "none");
});

test("a failed join keeps its problem", () => {
  const state = after({ type: "join_began" }, { type: "join_failed", problem: { code: "room_full", message: "Full." } });
  assert.equal(state.journey.problem?.code, "room_full");
});

test("small things are set as they are told", () => {
  const slots = [{ mid: "1", kind: /** @type {const} */ ("audio"), participant: null }];
  const state = after({ type: "slots", slots }, { type: "presenting", isPresenting: true }, { type: "graded", grade: "fair" },
    { type: "sound_blocked", isBlocked: true }, { type: "layout" }, { type: "enlarged", id: "b" },
    { type: "raised", alert: { tag: "t", key: "k" }, nowMs: 1 });
  assert.deepEqual([state.meeting.slots, state.isPresenting, state.grade, state.soundBlocked], [slots, true, "fair", true]);
  assert.deepEqual([state.stage.layout, state.stage.enlarged, tags(state)], ["grid", "b", ["k"]]);
  assert.deepEqual(tags(reduce(state, { type: "dismissed", id: 1 })), []);
});
