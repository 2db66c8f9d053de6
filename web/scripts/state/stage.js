/**
 * Who is large on the stage. It follows the speaker calmly: nobody is replaced before they were
 * large for HOLD_MS, oneself is never shown large, a presentation comes before the speaker, and
 * whom the person enlarged by hand stays, before everything, until they let go or a presentation
 * begins.
 *
 * @typedef {import("../types.js").StageState} StageState
 * @typedef {import("../types.js").InsideView} InsideView
 * @typedef {{id: string, kind: "camera"|"screen"}} Picture
 * @typedef {{large: Picture|null, small: Picture[]}} Arrangement
 */

export const HOLD_MS = 2000;

/** @type {StageState} */
export const EMPTY_STAGE = {
  shown: null, since: 0, next: null, enlarged: null, layout: "speaker",
};

/**
 * @param {StageState} stage
 * @param {string|null} speaker the dominant speaker; null changes nothing
 * @param {string} you
 * @param {number} nowMs
 * @returns {StageState}
 */
export function follow(stage, speaker, you, nowMs) {
  if (!speaker || speaker === you) return { ...stage, next: null };
  if (speaker === stage.shown) return { ...stage, next: null };
  if (nowMs - stage.since < HOLD_MS) return { ...stage, next: speaker };
  return { ...stage, shown: speaker, since: nowMs, next: null };
}

/** Milliseconds until `settle` has something to do. @param {StageState} stage @param {number} nowMs */
export function waitMs(stage, nowMs) {
  return stage.next ? Math.max(0, stage.since + HOLD_MS - nowMs) : null;
}

/** @param {StageState} stage @param {number} nowMs @returns {StageState} */
export function settle(stage, nowMs) {
  if (!stage.next || nowMs - stage.since < HOLD_MS) return stage;
  return { ...stage, shown: stage.next, since: nowMs, next: null };
}

/**
 * Forget those who have left.
 * @param {StageState} stage
 * @param {InsideView} view
 * @returns {StageState}
 */
export function prune(stage, view) {
  const ids = new Set(view.participants.map((one) => one.id));
  const keep = (/** @type {string|null} */ id) => (id && ids.has(id) ? id : null);
  return { ...stage, shown: keep(stage.shown), next: keep(stage.next), enlarged: keep(stage.enlarged) };
}

/**
 * A presentation that begins takes the stage, whoever was enlarged by hand before it.
 * @param {StageState} stage
 * @param {InsideView|null} before
 * @param {InsideView} view
 * @returns {StageState}
 */
export function makeRoom(stage, before, view) {
  const begins = view.presenter && view.presenter !== before?.presenter;
  return begins ? { ...stage, enlarged: null } : stage;
}

/** Enlarge one by hand, or let the stage follow again. @param {StageState} stage @param {string} id @returns {StageState} */
export function enlarge(stage, id) {
  return { ...stage, enlarged: stage.enlarged === id ? null : id };
}

/** @param {StageState} stage @returns {StageState} */
export function nextLayout(stage) {
  return { ...stage, enlarged: null, layout: stage.layout === "speaker" ? "grid" : "speaker" };
}

/**
 * @param {StageState} stage
 * @param {InsideView} view
 * @returns {Arrangement}
 */
export function arrange(stage, view) {
  const others = view.participants.filter((one) => one.id !== view.you);
  const cameras = [...others, ...view.participants.filter((one) => one.id === view.you)]
    .map((one) => /** @type {Picture} */ ({ id: one.id, kind: "camera" }));
  const presenter = view.presenter && view.presenter !== view.you ? view.presenter : null;
  /** @type {Picture[]} */
  const screen = presenter ? [{ id: presenter, kind: "screen" }] : [];
  const all = [...screen, ...cameras];
  if (stage.layout === "grid" && !presenter && !stage.enlarged) return { large: null, small: all };
  const byHand = others.find((one) => one.id === stage.enlarged);
  const large = presenter && !byHand ? screen[0] : largeCamera(stage, view, others.map((one) => one.id));
  return { large, small: all.filter((one) => one.id !== large?.id || one.kind !== large.kind) };
}

/**
 * @param {StageState} stage
 * @param {InsideView} view
 * @param {string[]} others
 * @returns {Picture|null}
 */
function largeCamera(stage, view, others) {
  const checking = view.participants.find((one) => one.is_checking)?.id;
  const wanted = [stage.enlarged, checking, stage.shown, others[0]];
  const id = wanted.find((one) => one && others.includes(one));
  return id ? { id, kind: "camera" } : null;
}
