/**
 * Who is large on the stage. It follows the speaker calmly: nobody is replaced before they were
 * large for HOLD_MS, oneself is never shown large, a presentation comes before the speaker, who is
 * then beside it, and whom the person enlarged by hand stays, before everything, until they let go
 * or a presentation begins. One's own picture is where the person wants it: among the others, in a
 * corner, or hidden from oneself.
 *
 * @typedef {import("../types.js").StageState} StageState
 * @typedef {import("../types.js").InsideView} InsideView
 * @typedef {{id: string, kind: "camera"|"screen"}} Picture
 * @typedef {import("../types.js").SelfPlace} SelfPlace
 * @typedef {{large: Picture|null, beside: Picture|null, small: Picture[], floating: Picture|null}} Arrangement
 */

export const HOLD_MS = 2000;

/** The order in which one's own picture goes round. @type {SelfPlace[]} */
export const SELF_PLACES = ["strip", "bottom-right", "bottom-left", "top-left", "top-right"];

/** @type {StageState} */
export const EMPTY_STAGE = {
  shown: null, since: 0, next: null, enlarged: null, layout: "speaker", selfPlace: "strip", isSelfHidden: false,
};

/** What the person chose for themselves outlasts the meeting's view. @param {StageState} stage @returns {StageState} */
export function clear({ layout, selfPlace, isSelfHidden }) {
  return { ...EMPTY_STAGE, layout, selfPlace, isSelfHidden };
}

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

/** @param {StageState} stage @param {SelfPlace} place @returns {StageState} */
export function moveSelf(stage, place) {
  return { ...stage, selfPlace: place };
}

/** @param {StageState} stage @param {boolean} isHidden @returns {StageState} */
export function hideSelf(stage, isHidden) {
  return { ...stage, isSelfHidden: isHidden };
}

/** The next place on the way round. @param {SelfPlace} place @returns {SelfPlace} */
export function placeAfter(place) {
  return SELF_PLACES[(SELF_PLACES.indexOf(place) + 1) % SELF_PLACES.length];
}

/**
 * The corner that an arrow key leads to; among the others one's own picture is at the bottom right.
 * @param {SelfPlace} place
 * @param {string} key of a KeyboardEvent
 * @returns {SelfPlace}
 */
export function placeTowards(place, key) {
  const [up, side] = place === "strip" ? ["bottom", "right"] : place.split("-");
  const moved = { ArrowUp: ["top", side], ArrowDown: ["bottom", side], ArrowLeft: [up, "left"], ArrowRight: [up, "right"] }[key];
  return moved ? /** @type {SelfPlace} */ (moved.join("-")) : place;
}

/** The corner nearest to a point. @param {number} x from 0, left, to 1 @param {number} y from 0, top, to 1 @returns {SelfPlace} */
export function cornerAt(x, y) {
  return /** @type {SelfPlace} */ (`${y < 0.5 ? "top" : "bottom"}-${x < 0.5 ? "left" : "right"}`);
}

/**
 * @param {StageState} stage
 * @param {InsideView} view
 * @returns {Arrangement}
 */
export function arrange(stage, view) {
  const others = view.participants.filter((one) => one.id !== view.you).map((one) => one.id);
  const self = stage.isSelfHidden ? [] : view.participants.filter((one) => one.id === view.you).map((one) => one.id);
  const floating = stage.selfPlace === "strip" ? null : (self.map(camera)[0] ?? null);
  const cameras = [...others, ...(floating ? [] : self)].map(camera);
  const presenter = view.presenter && view.presenter !== view.you ? view.presenter : null;
  /** @type {Picture[]} */
  const screen = presenter ? [{ id: presenter, kind: "screen" }] : [];
  const all = [...screen, ...cameras];
  if (stage.layout === "grid" && !presenter && !stage.enlarged) return { large: null, beside: null, small: all, floating };
  const byHand = others.includes(stage.enlarged ?? "");
  const speaker = largeCamera(stage, view, others);
  const large = presenter && !byHand ? screen[0] : speaker;
  const beside = large?.kind === "screen" ? speaker : null;
  return { large, beside, small: all.filter((one) => one.id !== large?.id || one.kind !== large.kind), floating };
}

/** @param {string} id @returns {Picture} */
const camera = (id) => ({ id, kind: "camera" });

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
  return id ? camera(id) : null;
}
