/** The pictures: one large, the others small, all in one list so that no picture is ever rebuilt. */

import { useEffect, useRef } from "../../vendor/preact-hooks.js";
import { html } from "../html.js";
import { may, others, participant } from "../state/meeting.js";
import { arrange } from "../state/stage.js";
import { t } from "../text.js";
import { useApp, useAppState } from "./context.js";
import { Icon } from "./icon.js";
import { SmallWindowButton } from "./small_window.js";
import { Tile } from "./tile.js";

/** @typedef {import("../types.js").InsideView} InsideView */
/** @typedef {import("../state/stage.js").Picture} Picture */

/** @param {{view: InsideView}} props */
export function Stage({ view }) {
  const { stage } = useAppState();
  const { actions } = useApp();
  const { large, beside, small, floating } = arrange(stage, view);
  const all = [large, ...small, floating].filter((one) => one !== null);
  const isAlone = others(view).length === 0;
  const layout = large || isAlone ? "speaker" : "grid";
  const sorted = all.sort((a, b) => order(view, a) - order(view, b));
  const place = (/** @type {Picture} */ picture) => (picture === floating ? stage.selfPlace : isSame(picture, beside) ? "beside" : "strip");
  const classes = [
    "stage", `stage--${layout}`, `stage--small-${small.length}`, large?.kind === "screen" && "stage--presenting",
    small.length === 0 && "stage--no-strip", floating && `stage--self-${stage.selfPlace}`,
  ];
  const release = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape" && stage.enlarged) actions.enlarge(stage.enlarged);
  };
  return html`<div class=${classes.filter(Boolean).join(" ")} data-layout=${layout}>
    ${isAlone && html`<div class="stage__alone"><${Icon} name="people" size=${48} />
      <p class="stage__alone-title">${t("stage.alone")}</p><p>${t(may(view, "admit") ? "stage.alone_host" : "stage.alone_guest")}</p></div>`}
    <ul class="stage__list" aria-label=${t("stage.pictures")} onKeyDown=${release}>
      ${sorted.map((picture) => html`<${Tile} key=${`${picture.kind}-${picture.id}`} view=${view} picture=${picture}
        participant=${participant(view, picture.id)} isLarge=${picture === large} place=${place(picture)} />`)}
    </ul>
    <div class="stage__tools">
      <${ShowSelf} isHidden=${stage.isSelfHidden} />
      ${!(view.is_handed_over && !may(view, "admit")) && !isAlone && html`<${SmallWindowButton} />`}
    </div>
  </div>`;
}

/** The way back of a picture that was hidden; the focus comes here from the button that hid it, and goes back. @param {{isHidden: boolean}} props */
function ShowSelf({ isHidden }) {
  const { actions } = useApp();
  const button = useRef(/** @type {HTMLButtonElement|null} */ (null));
  const wasHidden = useRef(isHidden);
  useEffect(() => {
    if (isHidden && !wasHidden.current) button.current?.focus();
    wasHidden.current = isHidden;
  }, [isHidden]);
  if (!isHidden) return null;
  return html`<button type="button" class="stage__tool" ref=${button} title=${t("self.hidden")} onClick=${() => actions.hideSelf(false)}>
    <${Icon} name="eye" size=${20} />${t("self.show")}</button>`;
}

/** @param {Picture} one @param {Picture|null} other */
const isSame = (one, other) => one.id === other?.id && one.kind === other.kind;

/** A place that does not change while people speak: screen, others as they came, oneself last. @param {InsideView} view @param {Picture} picture */
function order(view, picture) {
  if (picture.kind === "screen") return -1;
  const at = view.participants.findIndex((one) => one.id === picture.id);
  return picture.id === view.you ? view.participants.length : at;
}
