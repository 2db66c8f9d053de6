import assert from "node:assert/strict";
import { test } from "node:test";
import { FROZEN_MS, frozen, look, pictureOf } from "../../../web/scripts/state/frozen.js";
import { NO_MEETING } from "../../../web/scripts/state/meeting.js";
import { inside, participant } from "../views.js";

const T = 1_000_000;
/** @type {import("../../../web/scripts/types.js").Slot[]} */
const SLOTS = [
  { mid: "3", kind: "audio", participant: "b" }, { mid: "11", kind: "camera", participant: "b" },
  { mid: "12", kind: "camera", participant: "c" }, { mid: "13", kind: "camera", participant: null },
  { mid: "19", kind: "screen", participant: "c" },
];

/** @param {any} [change] of the view @param {any} [more] of the meeting @returns {import("../../../web/scripts/types.js").MeetingState} */
const meeting = (change, more) => ({ ...NO_MEETING, view: inside(["a", "b", "c"], change), slots: SLOTS, ...more });

/** Two looks, FROZEN_MS apart. @param {any} state @param {Record<string, number>} before @param {Record<string, number>} after @param {any} [later] */
function seen(state, before, after, later = state) {
  return frozen(look(look({}, state, before, T), later, after, T + FROZEN_MS), T + FROZEN_MS);
}

test("a picture without a new frame for a while stands still, one with frames does not", () => {
  assert.deepEqual(seen(meeting(), { 11: 90, 12: 90 }, { 11: 90, 12: 91 }), ["11 b"]);
  const looks = look({}, meeting(), { 11: 90 }, T);
  assert.deepEqual(frozen(looks, T + FROZEN_MS - 1), []);
});

test("a picture that never came is missed as well", () => {
  assert.deepEqual(seen(meeting(), {}, {}), ["11 b", "12 c"]);
});

test("a picture that goes on is no longer called so", () => {
  const stopped = look(look({}, meeting(), { 11: 5, 12: 5 }, T), meeting(), { 11: 5, 12: 5 }, T + FROZEN_MS);
  const going = look(stopped, meeting(), { 11: 6, 12: 5 }, T + FROZEN_MS + 500);
  assert.deepEqual(frozen(going, T + FROZEN_MS + 500), ["12 c"]);
});

test("nothing is expected of a camera that is off, a lost connection, a check, a pause or a saved slot", () => {
  const still = { 11: 90, 12: 90 };
  const others = (/** @type {any} */ change) => ({ participants: [participant("a"), participant("b", change), participant("c")] });
  assert.deepEqual(seen(meeting(others({ camera: false })), still, still), ["12 c"]);
  assert.deepEqual(seen(meeting(others({ is_connected: false })), still, still), ["12 c"]);
  assert.deepEqual(seen(meeting(others({ is_checking: true })), still, still), ["12 c"]);
  assert.deepEqual(seen(meeting({ paused: "" }), still, still), []);
  assert.deepEqual(seen(meeting({ is_unwatched: true }), still, still), []);
  assert.deepEqual(seen(meeting({}, { pausedSlots: ["11"] }), still, still), ["12 c"]);
  assert.deepEqual(seen({ ...meeting(), view: null }, still, still), []);
});

test("another person in the same slot is another picture", () => {
  const swapped = meeting({}, { slots: [{ mid: "11", kind: "camera", participant: "c" }] });
  assert.deepEqual(seen(meeting(), { 11: 90 }, { 11: 90 }, swapped), []);
  assert.equal(pictureOf(SLOTS[1]), "11 b");
});
