/**
 * The whole state of the meeting document, and the one reducer over what happens to it. Pure: the
 * time is in the action.
 *
 * @typedef {import("../types.js").AppState} AppState
 * @typedef {import("../types.js").AlertText} AlertText
 * @typedef {{type: "notified", name: string, data: any, at: number, nowMs: number}
 *   | {type: "link", phase: import("../types.js").LinkPhase, isByServer?: boolean, nowMs: number}
 *   | {type: "media", phase: import("../types.js").MediaPhase, tries?: number, nowMs: number}
 *   | {type: "offline", isOffline: boolean, nowMs: number}
 *   | {type: "relayed", isRelayed: boolean}
 *   | {type: "saving", pictures: import("../types.js").Pictures}
 *   | {type: "join_began"} | {type: "return_began"} | {type: "join_done"}
 *   | {type: "join_failed", problem: import("../types.js").Problem}
 *   | {type: "ended", ending: import("../types.js").Ending}
 *   | {type: "returned"}
 *   | {type: "slots", slots: import("../types.js").Slot[]}
 *   | {type: "move_began"} | {type: "move_started", mids: string[]} | {type: "move_over"}
 *   | {type: "presenting", isPresenting: boolean}
 *   | {type: "screen", screen: import("../types.js").Shown}
 *   | {type: "sound_blocked", isBlocked: boolean}
 *   | {type: "encoder_allowed", encoder: import("../types.js").EncoderAccess}
 *   | {type: "graded", grade: import("../types.js").Grade}
 *   | {type: "raised", alert: AlertText, nowMs: number}
 *   | {type: "dismissed", id: number}
 *   | {type: "self_moved", place: import("../types.js").SelfPlace}
 *   | {type: "self_hidden", isHidden: boolean} | {type: "frozen", pictures: string[]}
 *   | {type: "enlarged", id: string} | {type: "layout"} | {type: "time", nowMs: number}} Action
 */

import { NO_ALERTS, alertFor, dismiss, raise, settleAlerts } from "./alerts.js";
import { correct } from "./clock.js";
import * as journey from "./journey.js";
import { began, bound, over, seen, started } from "./moving.js";
import { NO_MEETING, inside, process } from "./meeting.js";
import { isLoss, troubleOf } from "./trouble.js";
import { EMPTY_STAGE, clear, enlarge, follow, hideSelf, makeRoom, moveSelf, nextLayout, prune, settle } from "./stage.js";

/** @type {AppState} */
export const INITIAL = {
  journey: journey.START, link: "connecting", media: "idle", meeting: NO_MEETING, moving: null,
  stage: EMPTY_STAGE, alerts: NO_ALERTS, frozen: [], grade: "unknown", isPresenting: false,
  screen: { surface: "other", content: "detail" },
  soundBlocked: false, encoder: null, clockOffset: Number.NaN, isOffline: false,
  isClosedByServer: false, mediaTries: 0, isRelayed: false, saving: "all",
};

/** What outlasts a visit. @param {AppState} state */
const lasting = ({ link, clockOffset, isOffline, saving, stage }) => ({ link, clockOffset, isOffline, saving, stage: clear(stage) });

/** @param {AppState} state @param {Action} action @returns {AppState} */
export function reduce(state, action) {
  const next = apply(state, action);
  return "nowMs" in action ? tellOfTrouble(state, next, action.nowMs) : next;
}

/** @param {AppState} state @param {Action} action @returns {AppState} */
function apply(state, action) {
  switch (action.type) {
    case "notified": return notified(state, action);
    case "link": return { ...state, link: action.phase, isClosedByServer: action.isByServer ?? (action.phase === "lost" && state.isClosedByServer) };
    case "media": return { ...state, media: action.phase, mediaTries: action.tries ?? 0 };
    case "offline": return { ...state, isOffline: action.isOffline };
    case "relayed": return { ...state, isRelayed: action.isRelayed };
    case "saving": return { ...state, saving: action.pictures };
    case "join_began": return { ...state, journey: journey.beginJoin(state.journey) };
    case "return_began": return { ...state, journey: journey.beginReturn() };
    case "join_done": return { ...state, journey: journey.finishJoin(state.journey) };
    case "join_failed": return { ...state, journey: journey.failJoin(state.journey, action.problem) };
    case "ended": return ended(state, action.ending);
    case "returned": return { ...INITIAL, ...lasting(state) };
    case "slots": return bound(state, action.slots);
    case "move_began": return began(state);
    case "move_started": return started(state, action.mids);
    case "move_over": return over(state);
    case "presenting": return { ...state, isPresenting: action.isPresenting };
    case "screen": return { ...state, screen: action.screen };
    case "sound_blocked": return { ...state, soundBlocked: action.isBlocked };
    case "encoder_allowed": return { ...state, encoder: keepEncoder(state.meeting, action.encoder) };
    case "graded": return { ...state, grade: action.grade };
    case "raised": return { ...state, alerts: raise(state.alerts, action.alert, action.nowMs) };
    case "dismissed": return { ...state, alerts: dismiss(state.alerts, action.id) };
    case "enlarged": return { ...state, stage: enlarge(state.stage, action.id) };
    case "layout": return { ...state, stage: nextLayout(state.stage) };
    case "self_moved": return { ...state, stage: moveSelf(state.stage, action.place) };
    case "self_hidden": return { ...state, stage: hideSelf(state.stage, action.isHidden) };
    case "frozen": return { ...state, frozen: action.pictures };
    case "time": return { ...state, stage: settle(state.stage, action.nowMs) };
  }
}

/** @param {AppState} state @param {Extract<Action, {type: "notified"}>} action @returns {AppState} */
function notified(state, { name, data, at, nowMs }) {
  const clockOffset = correct(state.clockOffset, at, nowMs);
  if (name === "session.ended") {
    const ending = { code: data.code, canReturn: data.can_return, reason: data.reason };
    return ended({ ...state, clockOffset }, ending);
  }
  if (name === "slot.bound") return bound({ ...state, clockOffset }, data.slots);
  const { moving, data: told } = seen(state.moving, name, data);
  const meeting = process(state.meeting, name, told);
  const alert = alertFor(name, data);
  const known = name === "meeting.updated" ? settleAlerts(state.alerts, inside(meeting.view)) : state.alerts;
  const alerts = alert ? raise(known, alert, nowMs) : known;
  const encoder = keepEncoder(meeting, state.encoder);
  return { ...state, clockOffset, meeting, moving, alerts, encoder, stage: stageAfter(state, meeting, nowMs) };
}

/**
 * A token is worth something, and shown, as long as the server goes by it.
 * @param {import("../types.js").MeetingState} meeting
 * @param {import("../types.js").EncoderAccess|null} encoder
 */
function keepEncoder(meeting, encoder) {
  const view = inside(meeting.view);
  return view && view.encoder !== "off" ? encoder : null;
}

/**
 * @param {AppState} state
 * @param {import("../types.js").MeetingState} meeting
 * @param {number} nowMs
 */
function stageAfter(state, meeting, nowMs) {
  const view = inside(meeting.view);
  if (!view) return clear(state.stage);
  const pruned = makeRoom(prune(state.stage, view), inside(state.meeting.view), view);
  const isNew = meeting.dominant !== state.meeting.dominant;
  return unlessSame(state.stage, isNew ? follow(pruned, meeting.dominant, view.you, nowMs) : pruned);
}

/** What did not change stays the same object, so that nobody draws it again. @template {object} T @param {T} before @param {T} after @returns {T} */
function unlessSame(before, after) {
  const keys = /** @type {(keyof T)[]} */ (Object.keys(after));
  return keys.every((key) => before[key] === after[key]) ? before : after;
}

/** @param {AppState} state @param {import("../types.js").Ending} ending @returns {AppState} */
function ended(state, ending) {
  if (state.journey.step === "ended") return state;
  return {
    ...INITIAL, ...lasting(state),
    journey: journey.end(state.journey, ending), meeting: { ...NO_MEETING, view: null },
  };
}

/**
 * A loss is announced when it begins and when it is another; its end once everything is back.
 * @param {AppState} before
 * @param {AppState} state
 * @param {number} nowMs
 * @returns {AppState}
 */
function tellOfTrouble(before, state, nowMs) {
  const [was, is] = [troubleOf(before), troubleOf(state)];
  if (is !== was && is && isLoss(is)) return connection(state, `trouble.${is}`, "warning", nowMs);
  const isOver = state.journey.step === "joined" && isLoss(was) && !isLoss(is);
  return isOver ? connection(state, "trouble.over", "good", nowMs) : state;
}

/**
 * @param {AppState} state
 * @param {string} key
 * @param {import("../types.js").Tone} tone
 * @param {number} nowMs
 * @returns {AppState}
 */
function connection(state, key, tone, nowMs) {
  const alert = { tag: "connection", key, values: { phone: state.meeting.view?.room.phone ?? "" }, tone, assertive: true };
  return { ...state, alerts: raise(state.alerts, alert, nowMs) };
}
