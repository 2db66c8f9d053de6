import assert from "node:assert/strict";
import { test } from "node:test";
import * as alerts from "../../../web/scripts/state/alerts.js";
import { inside, participant } from "../views.js";

const { NO_ALERTS } = alerts;

/** @param {string} name @param {any} data @returns {any} */
const text = (name, data = {}) => alerts.alertFor(name, data);

test("knock, lock, admission and loss of connection are assertive", () => {
  assert.equal(text("knock.received", { at_door: 1 }).assertive, true);
  assert.equal(text("meeting.locked", { by: "host" }).assertive, true);
  assert.equal(text("participant.joined", { participant: "p", name: "N", how: "admitted", by: "host" }).assertive, true);
  assert.equal(text("participant.left", { participant: "p", name: "N", how: "lost" }).assertive, true);
});

test("a change of speaker says nothing, a hang-up is told calmly", () => {
  assert.equal(text("speaker.changed", { dominant: "p", speaking: [] }), null);
  assert.equal(text("participant.left", { participant: "p", name: "N", how: "hung_up" }).assertive, false);
});

test("a knock names nobody", () => {
  const one = text("knock.received", { at_door: 1, name: "Secret" });
  const many = text("knock.received", { at_door: 3, name: "Secret" });
  assert.equal(JSON.stringify([one, many]).includes("Secret"), false);
  assert.deepEqual([one.key, many.key], ["alert.knock", "alert.knock_many"]);
});

test("an admission after the lock keeps a message of its own", () => {
  const joined = { participant: "p9", name: "N", how: "admitted_after_lock", by: "host" };
  assert.equal(text("participant.joined", joined).tag, "admission-p9");
  assert.equal(text("participant.joined", { ...joined, how: "invited" }).tag, "roster");
});

test("an encoder that sends for somebody is told calmly, one message a person", () => {
  const one = text("encoder.started", { participant: "p2", name: "N" });
  assert.deepEqual([one.key, one.tag, one.assertive ?? false], ["alert.encoder", "encoder-p2", false]);
  assert.deepEqual(one.values, { name: "N" });
});

test("a reason is given where there is one", () => {
  assert.equal(text("participant.sent_back", { reason: "" }).key, "alert.sent_back");
  assert.equal(text("participant.sent_back", { reason: "Wait" }).key, "alert.sent_back_reason");
  assert.equal(text("slot.ending", { minutes_left: 1 }).key, "alert.slot_ending_one");
  assert.equal(text("slot.ending", { minutes_left: 5 }).key, "alert.slot_ending");
});

test("every notification of the room has its message", () => {
  const names = [
    "meeting.opened", "meeting.unlocked", "meeting.paused", "meeting.resumed", "participant.muted", "check.started",
    "check.ended", "presentation.started", "presentation.stopped", "staff.called", "seat.handed_over",
    "hand.lowered", "staff.message", "seat.stepped_up", "seat.step_up_lapsed", "slot.extended",
  ];
  for (const name of names) assert.ok(text(name).key, name);
});

test("a message stays until it is dismissed", () => {
  let state = alerts.raise(NO_ALERTS, { tag: "knock", key: "alert.knock" }, 1);
  state = alerts.raise(state, { tag: "lock", key: "alert.locked" }, 2);
  assert.deepEqual(state.list.map((one) => one.tag), ["lock", "knock"]);
  assert.deepEqual(alerts.dismiss(state, 1).list.map((one) => one.tag), ["lock"]);
  assert.equal(alerts.dismiss(state, 99).list.length, 2);
});

test("newer news of the same thing replaces the older, under a new id", () => {
  let state = alerts.raise(NO_ALERTS, { tag: "knock", key: "alert.knock" }, 1);
  state = alerts.raise(state, { tag: "knock", key: "alert.knock_many" }, 2);
  assert.deepEqual(state.list.map((one) => [one.id, one.key]), [[2, "alert.knock_many"]]);
});

test("the list is bounded", () => {
  let state = NO_ALERTS;
  for (let i = 0; i < alerts.MAX_ALERTS * 2; i += 1) state = alerts.raise(state, { tag: `t${i}`, key: "k" }, i);
  assert.equal(state.list.length, alerts.MAX_ALERTS);
});

test("each message of the duty desk stays by itself, word for word", () => {
  const first = text("staff.message", { text: "Ten minutes" });
  const second = text("staff.message", { text: "Five minutes" });
  assert.deepEqual([first.key, first.values.text, first.assertive], ["alert.staff_message", "Ten minutes", true]);
  assert.notEqual(first.tag, second.tag);
});

test("that one is muted is no news once one is heard, and a hand none once it is down", () => {
  let state = alerts.raise(NO_ALERTS, { tag: "muted", key: "alert.muted_speaking" }, 1);
  for (const id of ["b", "c"]) state = alerts.raise(state, text("hand.raised", { participant: id, name: id }), 2);
  const mute = inside(["a", "b", "c"], { participants: [participant("a", { microphone: false })], raised_hands: ["c"] });
  assert.deepEqual(alerts.settleAlerts(state, mute).list.map((one) => one.tag), ["hand-c", "muted"]);
  assert.deepEqual(alerts.settleAlerts(state, inside(["a"])).list, []);
  assert.equal(alerts.settleAlerts(state, null), state);
});

test("a hand is told calmly, one message a person", () => {
  const one = text("hand.raised", { participant: "p2", name: "N" });
  assert.deepEqual([one.tag, one.values, one.assertive ?? false], ["hand-p2", { name: "N" }, false]);
});

test("whether guests may present is told both ways", () => {
  const keys = [true, false].map((is_allowed) => text("presentation.allowed", { is_allowed }).key);
  assert.deepEqual(keys, ["alert.presenting_allowed", "alert.presenting_forbidden"]);
});
