/**
 * Messages that stay until dismissed. One message a tag: newer news of the same thing replaces the
 * older. Knock, lock, admission and loss of connection are assertive; a change of speaker is none.
 *
 * @typedef {import("../types.js").Alerts} Alerts
 * @typedef {import("../types.js").AlertText} AlertText
 */

import { you } from "./meeting.js";

export const MAX_ALERTS = 12;
const HAND = "hand-";

/** @type {Alerts} */
export const NO_ALERTS = { list: [], next: 1 };

/**
 * Newest first.
 * @param {Alerts} alerts
 * @param {AlertText} text
 * @param {number} nowMs
 * @returns {Alerts}
 */
export function raise(alerts, text, nowMs) {
  const alert = {
    id: alerts.next, tag: text.tag, key: text.key, values: text.values ?? {},
    tone: text.tone ?? "info", assertive: text.assertive ?? false, at: nowMs,
  };
  const rest = alerts.list.filter((one) => one.tag !== text.tag);
  return { list: [alert, ...rest].slice(0, MAX_ALERTS), next: alerts.next + 1 };
}

/** @param {Alerts} alerts @param {number} id @returns {Alerts} */
export function dismiss(alerts, id) {
  return { ...alerts, list: alerts.list.filter((one) => one.id !== id) };
}

/**
 * What one was told to do, and has done, and hands that are down again, are no news any more.
 * @param {Alerts} alerts
 * @param {import("../types.js").InsideView|null} view
 * @returns {Alerts}
 */
export function settleAlerts(alerts, view) {
  if (!view) return alerts;
  const isHeard = you(view)?.microphone ?? false;
  const isOver = (/** @type {string} */ tag) => (tag === "muted" && isHeard)
    || (tag.startsWith(HAND) && !view.raised_hands.includes(tag.slice(HAND.length)));
  const list = alerts.list.filter((one) => !isOver(one.tag));
  return list.length === alerts.list.length ? alerts : { ...alerts, list };
}

/** @param {string} name of the notification @param {any} data @returns {AlertText|null} */
export function alertFor(name, data) {
  const make = TEXTS[name];
  return make ? make(data) : null;
}

/** @type {Record<string, (data: any) => AlertText>} */
const TEXTS = {
  "knock.received": (data) => ({
    tag: "knock", key: data.at_door > 1 ? "alert.knock_many" : "alert.knock",
    values: { count: data.at_door }, tone: "warning", assertive: true,
  }),
  "meeting.opened": () => ({ tag: "roster", key: "alert.opened", assertive: true }),
  "meeting.locked": (data) => ({
    tag: "lock", key: "alert.locked", values: { by: data.by }, tone: "good", assertive: true,
  }),
  "meeting.unlocked": (data) => ({
    tag: "lock", key: "alert.unlocked", values: { by: data.by }, tone: "warning", assertive: true,
  }),
  "meeting.paused": (data) => ({
    tag: "pause", key: "alert.paused", values: { reason: data.reason }, tone: "warning", assertive: true,
  }),
  "meeting.resumed": () => ({ tag: "pause", key: "alert.resumed", tone: "good", assertive: true }),
  "monitor.lost": () => ({ tag: "pause", key: "alert.monitor_lost", tone: "warning", assertive: true }),
  "monitor.back": () => ({ tag: "pause", key: "alert.monitor_back", tone: "good", assertive: true }),
  "participant.joined": (data) => ({
    tag: data.how === "admitted_after_lock" ? `admission-${data.participant}` : "roster",
    key: `alert.joined.${data.how}`, values: { name: data.name, by: data.by }, assertive: true,
  }),
  "participant.left": (data) => ({
    tag: "roster", key: `alert.left.${data.how}`, values: { name: data.name },
    tone: data.how === "lost" ? "warning" : "info", assertive: data.how === "lost",
  }),
  "participant.sent_back": (data) => ({
    tag: "lock", key: data.reason ? "alert.sent_back_reason" : "alert.sent_back",
    values: { reason: data.reason }, tone: "warning", assertive: true,
  }),
  "participant.muted": () => ({ tag: "muted", key: "alert.muted", tone: "warning", assertive: true }),
  "check.started": () => ({ tag: "check", key: "alert.check_started", assertive: true }),
  "check.ended": () => ({ tag: "check", key: "alert.check_ended", assertive: true }),
  "presentation.started": (data) => ({
    tag: "presentation", key: "alert.presenting", values: { name: data.name },
  }),
  "presentation.allowed": (data) => ({
    tag: "presenting-allowed", key: data.is_allowed ? "alert.presenting_allowed" : "alert.presenting_forbidden",
  }),
  "hand.raised": (data) => ({ tag: `${HAND}${data.participant}`, key: "alert.hand_raised", values: { name: data.name } }),
  "hand.lowered": () => ({ tag: "own-hand", key: "alert.hand_lowered" }),
  "presentation.stopped": () => ({ tag: "presentation", key: "alert.presenting_stopped" }),
  "encoder.started": (data) => ({ tag: `encoder-${data.participant}`, key: "alert.encoder", values: { name: data.name } }),
  "staff.message": (data) => ({
    tag: `message-${data.text}`, key: "alert.staff_message", values: { text: data.text }, tone: "warning", assertive: true,
  }),
  "staff.called": () => ({ tag: "staff", key: "alert.staff_called", assertive: true }),
  "seat.handed_over": () => ({ tag: "seat", key: "alert.handed_over", assertive: true }),
  "seat.stepped_up": () => ({ tag: "seat", key: "alert.stepped_up", tone: "warning", assertive: true }),
  "seat.step_up_lapsed": () => ({ tag: "seat", key: "alert.step_up_lapsed", assertive: true }),
  "slot.ending": (data) => ({
    tag: "slot", key: data.minutes_left === 1 ? "alert.slot_ending_one" : "alert.slot_ending",
    values: { minutes: data.minutes_left }, tone: "warning", assertive: true,
  }),
  "slot.extended": (data) => ({
    tag: "slot", key: "alert.slot_extended", values: { minutes: data.minutes }, tone: "good",
  }),
};
