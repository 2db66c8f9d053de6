/**
 * What comes first, everywhere on the desk. Rooms: alerts that ring, alerts somebody has, people who
 * wait, live meetings, meetings nobody has opened, rooms without one. Alerts: those that ring, then
 * by what happened, then the oldest. Rooms with alerts stand as the first alert of each does.
 */

/** @typedef {import("../types.js").DeskRoom} DeskRoom */
/** @typedef {import("../types.js").DeskAlert} DeskAlert */
/** @typedef {import("../types.js").Raised} Raised */

export const RINGING = 0;
export const ALERT = 1;
export const WAITING = 2;
export const LIVE = 3;
export const UNOPENED = 4;
export const IDLE = 5;

/** Somebody needs an officer, or nothing goes on without one. */
const PRESSING = ["staff_called", "concern", "pin_alarm", "step_up_closed", "monitor_lost"];
/** Of alerts: before those who knock, with them, or after them. */
const BEFORE_DOOR = 0;
const AT_DOOR = 1;
const SOON = 2;
const LATER = 3;

/** @param {DeskAlert} alert */
function rankOf({ kind }) {
  if (PRESSING.includes(kind)) return BEFORE_DOOR;
  if (kind === "knock") return AT_DOOR;
  return kind === "ready_to_leave" || kind === "slot_ending" ? SOON : LATER;
}

/** Whether it stands above those who knock. @param {DeskAlert} alert */
export const isPressing = (alert) => rankOf(alert) === BEFORE_DOOR;

/** @param {DeskAlert} a @param {DeskAlert} b */
function compare(a, b) {
  return Number(Boolean(a.owner)) - Number(Boolean(b.owner)) || rankOf(a) - rankOf(b) || a.raised_at - b.raised_at;
}

/** @param {DeskAlert[]} alerts */
export const inOrder = (alerts) => [...alerts].sort(compare);

/** @param {DeskRoom} room @returns {number} */
export function urgency(room) {
  const { meeting } = room;
  if (!meeting) return IDLE;
  if (meeting.alerts.some((one) => !one.owner)) return RINGING;
  if (meeting.alerts.length) return ALERT;
  if (meeting.waiting.some((one) => one.is_knocking) || meeting.terminals.length) return WAITING;
  if (meeting.stage === "waiting") return meeting.waiting.length ? WAITING : UNOPENED;
  return LIVE;
}

/** When what makes it urgent began. @param {DeskRoom} room */
function since({ meeting }) {
  if (!meeting) return 0;
  const waits = meeting.waiting.map((one) => one.knock.since);
  return Math.min(...(waits.length ? waits : [meeting.since]));
}

/** Of two rooms of one urgency. @param {DeskRoom} a @param {DeskRoom} b */
function compareRooms(a, b) {
  const [first] = inOrder(a.meeting?.alerts ?? []);
  const [other] = inOrder(b.meeting?.alerts ?? []);
  return first && other ? compare(first, other) : since(a) - since(b);
}

/** Ids in order of urgency. @param {Record<string, DeskRoom>} rooms @returns {string[]} */
export function arrange(rooms) {
  return Object.values(rooms)
    .sort((a, b) => urgency(a) - urgency(b) || compareRooms(a, b) || a.name.localeCompare(b.name, "en", { numeric: true }))
    .map((room) => room.id);
}

/** Alerts nobody has acknowledged, the first of all first. @param {Record<string, DeskRoom>} rooms @returns {Raised[]} */
export function ringing(rooms) {
  return Object.values(rooms)
    .flatMap((room) => (room.meeting?.alerts ?? []).filter((alert) => !alert.owner).map((alert) => ({ room, alert })))
    .sort((a, b) => compare(a.alert, b.alert));
}

/** One alert, told apart from every other there has been. @param {Raised} raised */
export function keyOf({ room, alert }) {
  return `${room.meeting?.meeting}:${alert.id}`;
}
