/**
 * When the desk makes a sound: at once for an alert it has not rung for yet (or that rings anew),
 * and whenever the server says that an alert rings again. While the link is lost it rings too:
 * a desk that is deaf must not be silent.
 *
 * @typedef {import("../types.js").DeskState} DeskState
 * @typedef {import("../types.js").Raised} Raised
 * @typedef {ReadonlySet<string>} Rung
 */

import { keyOf, ringing } from "./urgency.js";

/** @type {Rung} */
export const NONE = new Set();

/**
 * The alerts to ring for now, and those that have been rung for.
 * @param {Rung} rung
 * @param {DeskState} state
 * @returns {{fresh: Raised[], rung: Rung}}
 */
export function ring(rung, state) {
  const all = ringing(state.rooms);
  return { fresh: all.filter((one) => !rung.has(keyOf(one))), rung: new Set(all.map(keyOf)) };
}

/**
 * Those of the server's list that still ring here.
 * @param {DeskState} state
 * @param {{room: string, meeting: string, alert: number}[]} told
 * @returns {Raised[]}
 */
export function again(state, told) {
  const keys = new Set(told.map((one) => `${one.meeting}:${one.alert}`));
  return ringing(state.rooms).filter((one) => keys.has(keyOf(one)));
}
