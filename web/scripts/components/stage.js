/** The pictures: one large, the others small, all in one list so that no picture is ever rebuilt. */

import { html } from "../html.js";
import { others, participant } from "../state/meeting.js";
import { arrange } from "../state/stage.js";
import { t } from "../text.js";
import { useAppState } from "./context.js";
import { Icon } from "./icon.js";
import { Tile } from "./tile.js";

/** @param {{view: import("../types.js").InsideView}} props */
export function Stage({ view }) {
  const { stage } = useAppState();
  const { large, small } = arrange(stage, view);
  const all = large ? [large, ...small] : small;
  const isAlone = others(view).length === 0;
  const layout = large || isAlone ? "speaker" : "grid";
  const sorted = [...all].sort((a, b) => order(view, a) - order(view, b));
  return html`<div class=${`stage stage--${layout} stage--small-${small.length}`}>
    ${isAlone && html`<div class="stage__alone"><${Icon} name="people" size=${48} />
      <p class="stage__alone-title">${t("stage.alone")}</p><p>${t(view.may.includes("admit") ? "stage.alone_host" : "stage.alone_guest")}</p></div>`}
    <ul class="stage__list" aria-label=${t("stage.pictures")}>
      ${sorted.map((picture) => html`<${Tile} key=${`${picture.kind}-${picture.id}`} view=${view} picture=${picture}
        participant=${participant(view, picture.id)} isLarge=${picture === large} />`)}
    </ul>
  </div>`;
}

/** A place that does not change while people speak: screen, others as they came, oneself last. @param {import("../types.js").InsideView} view @param {import("../state/stage.js").Picture} picture */
function order(view, picture) {
  if (picture.kind === "screen") return -1;
  const at = view.participants.findIndex((one) => one.id === picture.id);
  return picture.id === view.you ? view.participants.length : at;
}
