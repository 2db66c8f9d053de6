/**
 * The truth about oneself, as the server has it bound: who can see me, who can hear me, who
 * watches, is anything recorded. Every person behind a connection counts, not connections.
 *
 * @typedef {import("../types.js").InsideView} InsideView
 * @typedef {{seen: string[], heard: string[], whyUnseen: string, whyUnheard: string,
 *   monitors: number, recording: string}} Truth
 */

import { isPaused, participant, you } from "./meeting.js";

/** Sentences are keys of `presence`. @param {InsideView} view @returns {Truth} */
export function truth(view) {
  const { seen_by: seen, heard_by: heard, monitors, is_recorded: isRecorded } = view.presence;
  return {
    seen: seen.flatMap((id) => namesAt(view, id)),
    heard: heard.flatMap((id) => namesAt(view, id)),
    whyUnseen: seen.length ? "" : whyNot(view, you(view)?.camera || view.presenter === view.you, "camera_off"),
    whyUnheard: heard.length ? "" : whyNot(view, you(view)?.microphone, "muted"),
    monitors,
    recording: isRecorded ? "presence.recorded" : view.room.recording === "none" ? "presence.not_recorded" : `recording.${view.room.recording}`,
  };
}

/** The persons behind a connection. @param {InsideView} view @param {string} id @returns {string[]} */
function namesAt(view, id) {
  return participant(view, id)?.persons.map((person) => person.name) ?? [];
}

/** @param {InsideView} view @param {boolean|undefined} isOn @param {string} off */
function whyNot(view, isOn, off) {
  if (isPaused(view)) return "presence.why.paused";
  return `presence.why.${isOn ? "alone" : off}`;
}
