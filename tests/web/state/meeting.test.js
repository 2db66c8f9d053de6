import assert from "node:assert/strict";
import { test } from "node:test";
import * as meeting from "../../../web/scripts/state/meeting.js";
import { inside, participant, waiting } from "../views.js";

const SLOT = { mid: "3", kind: /** @type {const} */ ("camera"), participant: "b" };

test("each of the four state notifications replaces its own part", () => {
  let state = meeting.process(meeting.NO_MEETING, "meeting.updated", inside(["a", "b"]));
  state = meeting.process(state, "slot.bound", { slots: [SLOT] });
  state = meeting.process(state, "speaker.changed", { dominant: "b", speaking: ["b"] });
  state = meeting.process(state, "quality.changed", { quality: "fair", loss: 0.02, rtt_ms: 50, jitter_ms: 5 });
  state = meeting.process(state, "slot.paused", { mids: ["3"] });
  assert.deepEqual([state.view?.place, state.slots, state.dominant, state.quality], ["inside", [SLOT], "b", "fair"]);
  assert.deepEqual(state.pausedSlots, ["3"]);
});

test("any other notification changes nothing", () => {
  assert.equal(meeting.process(meeting.NO_MEETING, "knock.received", { at_door: 1 }), meeting.NO_MEETING);
});

test("who is sent back to wait keeps no slot and no speaker", () => {
  const before = { view: inside(["a", "b"]), slots: [SLOT], pausedSlots: ["3"], dominant: "b", speaking: ["b"], quality: null };
  const state = meeting.process(before, "meeting.updated", waiting());
  assert.deepEqual([state.slots, state.pausedSlots, state.dominant, state.speaking], [[], [], null, []]);
  assert.equal(meeting.inside(state.view), null);
});

test("people are found by id, and a stranger has no name", () => {
  const view = inside(["a", "b", "c"], { may: ["admit"] });
  assert.equal(meeting.you(view)?.id, "a");
  assert.deepEqual(meeting.others(view).map((one) => one.id), ["b", "c"]);
  assert.equal(meeting.nameOf(view, "b"), "Name b");
  assert.equal(meeting.nameOf(view, "z"), "");
  assert.deepEqual([meeting.may(view, "admit"), meeting.may(view, "lock")], [true, false]);
});

test("the lock's reason names persons, not connections", () => {
  const family = participant("b", { persons: [
    { id: "b-1", name: "Mother", is_attested: true }, { id: "b-2", name: "Son", is_attested: false }] });
  const view = inside(["a"], { participants: [participant("a"), family], unattested: ["b-2"] });
  assert.deepEqual(meeting.unattestedNames(view), ["Son"]);
});

test("the private check is found", () => {
  assert.equal(meeting.checked(inside(["a"])), undefined);
  const view = inside(["a"], { participants: [participant("a"), participant("b", { is_checking: true })] });
  assert.equal(meeting.checked(view)?.id, "b");
});

test("only a legal room that has been locked wants ID before it gains a person", () => {
  const locked = inside(["a"], { was_locked: true });
  assert.equal(meeting.admissionNeedsId(locked), true);
  assert.equal(meeting.admissionNeedsId(inside(["a"])), false);
  assert.equal(meeting.admissionNeedsId({ ...locked, room: { ...locked.room, policy: "social" } }), false);
});

test("initials take the first and the last word", () => {
  const names = ["Amara Okafor", "  witness a ", "Zoë", "Dr Imogen van Dyck", ""];
  assert.deepEqual(names.map(meeting.initials), ["AO", "WA", "Z", "DD", ""]);
});
