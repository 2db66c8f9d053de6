/**
 * What is wrong with the connection, as one thing at a time: the one that explains most. Each kind
 * has one line of words (`trouble.{kind}`): what is wrong, what is done about it, what the person can do.
 * Loss of the link or of picture and sound is announced at once; what only is worse than it should be is not.
 *
 * @typedef {import("../types.js").AppState} AppState
 * @typedef {"offline"|"server"|"refused"|"lost"|"link"|"media"|"media_long"|"loss"|"relay"|"spared"} Trouble
 */

import { inside } from "./meeting.js";

/** New peer connections in a row, after which another network is worth trying. */
export const MANY_TRIES = 3;

/** @type {readonly Trouble[]} */
const LOSSES = ["offline", "server", "refused", "lost", "link", "media", "media_long"];

/** @param {AppState} state @returns {Trouble|null} */
export function troubleOf(state) {
  if (state.journey.step !== "joined") return null;
  return ofLink(state) ?? (inside(state.meeting.view) ? ofMedia(state) : null);
}

/** Worth an announcement. @param {Trouble|null} trouble */
export function isLoss(trouble) {
  return trouble !== null && LOSSES.includes(trouble);
}

/** @param {AppState} state @returns {Trouble|null} */
function ofLink({ isOffline, link, isClosedByServer, media }) {
  if (link === "refused") return "refused";
  if (isOffline && (link === "lost" || media === "broken")) return "offline";
  if (link !== "lost") return null;
  if (isClosedByServer) return "server";
  return media === "connected" ? "link" : "lost";
}

/** @param {AppState} state @returns {Trouble|null} */
function ofMedia({ media, mediaTries, meeting, grade, isRelayed, saving }) {
  if (media === "broken") return mediaTries >= MANY_TRIES ? "media_long" : "media";
  if (media !== "connected") return null;
  if ((meeting.quality ?? grade) === "bad") return isRelayed ? "relay" : "loss";
  return meeting.pausedSlots.length > 0 && saving === "all" ? "spared" : null;
}
