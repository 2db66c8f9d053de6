/** The side panel: people for everybody; door, ID and room for those who may. */

import { html } from "../html.js";
import { checked, may } from "../state/meeting.js";
import { t } from "../text.js";
import { CheckForm } from "./check_form.js";
import { Door } from "./door.js";
import { Expected } from "./expected.js";
import { Icon } from "./icon.js";
import { People } from "./people.js";
import { RoomCard } from "./room_card.js";

/** @typedef {import("../types.js").InsideView} InsideView */
/** @typedef {(dialog: import("./meeting.js").DialogName) => void} OpenDialog */

/** @param {{view: InsideView, open: OpenDialog, close: () => void}} props */
export function Panel({ view, open, close }) {
  const isHost = may(view, "admit");
  const checking = may(view, "check") ? checked(view) : undefined;
  return html`<aside class="panel" onClickCapture=${dropSecondClick} aria-label=${t(isHost ? "panel.host" : "panel.people")}>
    <div class="panel__head">
      <h2 class="govuk-heading-m vmr-flush">${t(isHost ? "panel.host" : "panel.people")}</h2>
      <button type="button" class="panel__close" aria-label=${t("panel.close")} onClick=${close}><${Icon} name="close" /></button>
    </div>
    <div class="panel__body">
      ${checking && html`<${CheckForm} key=${checking.id} view=${view} participant=${checking} />`}
      ${isHost ? html`<${Door} view=${view} open=${open} />` : html`<${AtDoor} count=${view.at_door} />`}
      <${People} view=${view} open=${open} />
      <${Expected} expected=${view.expected} heading="h3" />
    </div>
    ${isHost && html`<${RoomCard} view=${view} open=${open} />`}
  </aside>`;
}

/**
 * The second click of a double click does nothing here: by then a button may have become its
 * opposite (lock and unlock), or another one may have moved under the pointer.
 * @param {MouseEvent} event
 */
function dropSecondClick(event) {
  if (event.detail < 2 || !(event.target instanceof Element && event.target.closest("button"))) return;
  event.stopPropagation();
  event.preventDefault();
}

/** Those without the permission learn that somebody is there, not who. @param {{count: number}} props */
function AtDoor({ count }) {
  if (!count) return null;
  return html`<p class="panel__door"><${Icon} name="door" /> ${t(count === 1 ? "door.one" : "door.many", { count })}</p>`;
}
