/**
 * What the server says of the meeting, and what can be read from it. The four notifications that
 * carry state replace theirs whole; every other notification changes nothing here.
 *
 * @typedef {import("../types.js").MeetingState} MeetingState
 * @typedef {import("../types.js").View} View
 * @typedef {import("../types.js").InsideView} InsideView
 * @typedef {import("../types.js").ParticipantView} ParticipantView
 */

/**
 * Nothing flows: a person paused it, or nobody watches a room that must be watched.
 * @param {InsideView} view
 */
export const isPaused = (view) => view.paused !== null || view.is_unwatched;

/** @type {MeetingState} */
export const NO_MEETING = { view: null, slots: [], pausedSlots: [], dominant: null, speaking: [], quality: null };

/**
 * @param {MeetingState} state
 * @param {string} name of the notification
 * @param {any} data
 * @returns {MeetingState}
 */
export function process(state, name, data) {
  switch (name) {
    case "meeting.updated":
      return data.place === "inside" ? { ...state, view: data } : { ...NO_MEETING, view: data };
    case "slot.bound":
      return { ...state, slots: data.slots };
    case "slot.paused":
      return { ...state, pausedSlots: data.mids };
    case "speaker.changed":
      return { ...state, dominant: data.dominant, speaking: data.speaking };
    case "quality.changed":
      return { ...state, quality: data.quality };
    default:
      return state;
  }
}

/** @param {View|null} view @returns {InsideView|null} */
export function inside(view) {
  return view?.place === "inside" ? view : null;
}

/** @param {InsideView} view @param {string} permission */
export function may(view, permission) {
  return view.may.includes(permission);
}

/** @param {InsideView} view @param {string|null} id @returns {ParticipantView|undefined} */
export function participant(view, id) {
  return view.participants.find((one) => one.id === id);
}

/** @param {InsideView} view @returns {ParticipantView|undefined} */
export function you(view) {
  return participant(view, view.you);
}

/** @param {InsideView} view @returns {ParticipantView[]} */
export function others(view) {
  return view.participants.filter((one) => one.id !== view.you);
}

/** @param {InsideView} view @param {string} id */
export function nameOf(view, id) {
  return participant(view, id)?.name ?? "";
}

/** Whether an encoder sends in place of this page. @param {InsideView|null} view */
export function isEncoded(view) {
  return view?.encoder === "sending";
}

/** Names of the persons the lock still waits for. @param {InsideView} view @returns {string[]} */
export function unattestedNames(view) {
  const persons = view.participants.flatMap((one) => one.persons);
  return persons.filter((one) => view.unattested.includes(one.id)).map((one) => one.name);
}

/**
 * A locked legal room wants the ID on record before it gains a person.
 * @param {InsideView} view
 */
export function admissionNeedsId(view) {
  return view.room.policy === "legal" && view.was_locked;
}

/** Seats held by a person whose private ID check is open. @param {InsideView} view */
export function checked(view) {
  return view.participants.find((one) => one.is_checking);
}

/**
 * Up to two letters that stand for a name while there is no picture.
 * @param {string} name
 */
export function initials(name) {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const picked = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return picked.map((word) => [...word][0].toLocaleUpperCase()).join("");
}
