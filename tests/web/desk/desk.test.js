import assert from "node:assert/strict";
import { test } from "node:test";
import { NONE, again, ring } from "../../../web/scripts/desk/state/bell.js";
import { NOTHING, reduce } from "../../../web/scripts/desk/state/desk.js";
import { arrange, inOrder, ringing, urgency } from "../../../web/scripts/desk/state/urgency.js";
import { calledAs } from "../../../web/scripts/desk/state/who.js";
import { setText } from "../../../web/scripts/text.js";

/** @typedef {import("../../../web/scripts/desk/types.js").DeskRoom} DeskRoom */
/** @typedef {import("../../../web/scripts/desk/types.js").DeskMeeting} DeskMeeting */
/** @typedef {import("../../../web/scripts/desk/types.js").DeskAlert} DeskAlert */

const OWNER = { officer: "o1", name: "Reed", since: 1, acted_at: 1 };

/** @param {number} id @param {Partial<DeskAlert>} [change] @returns {DeskAlert} */
const alert = (id, change = {}) => ({
  id, kind: "staff_called", participant: null, count: 1, raised_at: id, last_at: id, owner: null, may_be_closed: true, ...change,
});

/** @param {string} id @param {Partial<DeskMeeting>|null} [change] @returns {DeskRoom} */
const room = (id, change = {}) => ({
  id, name: `Room ${id}`, policy: "legal", ends_at: null, next_slot: null, lacks_terminal: false, record_waits: false, hosts_refused: null,
  meeting: change && {
    meeting: `m${id}`, policy: "legal", stage: "locked", slot: null, expected: [], since: 100, was_locked: true, opened_at: 1, ends_at: null, paused: null,
    is_unwatched: false, monitors: 0, watchers: [], may: [], confirmations: [], needs_attestation: true, pin_closed_until: null, people: [], waiting: [], terminals: [],
    alerts: [], ...change,
  },
});

/** @param {DeskRoom[]} rooms */
const known = (...rooms) => Object.fromEntries(rooms.map((one) => [one.id, one]));

/** @param {DeskRoom[]} rooms */
const facts = (...rooms) => ({
  officer: { id: "o1", name: "Reed" }, establishment: "HMP", repeat_s: 10, takeover_s: 60, extension_max_min: 240, rooms,
});

/** @param {DeskRoom[]} rooms */
const whole = (...rooms) => reduce(NOTHING, { type: "state", at: 10, nowMs: 10_000, data: facts(...rooms) });

/** @type {import("../../../web/scripts/desk/types.js").DeskWaiting} */
const waits = { is_knocking: true, slot_starts_at: null, is_of_this_slot: true, knock: { id: "k", name: "K", role: "guest", persons: [], since: 50, count: 1, is_expected: false, host_pin_verified: false, page_gone: false, like: [], is_like_banned: false } };

test("what rings comes first, then what somebody has, who waits, live rooms, idle ones", () => {
  const rooms = known(
    room("6", null), room("5", { stage: "waiting" }), room("4"), room("3", { waiting: [waits] }),
    room("2", { alerts: [alert(1, { owner: OWNER })] }), room("1", { alerts: [alert(9)] }),
  );
  assert.deepEqual(arrange(rooms), ["1", "2", "3", "4", "5", "6"]);
});

test("among rooms that ring the oldest alert comes first, among equals the name as people count", () => {
  const rooms = known(room("a", { alerts: [alert(7)] }), room("b", { alerts: [alert(3)] }), room("10"), room("9"));
  assert.deepEqual(arrange(rooms), ["b", "a", "9", "10"]);
});

test("a call for staff comes before a knock, and a knock before a bad picture, however old, in the strip and among the cards", () => {
  const rooms = known(
    room("picture", { alerts: [alert(1, { kind: "quality_bad" }), alert(8, { owner: OWNER })] }),
    room("knock", { alerts: [alert(5, { kind: "knock" })] }),
    room("staff", { alerts: [alert(3, { kind: "picture_frozen" }), alert(9)] }),
    room("older", { alerts: [alert(4, { kind: "knock" })] }),
  );
  const strip = ringing(rooms);
  assert.deepEqual(strip.map(({ alert: { kind } }) => kind), ["staff_called", "knock", "knock", "quality_bad", "picture_frozen"]);
  assert.deepEqual(arrange(rooms), [...new Set(strip.map((one) => one.room.id))]);
  assert.deepEqual(inOrder(rooms.picture.meeting?.alerts ?? []).map((one) => one.id), [1, 8]);
});

test("nobody at the desk reads an officer's name alone at a terminal that was handed over", () => {
  setText({ "desk.at_terminal": "The terminal, handed over by {name}" }, "en");
  assert.equal(calledAs({ is_handed_over: true }, "Officer Hall"), "The terminal, handed over by Officer Hall");
  assert.equal(calledAs({ is_handed_over: false }, "Officer Hall"), "Officer Hall");
});

test("a terminal that asks for the PIN, and people before a room opens, wait", () => {
  const terminal = { id: "t", name: "T", attempts_left: 3, page_gone: false };
  assert.equal(urgency(room("1", { stage: "waiting", terminals: [terminal] })), 2);
  assert.equal(urgency(room("1", { stage: "waiting", waiting: [{ ...waits, is_knocking: false }] })), 2);
});

test("a new alert sounds once, and again only when it rings anew", () => {
  const state = whole(room("1", { alerts: [alert(1)] }));
  const first = ring(NONE, state);
  assert.equal(first.fresh.length, 1);
  const second = ring(first.rung, state);
  assert.equal(second.fresh.length, 0);
  const owned = ring(second.rung, whole(room("1", { alerts: [alert(1, { owner: OWNER })] })));
  assert.equal(owned.fresh.length, 0);
  assert.equal(ring(owned.rung, state).fresh.length, 1);
});

test("alerts of the next meeting of a room are other alerts", () => {
  const first = ring(NONE, whole(room("1", { alerts: [alert(1)] })));
  assert.equal(ring(first.rung, whole(room("1", { meeting: "next", alerts: [alert(1)] }))).fresh.length, 1);
});

test("the server's ring counts only for what still rings here", () => {
  const state = whole(room("1", { alerts: [alert(1), alert(2, { owner: OWNER })] }));
  const told = [1, 2, 3].map((id) => ({ room: "1", meeting: "m1", alert: id }));
  assert.deepEqual(again(state, told).map((one) => one.alert.id), [1]);
});

test("a room that changes keeps its place until the desk is arranged again", () => {
  let state = whole(room("1"), room("2"));
  state = reduce(state, { type: "room", room: "2", state: room("2", { alerts: [alert(1)] }), at: 11, nowMs: 11_000 });
  assert.deepEqual(state.order, ["1", "2"]);
  state = reduce(state, { type: "arrange" });
  assert.deepEqual(state.order, ["2", "1"]);
  assert.equal(reduce(state, { type: "arrange" }), state);
});

test("a room that is no more goes, a new one comes last", () => {
  let state = whole(room("1"), room("2"));
  state = reduce(state, { type: "room", room: "1", state: null, at: 11, nowMs: 11_000 });
  state = reduce(state, { type: "room", room: "3", state: room("3"), at: 12, nowMs: 12_000 });
  assert.deepEqual(state.order, ["2", "3"]);
  assert.deepEqual(Object.keys(state.rooms), ["2", "3"]);
});

test("a whole state takes the place of everything that was known", () => {
  let state = whole(room("1", { alerts: [alert(1)] }));
  state = reduce(state, { type: "state", at: 20, nowMs: 20_000, data: facts(room("2")) });
  assert.deepEqual([state.order, ringing(state.rooms)], [["2"], []]);
});

test("a lost link is remembered with its time, and told once", () => {
  const lost = reduce(whole(room("1")), { type: "link", link: "lost", nowMs: 5 });
  assert.deepEqual([lost.link, lost.linkAtMs], ["lost", 5]);
  assert.equal(reduce(lost, { type: "link", link: "lost", nowMs: 9 }), lost);
  const out = reduce(lost, { type: "link", link: "refused", code: "signed_out", nowMs: 9 });
  assert.deepEqual([out.link, out.code, out.linkAtMs], ["refused", "signed_out", 9]);
  assert.equal(reduce(out, { type: "problem", text: "No" }).problem, "No");
});
