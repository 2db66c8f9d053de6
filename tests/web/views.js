/** Views as a server sends them, for the tests. */

/** @typedef {import("../../web/scripts/types.js").InsideView} InsideView */
/** @typedef {import("../../web/scripts/types.js").ParticipantView} ParticipantView */

/** @type {import("../../web/scripts/types.js").RoomView} */
export const ROOM = { name: "Room 1", establishment: "HMP Example", policy: "legal", phone: "1", safer_custody: "", recording: "none" };

/** @param {string} id @param {Partial<ParticipantView>} [change] @returns {ParticipantView} */
export function participant(id, change = {}) {
  return {
    id, name: `Name ${id}`, role: "guest", persons: [{ id: `${id}-1`, name: `Name ${id}`, is_attested: false }],
    microphone: true, camera: true, is_presenting: false, is_connected: true, is_checking: false, is_handed_over: false,
    has_encoder: false,
    ...change,
  };
}

/** @param {string[]} ids the first is oneself @param {Partial<InsideView>} [change] @returns {InsideView} */
export function inside(ids, change = {}) {
  return {
    place: "inside", room: ROOM, you: ids[0], may: ["speak"], stage: "open", was_locked: false, paused: null, is_unwatched: false,
    is_handed_over: false, stepped_up_until: null, step_up_closed: false, step_up_attempts_left: 3,
    participants: ids.map((id) => participant(id)), at_door: 0, knocks: [], expected: [], unattested: [], presenter: null,
    guests_may_present: true, raised_hands: [], encoder: "off",
    presence: { seen_by: [], heard_by: [], monitors: 0, is_recorded: false }, opened_at: 0, ends_at: null, ...change,
  };
}

/** @returns {import("../../web/scripts/types.js").WaitingView} */
export function waiting() {
  return {
    place: "waiting", room: ROOM, you: "a", name: "A", host_arrived: false, knocking: false, host_pin_verified: false,
    since: 0, deadline: 900, knock_count: 0, may_knock_at: 0, slot_starts_at: null, expected: 0, arrived: 0,
  };
}
