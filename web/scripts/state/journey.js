/**
 * One person's way through the document: prejoin → joining → joined → ended, and back where a way
 * back is offered. Which face `joined` has (pin, waiting, meeting) is the server's view alone.
 *
 * @typedef {import("../types.js").Journey} Journey
 * @typedef {import("../types.js").View} View
 */

/** @type {Journey} */
export const START = { step: "prejoin", problem: null, ending: null };

/** @param {Journey} journey @returns {Journey} */
export function beginJoin(journey) {
  if (journey.step === "joining") return journey;
  return { step: "joining", problem: null, ending: null };
}

/** A terminal that was handed over joins by itself: whoever sits there is shown no form. @returns {Journey} */
export function beginReturn() {
  return { step: "joining", problem: null, ending: null, isReturn: true };
}

/** @param {Journey} journey */
const kind = ({ isReturn }) => (isReturn ? { isReturn } : {});

/** @param {Journey} journey @returns {Journey} */
export function finishJoin(journey) {
  return journey.step === "ended" ? journey : { step: "joined", problem: null, ending: null, ...kind(journey) };
}

/**
 * @param {Journey} journey
 * @param {import("../types.js").Problem} problem
 * @returns {Journey}
 */
export function failJoin(journey, problem) {
  return journey.step === "ended" ? journey : { step: "prejoin", problem, ending: null, ...kind(journey) };
}

/**
 * The first reason counts: what follows an ending is its echo.
 * @param {Journey} journey
 * @param {import("../types.js").Ending} ending
 * @returns {Journey}
 */
export function end(journey, ending) {
  return journey.step === "ended" ? journey : { step: "ended", problem: null, ending };
}

/**
 * @param {Journey} journey
 * @param {View|null} view
 * @returns {"prejoin"|"pin"|"waiting"|"meeting"|"ended"}
 */
export function pageOf(journey, view) {
  if (journey.step === "ended") return "ended";
  if (journey.step === "prejoin" || !view) return "prejoin";
  return view.place === "inside" ? "meeting" : view.place;
}
