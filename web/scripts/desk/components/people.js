/** Who is inside, in few words: name, ID, picture, connection, and whose hands a terminal is in. */

import { html } from "../../html.js";
import { Icon } from "../../components/icon.js";
import { t } from "../../text.js";
import { calledAs } from "../state/who.js";
import { Press } from "./alerts.js";
import { useDesk } from "./context.js";

const SHOWN_QUALITY = ["poor", "bad"];

/** @typedef {import("../types.js").DeskPerson} DeskPerson */

/** @param {{room: import("../types.js").DeskRoom, meeting: import("../types.js").DeskMeeting}} props */
export function People({ room, meeting }) {
  if (!meeting.people.length) return null;
  return html`<ul class="desk-people" aria-label=${t("desk.inside", { room: room.name })}>
    ${meeting.people.map((one) => html`<${Person} key=${one.seat.id} room=${room} one=${one} isChecked=${meeting.policy === "legal"} canLower=${meeting.may.includes("lower_hand")} />`)}
  </ul>`;
}

/** @param {{room: import("../types.js").DeskRoom, one: DeskPerson, isChecked: boolean, canLower: boolean}} props */
function Person({ room, one, isChecked, canLower }) {
  const { app } = useDesk();
  const { seat, hand, quality, picture } = one;
  const names = calledAs(seat, seat.persons.map((person) => person.name).join(", "));
  const isAttested = seat.persons.every((person) => person.is_attested);
  return html`<li class="desk-person" data-person=${seat.id}>
    <span class="desk-person__name">${names}</span>
    <span class="desk-person__role">${t(seat.is_handed_over ? "desk.prisoner_terminal" : `role.${seat.role}`)}</span>
    ${seat.is_checking && html`<strong class="govuk-tag govuk-tag--blue">${t("desk.checking")}</strong>`}
    ${seat.role === "guest" && (isChecked || isAttested) && html`<strong class=${`govuk-tag govuk-tag--${isAttested ? "green" : "yellow"}`}>${t(isAttested ? "people.id_recorded" : "people.id_missing")}</strong>`}
    ${!seat.is_connected && html`<strong class="govuk-tag govuk-tag--orange">${t("desk.away")}</strong>`}
    ${hand !== null && html`<span class="desk-person__hand" data-hand=${hand}><${Icon} name="hand" size=${18} /> ${t("desk.hand", { place: hand })}</span>
      ${canLower && html`<${Press} label=${t("control.lower_hand")} room=${room} name=${seat.name} onClick=${() => app.controller.tell("hand.lower", room, { participant: seat.id })} />`}`}
    ${picture && html`<strong class="govuk-tag govuk-tag--red" data-picture=${picture}>${t(`desk.picture.${picture}`)}</strong>`}
    ${quality && SHOWN_QUALITY.includes(quality) && html`<strong class=${`govuk-tag govuk-tag--${quality === "bad" ? "red" : "orange"}`}>${t(`quality.${quality}`)}</strong>`}
  </li>`;
}
