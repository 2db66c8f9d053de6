/**
 * The verdict: one finding for each thing that was tested, with what to do next. Pure.
 *
 * `code` names a finding for support and IT departments; sentences are `self_test.found.{code}` and,
 * where something can be done, `self_test.next.{code}`.
 *
 * @typedef {"waiting"|"todo"|"good"|"note"|"untested"|"advice"|"bad"} Mark
 * @typedef {{id: string, mark: Mark, code: string, values: Record<string, string|number>}} Finding
 * @typedef {"passed"|"nearly"|"advice"|"untested"|"failed"} Outcome
 * @typedef {{camera: string, microphone: string}} Devices
 */

import { FAIR_LOSS, GOOD_LOSS } from "../../state/quality.js";
import { fitness } from "./browser.js";
import { WAYS } from "./test.js";

/** @typedef {import("./test.js").Test} Test */
/** @typedef {import("./test.js").Way} Way */
/** @typedef {import("./figures.js").Figures} Figures */
/** @typedef {import("./browser.js").Browser} Browser */

export const NEEDED_BPS = 1_000_000;
export const LONGEST_DELAY_MS = 100;
export const LONGEST_JITTER_MS = 50;
/** What came back of this share of what was sent was held up by nothing on its way. */
const WHOLE = 0.95;

/** A device that is late with its own work for more of the time is too busy to judge a network by. */
export const BUSY_SHARE = 0.15;

export const ON_DEVICE = ["browser", "load", "camera", "microphone", "speaker"];
const MEASURED = ["up", "down", "delay", "loss", "jitter"];
export const ON_NETWORK = [...WAYS, ...MEASURED];

/** @param {Test} test @param {Devices} devices @param {Browser} browser @returns {Finding[]} */
export function judge(test, devices, browser) {
  const isDone = test.phase === "done";
  return [
    ofBrowser(browser), ...ofLoad(test.figures), ofCamera(devices.camera, isDone), ofMicrophone(devices.microphone, test), ofSpeaker(test),
    ...WAYS.map((way) => ofWay(test, way)), ...(test.figures ? ofFigures(test.figures) : unmeasured(test)),
  ];
}

/** @param {Finding[]} findings @returns {Outcome} */
export function outcomeOf(findings) {
  const has = (/** @type {Mark} */ mark) => findings.some((one) => one.mark === mark);
  if (has("bad")) return "failed";
  if (has("untested")) return "untested";
  if (has("advice")) return "advice";
  return has("todo") || has("waiting") ? "nearly" : "passed";
}

/** @param {string} id @param {Mark} mark @param {string} what @param {Record<string, string|number>} [values] @returns {Finding} */
function finding(id, mark, what, values = {}) {
  return { id, mark, code: `${id}.${what}`, values };
}

/** @param {Browser} browser */
function ofBrowser(browser) {
  const fit = fitness(browser);
  const mark = /** @type {const} */ ({ good: "good", unknown: "note", old: "bad", unsupported: "bad" })[fit];
  return finding("browser", mark, fit);
}

/** Told where it is so alone. @param {Figures|null} figures */
function ofLoad(figures) {
  return figures && isBusy(figures) ? [finding("load", "advice", "busy")] : [];
}

/** @param {Figures} figures */
const isBusy = ({ late }) => late > BUSY_SHARE;

/** @param {string} state @param {boolean} isDone */
function ofCamera(state, isDone) {
  if (state === "live") return finding("camera", "good", "live");
  if (state === "idle" || state === "opening") return finding("camera", isDone ? "bad" : "waiting", isDone ? "unanswered" : "opening");
  return finding("camera", state === "off" ? "note" : "bad", state);
}

/** @param {string} state @param {Test} test */
function ofMicrophone(state, { phase, isHeard }) {
  const isDone = phase === "done";
  if (state === "live" && isHeard) return finding("microphone", "good", "heard");
  if (state === "live") return finding("microphone", isDone ? "advice" : "waiting", isDone ? "silent" : "listening");
  if (state === "idle" || state === "opening") return finding("microphone", isDone ? "bad" : "waiting", isDone ? "unanswered" : "opening");
  return finding("microphone", "bad", state);
}

/** @param {Test} test */
function ofSpeaker({ speaker }) {
  const mark = /** @type {const} */ ({ heard: "good", unheard: "bad", unasked: "todo" })[speaker];
  return finding("speaker", mark, speaker);
}

/** A way that is closed matters as far as the better ones are closed too. @param {Test} test @param {Way} way */
function ofWay(test, way) {
  const { state, tookMs, servers } = test.ways[way];
  const values = { ms: Math.round(tookMs), servers: servers.join(", ") };
  if (state === "reached") return finding(way, "good", state, values);
  if (state === "trying" || state === "waiting") return finding(way, "waiting", "trying", values);
  if (state === "absent" || state === "unable") return finding(way, "note", state, values);
  if (state === "failed" || isRefused(state)) return finding(way, closedMark(test, way), state, values);
  return finding(way, "bad", state, values);
}

/** The server would not test it now, which says nothing of this person's network. @param {import("./test.js").WayState} state */
const isRefused = (state) => state === "full" || state === "busy";

/** @param {Test} test @param {Way} way @returns {Mark} */
function closedMark({ ways }, way) {
  if (WAYS.slice(0, WAYS.indexOf(way)).some((better) => ways[better].state === "reached")) return "note";
  if (WAYS.some((other) => ways[other].state === "reached")) return "advice";
  if (isRefused(ways[way].state)) return "untested";
  return WAYS.some((other) => isRefused(ways[other].state)) ? "advice" : "bad";
}

/** @param {Figures} figures @returns {Finding[]} */
function ofFigures(figures) {
  const { upBps, downBps, delayMs, jitterMs } = figures;
  const loss = Math.max(figures.upLoss, figures.downLoss);
  const isUnproven = downBps < NEEDED_BPS && upBps < NEEDED_BPS && downBps >= upBps * WHOLE;
  // Less was sent than the network takes: this device was too busy to make more of a picture.
  const isHeldBack = upBps < NEEDED_BPS && figures.mayBps >= NEEDED_BPS && figures.upLoss < GOOD_LOSS;
  const found = [
    isHeldBack ? finding("up", "note", "held_back", { rate: megabits(upBps) }) : rate("up", upBps),
    isUnproven ? finding("down", "note", "untested", { rate: megabits(downBps) }) : rate("down", downBps),
    finding("delay", delayMs <= LONGEST_DELAY_MS ? "good" : "bad", delayMs <= LONGEST_DELAY_MS ? "short" : "long", { ms: Math.round(delayMs) }),
    ofLoss(loss, figures),
    ofJitter(jitterMs, isHeldBack),
  ];
  return isBusy(figures) ? found.map(doubted) : found;
}

/** What a busy device found amiss may be its own doing; what it found good is good. @param {Finding} one @returns {Finding} */
function doubted(one) {
  const isAmiss = one.mark === "bad" || one.mark === "advice";
  return isAmiss ? finding(one.id, "note", one.id === "up" || one.id === "down" ? "held_back" : "unsure", one.values) : one;
}

/** A busy device sends unevenly itself. @param {number} ms @param {boolean} isHeldBack */
function ofJitter(ms, isHeldBack) {
  const values = { ms: Math.round(ms) };
  if (ms <= LONGEST_JITTER_MS) return finding("jitter", "good", "even", values);
  return isHeldBack ? finding("jitter", "note", "unsure", values) : finding("jitter", "advice", "uneven", values);
}

/** @param {"up"|"down"} id @param {number} bps */
function rate(id, bps) {
  const isEnough = bps >= NEEDED_BPS;
  return finding(id, isEnough ? "good" : "bad", isEnough ? "enough" : "slow", { rate: megabits(bps) });
}

/** @param {number} loss @param {Figures} figures */
function ofLoss(loss, { upLoss, downLoss }) {
  const values = { up: percent(upLoss), down: percent(downLoss) };
  if (loss < GOOD_LOSS) return finding("loss", "good", "little", values);
  return loss < FAIR_LOSS ? finding("loss", "advice", "some", values) : finding("loss", "bad", "much", values);
}

/** @param {Test} test @returns {Finding[]} */
function unmeasured({ phase, measuredBy, isBroken, ways }) {
  const isUntested = measuredBy === null && WAYS.some((way) => isRefused(ways[way].state));
  if (phase === "done" && isUntested) return MEASURED.map((id) => finding(id, "untested", "refused"));
  const what = phase !== "done" ? "measuring" : measuredBy === null ? "unreached" : isBroken ? "broken" : "unmeasured";
  const mark = phase !== "done" ? "waiting" : measuredBy === null ? "note" : "bad";
  return MEASURED.map((id) => finding(id, mark, what));
}

/** @param {number} bps */
export function megabits(bps) {
  return (Math.floor(bps / 10_000) / 100).toFixed(2);
}

/** @param {number} share */
export function percent(share) {
  return (share * 100).toFixed(1);
}
