/** One's own picture is moved by pointer and by keyboard, and hidden from oneself. */

import { useEffect, useRef, useState } from "../../vendor/preact-hooks.js";
import { html } from "../html.js";
import { cornerAt, placeAfter, placeTowards } from "../state/stage.js";
import { t } from "../text.js";
import { useApp } from "./context.js";
import { Icon } from "./icon.js";

/** @typedef {import("../types.js").SelfPlace} SelfPlace */

/** Nearer is a press, not a drag, in CSS pixels. */
const DRAG_FROM_PX = 6;

/**
 * What makes a tile draggable to a corner of the stage. It follows the pointer by a style alone, so
 * nothing is drawn anew on the way.
 * @param {boolean} isSelf
 */
export function useDrag(isSelf) {
  const { actions } = useApp();
  const from = useRef(/** @type {{x: number, y: number, isMoving: boolean}|null} */ (null));
  if (!isSelf) return {};

  const onPointerDown = (/** @type {PointerEvent} */ event) => {
    const isTool = event.target instanceof Element && event.target.closest("button");
    if (event.button !== 0 || isTool) return;
    from.current = { x: event.clientX, y: event.clientY, isMoving: false };
    elementOf(event).setPointerCapture(event.pointerId);
  };
  const onPointerMove = (/** @type {PointerEvent} */ event) => {
    const tile = elementOf(event);
    const start = from.current;
    if (!start) return;
    const [dx, dy] = [event.clientX - start.x, event.clientY - start.y];
    if (!start.isMoving && Math.hypot(dx, dy) < DRAG_FROM_PX) return;
    start.isMoving = true;
    tile.classList.add("is-dragged");
    tile.style.translate = `${dx}px ${dy}px`;
  };
  const end = (/** @type {PointerEvent} */ event) => {
    const tile = elementOf(event);
    const wasMoving = from.current?.isMoving && event.type === "pointerup";
    from.current = null;
    tile.classList.remove("is-dragged");
    if (wasMoving) actions.moveSelf(cornerOf(tile));
    tile.style.translate = "";
  };
  return { onPointerDown, onPointerMove, onPointerUp: end, onPointerCancel: end };
}

/** @param {PointerEvent} event */
function elementOf(event) {
  return /** @type {HTMLElement} */ (event.currentTarget);
}

/** The corner of the stage that the middle of a tile is in. @param {HTMLElement} tile @returns {SelfPlace} */
function cornerOf(tile) {
  const own = tile.getBoundingClientRect();
  const stage = /** @type {HTMLElement} */ (tile.closest(".stage")).getBoundingClientRect();
  return cornerAt((own.x + own.width / 2 - stage.x) / stage.width, (own.y + own.height / 2 - stage.y) / stage.height);
}

/** @param {{place: SelfPlace}} props */
export function SelfTools({ place }) {
  const { actions } = useApp();
  const [isTold, tell] = useState(false);
  const hide = useRef(/** @type {HTMLButtonElement|null} */ (null));
  useEffect(() => {
    if (wasHidden) hide.current?.focus();
    wasHidden = false;
  }, []);
  const move = (/** @type {SelfPlace} */ to) => {
    actions.moveSelf(to);
    tell(true);
  };
  const steer = (/** @type {KeyboardEvent} */ event) => {
    if (!event.key.startsWith("Arrow")) return;
    event.preventDefault();
    move(placeTowards(place, event.key));
  };
  const leave = () => {
    wasHidden = true;
    actions.hideSelf(true);
  };
  return html`<div class="tile__tools">
    <button type="button" class="tile__tool" aria-label=${t("self.move")} title=${t("self.move_how")} onKeyDown=${steer} onClick=${() => move(placeAfter(place))}><${Icon} name="move" size=${20} /></button>
    <button type="button" class="tile__tool" aria-label=${t("self.hide")} title=${t("self.hide")} ref=${hide} onClick=${leave}><${Icon} name="eye-off" size=${20} /></button>
    <span class="govuk-visually-hidden" role="status">${isTold ? t(`self.at.${place.replace("-", "_")}`) : ""}</span>
  </div>`;
}

/** The picture was hidden by hand, so the focus comes back with it. */
let wasHidden = false;
