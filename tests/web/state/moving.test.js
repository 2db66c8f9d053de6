import assert from "node:assert/strict";
import { test } from "node:test";
import { INITIAL, reduce } from "../../../web/scripts/state/app.js";
import { isDone } from "../../../web/scripts/state/moving.js";
import { inside, waiting } from "../views.js";

/** @typedef {import("../../../web/scripts/types.js").AppState} AppState */
/** @typedef {import("../../../web/scripts/types.js").Kind} Kind */

const slot = (/** @type {string} */ mid, /** @type {Kind} */ kind, participant = "b") => ({ mid, kind, participant });
const OLD = [slot("3", "audio"), slot("11", "camera"), { mid: "12", kind: /** @type {Kind} */ ("camera"), participant: null }];

/** @param {boolean} isConnected */
function view(isConnected) {
  const all = inside(["a", "b"]);
  return { ...all, participants: all.participants.map((one) => ({ ...one, is_connected: one.id === "a" || isConnected })) };
}

/** @param {AppState} state @param {string} name @param {any} data */
const told = (state, name, data) => reduce(state, { type: "notified", name, data, at: 0, nowMs: 0 });

/** @returns {AppState} */
function moving() {
  const before = told(told(INITIAL, "meeting.updated", view(true)), "slot.bound", { slots: OLD });
  return reduce(before, { type: "move_began" });
}

/** @param {AppState} state */
const mids = (state) => state.meeting.slots.map((one) => one.mid);

test("what the old connection brings is shown until the new one brings the same, one by one", () => {
  let state = moving();
  assert.deepEqual(mids(state), ["left:3", "left:11"]);
  state = told(state, "slot.bound", { slots: [slot("3", "audio"), slot("11", "camera")] });
  assert.deepEqual(mids(state), ["left:3", "left:11"]);
  state = reduce(state, { type: "move_started", mids: ["11"] });
  assert.deepEqual(mids(state), ["left:3", "11"]);
  state = reduce(state, { type: "move_started", mids: ["11", "3"] });
  assert.deepEqual(mids(state), ["3", "11"]);
});

test("nobody is ever heard or seen by both connections", () => {
  const state = told(moving(), "slot.bound", { slots: [slot("4", "audio"), slot("11", "camera"), slot("5", "audio", "c")] });
  for (const started of [[], ["4"], ["11"], ["4", "11", "5"]]) {
    const { slots } = reduce(state, { type: "move_started", mids: started }).meeting;
    const shown = slots.map((one) => `${one.kind} ${one.participant}`);
    assert.equal(new Set(shown).size, shown.length);
  }
});

test("who has not followed yet is here as long as the old connection brings them, and no longer", () => {
  const state = told(moving(), "meeting.updated", view(false));
  const isConnected = (/** @type {AppState} */ { meeting }) => meeting.view?.place === "inside" && meeting.view.participants[1]?.is_connected;
  assert.equal(isConnected(state), true);
  const after = reduce(state, { type: "move_over" });
  assert.equal(isConnected(after), false);
  assert.deepEqual([after.moving, mids(after)], [null, []]);
});

test("whoever has to wait at the new server sees and hears nothing of the old one", () => {
  const state = told(moving(), "meeting.updated", waiting());
  assert.deepEqual([state.moving, mids(state)], [null, []]);
});

test("a move is done when every picture has come; for somebody's silence it does not wait", () => {
  const { left } = /** @type {NonNullable<AppState["moving"]>} */ (moving().moving);
  const fresh = [slot("3", "audio"), slot("11", "camera")];
  assert.equal(isDone({ left, fresh, started: [], view: null }), false);
  assert.equal(isDone({ left, fresh: [], started: ["11"], view: null }), false);
  assert.equal(isDone({ left, fresh, started: ["11"], view: null }), true);
});
