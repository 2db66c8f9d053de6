/**
 * The whole state of the desk, and the one reducer over what happens to it. Pure: the time is in
 * the action. Rooms come whole from the server; the page only decides in which order they stand.
 *
 * @typedef {import("../types.js").DeskState} DeskState
 * @typedef {import("../types.js").DeskRoom} DeskRoom
 * @typedef {import("../types.js").DeskFacts} DeskFacts
 * @typedef {{type: "state", data: DeskFacts, at: number, nowMs: number}
 *   | {type: "room", room: string, state: DeskRoom|null, at: number, nowMs: number}
 *   | {type: "link", link: import("../types.js").DeskLink, code?: string, nowMs: number}
 *   | {type: "arrange"} | {type: "problem", text: string}} DeskAction
 */

import { correct } from "../../state/clock.js";
import { arrange } from "./urgency.js";

/** @type {DeskState} */
export const NOTHING = {
  link: "connecting", linkAtMs: 0, code: "", facts: null, rooms: {}, order: [], clockOffset: Number.NaN, problem: "",
};

/** @param {DeskState} state @param {DeskAction} action @returns {DeskState} */
export function reduce(state, action) {
  switch (action.type) {
    case "state": return whole(state, action.data, correct(state.clockOffset, action.at, action.nowMs));
    case "room": return oneRoom(state, action, correct(state.clockOffset, action.at, action.nowMs));
    case "link": return link(state, action);
    case "arrange": return inOrder(state);
    case "problem": return { ...state, problem: action.text };
  }
}

/** @param {DeskState} state @param {DeskFacts} data @param {number} clockOffset @returns {DeskState} */
function whole(state, data, clockOffset) {
  const { rooms: list, ...facts } = data;
  const rooms = Object.fromEntries(list.map((room) => [room.id, room]));
  return { ...state, facts, rooms, order: arrange(rooms), clockOffset };
}

/** @param {DeskState} state @param {{room: string, state: DeskRoom|null}} news @param {number} clockOffset @returns {DeskState} */
function oneRoom(state, news, clockOffset) {
  const { [news.room]: _, ...others } = state.rooms;
  if (!news.state) {
    return { ...state, rooms: others, order: state.order.filter((id) => id !== news.room), clockOffset };
  }
  const isKnown = state.order.includes(news.room);
  const rooms = { ...others, [news.room]: news.state };
  return { ...state, rooms, order: isKnown ? state.order : [...state.order, news.room], clockOffset };
}

/** Moves no card without need: the same order is the same state. @param {DeskState} state @returns {DeskState} */
function inOrder(state) {
  const order = arrange(state.rooms);
  return order.every((id, at) => id === state.order[at]) ? state : { ...state, order };
}

/** @param {DeskState} state @param {Extract<DeskAction, {type: "link"}>} action @returns {DeskState} */
function link(state, { link, code = "", nowMs }) {
  if (link === state.link && code === state.code) return state;
  return { ...state, link, code, linkAtMs: nowMs };
}
