/**
 * One self-test as it goes: what was tried and what came of it. Pure; judged by `verdict.js`.
 *
 * @typedef {import("./figures.js").Sample} Sample
 * @typedef {import("./figures.js").Figures} Figures
 * @typedef {"udp"|"tcp"|"relay"} Way
 * @typedef {"waiting"|"trying"|"reached"|"failed"|"absent"|"full"|"busy"|"unasked"|"unable"} WayState
 *   absent: the server has no such way; full: it is too busy to test; busy: too many tests came from
 *   this network; unasked: it could not be asked; unable: the browser has no peer connection
 * @typedef {{state: WayState, tookMs: number, servers: string[], own: string[]}} WayResult
 * @typedef {"ready"|"running"|"done"} Phase
 * @typedef {{phase: Phase, runs: number, startedAtMs: number, nowMs: number, ways: Record<Way, WayResult>,
 *   measuredBy: Way|null, samples: Sample[], figures: Figures|null, isBroken: boolean,
 *   isHeard: boolean, speaker: "unasked"|"heard"|"unheard"}} Test
 * @typedef {{type: "started", nowMs: number} | {type: "passed", nowMs: number}
 *   | {type: "way", way: Way, result: WayResult} | {type: "measuring", way: Way}
 *   | {type: "sampled", sample: Sample} | {type: "broken"} | {type: "finished"}
 *   | {type: "heard"} | {type: "unheard"} | {type: "speaker", isHeard: boolean}} Action
 */

import { figuresOf } from "./figures.js";

/** @type {Way[]} The first that is open is the one to use. */
export const WAYS = ["udp", "tcp", "relay"];

/** @type {WayResult} */
const NOT_TRIED = { state: "waiting", tookMs: 0, servers: [], own: [] };

/** @type {Test} */
export const READY = {
  phase: "ready", runs: 0, startedAtMs: 0, nowMs: 0, ways: { udp: NOT_TRIED, tcp: NOT_TRIED, relay: NOT_TRIED },
  measuredBy: null, samples: [], figures: null, isBroken: false, isHeard: false, speaker: "unasked",
};

/** @param {Test} test @param {Action} action @returns {Test} */
export function reduce(test, action) {
  switch (action.type) {
    case "started": return begin(test, action.nowMs);
    case "passed": return { ...test, nowMs: action.nowMs };
    case "way": return { ...test, ways: { ...test.ways, [action.way]: action.result } };
    case "measuring": return { ...test, measuredBy: action.way };
    case "sampled": return { ...test, samples: [...test.samples, action.sample] };
    case "broken": return { ...test, isBroken: true };
    case "finished": return { ...test, phase: "done", figures: test.isBroken ? null : figuresOf(test.samples) };
    case "heard": return { ...test, isHeard: true };
    case "unheard": return { ...test, isHeard: false };
    case "speaker": return { ...test, speaker: action.isHeard ? "heard" : "unheard" };
  }
}

/** What a person has said of the speaker holds for the next test too. @param {Test} test @param {number} nowMs @returns {Test} */
function begin({ runs, speaker }, nowMs) {
  const trying = { ...NOT_TRIED, state: /** @type {const} */ ("trying") };
  return { ...READY, runs: runs + 1, speaker, phase: "running", startedAtMs: nowMs, nowMs, ways: { udp: trying, tcp: trying, relay: trying } };
}

/** Which way to measure by; null: none is open; undefined: that is not known yet. @param {Test} test @returns {Way|null|undefined} */
export function bestWay({ ways }) {
  for (const way of WAYS) {
    if (ways[way].state === "reached") return way;
    if (ways[way].state === "trying" || ways[way].state === "waiting") return undefined;
  }
  return null;
}
