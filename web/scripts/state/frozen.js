/**
 * Which pictures stand still though they should move: a bound camera of which no new frame was
 * decoded for FROZEN_MS. A presentation may rightly stand still, and is not judged.
 *
 * @typedef {import("../types.js").MeetingState} MeetingState
 * @typedef {{frames: number, sinceMs: number}} Look
 * @typedef {Record<string, Look>} Looks by slot and whom it carries
 */

import { inside, isPaused, participant } from "./meeting.js";

export const FROZEN_MS = 3000;

/**
 * The looks after another one; what is no longer expected is forgotten.
 * @param {Looks} before
 * @param {MeetingState} meeting
 * @param {Record<string, number>} frames decoded so far, by mid
 * @param {number} nowMs
 * @returns {Looks}
 */
export function look(before, meeting, frames, nowMs) {
  /** @type {Looks} */
  const looks = {};
  for (const slot of expected(meeting)) {
    const key = pictureOf(slot);
    const count = frames[slot.mid] ?? 0;
    const last = before[key];
    looks[key] = last && last.frames === count ? last : { frames: count, sinceMs: nowMs };
  }
  return looks;
}

/** The pictures that stand still, as `pictureOf` names them. @param {Looks} looks @param {number} nowMs @returns {string[]} */
export function frozen(looks, nowMs) {
  return Object.entries(looks).filter(([, one]) => nowMs - one.sinceMs >= FROZEN_MS).map(([key]) => key);
}

/** A slot and whom it carries: another person in the same slot is another picture. @param {import("../types.js").Slot} slot */
export function pictureOf({ mid, participant: id }) {
  return `${mid} ${id}`;
}

/** Slots of which frames should come now. @param {MeetingState} meeting */
function expected({ view, slots, pausedSlots }) {
  const here = inside(view);
  if (!here || isPaused(here)) return [];
  return slots.filter(({ mid, kind, participant: id }) => {
    const who = participant(here, id);
    return kind === "camera" && who?.camera && who.is_connected && !who.is_checking && !pausedSlots.includes(mid);
  });
}
