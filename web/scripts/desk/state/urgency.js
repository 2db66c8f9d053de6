/**
 * Which room comes first: alerts that ring, alerts somebody has, people who wait, live meetings,
 * meetings nobody has opened, rooms without one. Among equals the one that has waited longest.
 */

/** @typedef {import("../types.js").DeskRoom} DeskRoom */
/** @typedef {import("../types.js").Raised} Raised */

export const RINGING = 0;
export const ALERT = 1;
export const WAITING = 2;
export const LIVE = 3;
export const UNOPENED = 4;
export const IDLE = 5;

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
  const ringing = meeting.alerts.filter((one) => !one.owner);
  const times = (ringing.length ? ringing : meeting.alerts).map((one) => one.raised_at);
  const waits = meeting.waiting.map((one) => one.knock.since);
  return Math.min(...(times.length ? times : waits.length ? waits : [meeting.since]));
}

/** Ids in order of urgency. @param {Record<string, DeskRoom>} rooms @returns {string[]} */
export function arrange(rooms) {
  return Object.values(rooms)
    .sort((a, b) => urgency(a) - urgency(b) || since(a) - since(b) || a.name.localeCompare(b.name, "en", { numeric: true }))
    .map((room) => room.id);
}

/** Alerts nobody has acknowledged, the oldest first. @param {Record<string, DeskRoom>} rooms @returns {Raised[]} */
export function ringing(rooms) {
  return Object.values(rooms)
    .flatMap((room) => (room.meeting?.alerts ?? []).filter((alert) => !alert.owner).map((alert) => ({ room, alert })))
    .sort((a, b) => a.alert.raised_at - b.alert.raised_at);
}

/** One alert, told apart from every other there has been. @param {Raised} raised */
export function keyOf({ room, alert }) {
  return `${room.meeting?.meeting}:${alert.id}`;
}
