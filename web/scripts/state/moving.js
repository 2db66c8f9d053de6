/**
 * A meeting moves to another server while it runs: for some moments a page has two connections, and
 * shows and plays of each person what the new one brings as soon as it does, else what the old one
 * still brings, never both. Pure.
 *
 * @typedef {import("../types.js").AppState} AppState
 * @typedef {import("../types.js").Slot} Slot
 * @typedef {import("../types.js").Moving} Moving
 */

/** How the mids of the connection that is left begin. */
export const LEFT = "left:";

/** From here on the new server is listened to. @param {AppState} state @returns {AppState} */
export function began(state) {
  const left = state.meeting.slots.filter((one) => brings(state, one)).map((one) => ({ ...one, mid: `${LEFT}${one.mid}` }));
  const meeting = { ...state.meeting, slots: left, pausedSlots: [] };
  return { ...state, meeting, moving: { left, fresh: [], started: [], view: null } };
}

/** Whether anything comes by it now, or may at any moment. @param {AppState} state @param {Slot} slot */
function brings({ meeting }, { mid, kind, participant }) {
  if (!participant || meeting.pausedSlots.includes(mid)) return false;
  const who = meeting.view?.place === "inside" ? meeting.view.participants.find((one) => one.id === participant) : undefined;
  return kind !== "camera" || Boolean(who?.camera);
}

/** What the newest connection's sections carry. @param {AppState} state @param {Slot[]} slots @returns {AppState} */
export function bound(state, slots) {
  const { moving } = state;
  if (!moving) return { ...state, meeting: { ...state.meeting, slots } };
  return shown(state, { ...moving, fresh: slots });
}

/** These sections of the new connection bring something. @param {AppState} state @param {string[]} mids @returns {AppState} */
export function started(state, mids) {
  const { moving } = state;
  return moving ? shown(state, { ...moving, started: mids }) : state;
}

/** Nothing of the old connection counts any more. @param {AppState} state @returns {AppState} */
export function over(state) {
  const { meeting, moving } = state;
  if (!moving) return state;
  const view = meeting.view?.place === "inside" && moving.view ? moving.view : meeting.view;
  return { ...state, moving: null, meeting: { ...meeting, view, slots: moving.fresh } };
}

/**
 * Who is not at the new server yet is still here, as long as their picture or sound comes from the
 * old one.
 * @param {Moving|null} moving @param {string} name of a notification @param {any} data
 */
export function seen(moving, name, data) {
  if (!moving || name !== "meeting.updated") return { moving, data };
  if (data.place !== "inside") return { moving: null, data };
  const here = new Set(moving.left.map((one) => one.participant));
  const participants = data.participants.map((/** @type {import("../types.js").ParticipantView} */ one) => ({ ...one, is_connected: one.is_connected || here.has(one.id) }));
  return { moving: { ...moving, view: data }, data: { ...data, participants } };
}

/**
 * The section of the new connection that takes the place of one that is still shown or heard.
 * @param {Moving|null} moving @param {Slot[]} slots @param {import("../types.js").Kind} kind @param {string} participant
 */
export function comingSlot(moving, slots, kind, participant) {
  const one = moving?.fresh.find((fresh) => fresh.kind === kind && fresh.participant === participant);
  return one && !slots.includes(one) ? one : null;
}

/**
 * Whether nothing more is awaited of the new connection: every picture has come, and every sound
 * may come (of who is silent there is nothing to wait for).
 * @param {Moving} moving
 */
export function isDone({ left, fresh, started: mids }) {
  return left.every((old) => {
    const one = successor(fresh, old);
    return one && (one.kind === "audio" || mids.includes(one.mid));
  });
}

/** @param {Slot[]} fresh @param {Slot} old */
const successor = (fresh, old) => fresh.find((one) => isSame(one, old));

/** @param {Slot} one @param {Slot} other */
const isSame = (one, other) => one.kind === other.kind && one.participant === other.participant;

/** @param {AppState} state @param {Moving} moving @returns {AppState} */
function shown(state, moving) {
  const { left, fresh, started: mids } = moving;
  const still = left.filter((old) => {
    const one = successor(fresh, old);
    return !one || !mids.includes(one.mid);
  });
  const slots = [...still, ...fresh.filter((one) => !still.some((old) => isSame(old, one)))];
  return { ...state, moving, meeting: { ...state.meeting, slots } };
}
