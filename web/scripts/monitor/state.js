/**
 * The whole state of the wall, and the one reducer over what happens to it. Pure: the time is in
 * the action. What a room is, and who is shown, the server says.
 *
 * @typedef {import("./types.js").WallState} WallState
 * @typedef {import("./types.js").WallRoom} WallRoom
 * @typedef {{type: "state", data: import("./types.js").WallFacts, at: number, nowMs: number}
 *   | {type: "room", room: string, state: WallRoom|null, at: number, nowMs: number}
 *   | {type: "tile", data: import("./types.js").TileFacts}
 *   | {type: "slots", room: string, slots: import("./types.js").Slot[]}
 *   | {type: "left", room: string}
 *   | {type: "asked", server: string, data: import("./types.js").Asked}
 *   | {type: "unasked", server: string}
 *   | {type: "answered", server: string}
 *   | {type: "wall", rooms: string[]}
 *   | {type: "focus", room: string|null}
 *   | {type: "health", room: string, participant: string, problem: string|null}
 *   | {type: "link", link: import("./types.js").WallLink, code?: string, nowMs: number}
 *   | {type: "problem", text: string}} WallAction
 */

import { correct } from "../state/clock.js";

/** @type {WallState} */
export const NOTHING = {
  link: "connecting", linkAtMs: 0, code: "", facts: null, rooms: {}, wall: [], tiles: {}, slots: {}, focused: null,
  asked: {}, hasAnswered: false, health: {}, clockOffset: Number.NaN, problem: "",
};

/** @param {WallState} state @param {WallAction} action @returns {WallState} */
export function reduce(state, action) {
  switch (action.type) {
    case "state": return whole(state, action);
    case "room": return room(state, action);
    case "tile": return { ...state, tiles: { ...state.tiles, [action.data.room]: action.data } };
    case "slots": return { ...state, slots: { ...state.slots, [action.room]: action.slots } };
    case "left": return left(state, action.room);
    case "asked": return { ...state, asked: { ...without(state.asked, action.server), ...(action.data.token === null ? {} : { [action.server]: action.data }) } };
    case "unasked": return { ...state, asked: without(state.asked, action.server) };
    case "answered": return { ...state, hasAnswered: true, asked: without(state.asked, action.server) };
    case "wall": return { ...state, wall: action.rooms, focused: keep(state.focused, action.rooms) };
    case "focus": return { ...state, focused: action.room };
    case "health": return health(state, action);
    case "link": return link(state, action);
    case "problem": return { ...state, problem: action.text };
  }
}

/** All rooms, by a server that tells of them from now on. @param {WallState} state @param {Extract<WallAction, {type: "state"}>} action @returns {WallState} */
function whole(state, { data, at, nowMs }) {
  const { rooms: list, ...facts } = data;
  const rooms = Object.fromEntries(list.map((one) => [one.id, one]));
  const wall = state.wall.filter((id) => id in rooms);
  return { ...state, facts, rooms, wall, focused: keep(state.focused, wall), clockOffset: correct(state.clockOffset, at, nowMs) };
}

/** Nothing that was said of the room's tile holds. @param {WallState} state @param {string} room @returns {WallState} */
function left(state, room) {
  return { ...state, tiles: without(state.tiles, room), slots: without(state.slots, room), health: without(state.health, room) };
}

/** @template T @param {Record<string, T>} all @param {string} key @returns {Record<string, T>} */
function without(all, key) {
  const { [key]: _, ...others } = all;
  return others;
}

/**
 * Of what the servers ask, the most urgent that comes from where something is watched.
 * @param {Record<string, import("./types.js").Asked>} asked by server @param {Set<string>} servers
 * @returns {import("./types.js").Asked|null}
 */
export function questionOf(asked, servers) {
  const all = Object.entries(asked).filter(([server]) => servers.has(server)).map(([, one]) => one);
  return all.sort((one, other) => (one.deadline ?? 0) - (other.deadline ?? 0))[0] ?? null;
}

/** @param {WallState} state @param {Extract<WallAction, {type: "room"}>} action @returns {WallState} */
function room(state, action) {
  const clockOffset = correct(state.clockOffset, action.at, action.nowMs);
  const { [action.room]: _, ...others } = state.rooms;
  if (action.state) return { ...state, rooms: { ...state.rooms, [action.room]: action.state }, clockOffset };
  const wall = state.wall.filter((id) => id !== action.room);
  return { ...state, rooms: others, wall, focused: keep(state.focused, wall), clockOffset };
}

/** @param {WallState} state @param {Extract<WallAction, {type: "health"}>} action @returns {WallState} */
function health(state, action) {
  const { [action.participant]: _, ...others } = state.health[action.room] ?? {};
  const found = action.problem ? { ...others, [action.participant]: action.problem } : others;
  return { ...state, health: { ...state.health, [action.room]: found } };
}

/** @param {WallState} state @param {Extract<WallAction, {type: "link"}>} action @returns {WallState} */
function link(state, { link, code = "", nowMs }) {
  if (link === state.link && code === state.code) return state;
  if (link === "open") return { ...state, link, code, linkAtMs: nowMs };
  return { ...state, link, code, linkAtMs: nowMs, asked: {}, hasAnswered: false };
}

/** @param {string|null} focused @param {string[]} wall */
function keep(focused, wall) {
  return focused !== null && wall.includes(focused) ? focused : null;
}

/** What the server says is amiss with somebody's picture. @param {import("./types.js").WallRoom|undefined} room @param {string|null} participant */
export function pictureOf(room, participant) {
  return room?.meeting?.people.find((one) => one.id === participant)?.picture ?? null;
}

/** At most so many tiles in a strip of one column, and of two; beyond, four. */
const STRIP_TILES = [6, 12];
const STRIP_ROWS = 4;

/**
 * How so many tiles are laid out. With one of them large the others stay beside it: a room that is
 * not on screen is not watched.
 * @param {number} tiles @param {boolean} isFocused
 * @returns {{columns: number, rows: number}} of the others, when one is large
 */
export function layoutOf(tiles, isFocused) {
  if (isFocused) {
    const columns = 2 ** STRIP_TILES.filter((most) => tiles - 1 > most).length;
    return { columns, rows: Math.max(STRIP_ROWS, Math.ceil((tiles - 1) / columns)) };
  }
  const columns = [1, 4, 9, 16].findIndex((most) => tiles <= most) + 1 || 5;
  return { columns, rows: Math.max(1, Math.ceil(tiles / columns)) };
}
