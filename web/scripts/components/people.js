/** Who is in the room: the persons behind each connection and, for the host, what can be done. */

import { html } from "../html.js";
import { may, nameOf } from "../state/meeting.js";
import { t } from "../text.js";
import { useApp } from "./context.js";
import { Icon } from "./icon.js";

/** @typedef {import("../types.js").InsideView} InsideView */
/** @typedef {import("../types.js").ParticipantView} ParticipantView */
/** @typedef {(dialog: import("./meeting.js").DialogName) => void} OpenDialog */

/** @param {{view: InsideView, open: OpenDialog}} props */
export function People({ view, open }) {
  return html`<section class="people" aria-labelledby="people-heading">
    <h3 class="govuk-heading-s" id="people-heading">${t("people.title", { count: view.participants.length })}</h3>
    <${Hands} view=${view} />
    <ul class="people__list">
      ${view.participants.map((one) => html`<${Row} key=${one.id} view=${view} one=${one} open=${open} />`)}
    </ul>
  </section>`;
}

/** In the order in which they were raised. @param {{view: InsideView}} props */
function Hands({ view }) {
  const { actions } = useApp();
  if (!view.raised_hands.length) return null;
  return html`<div class="hands">
    <h4 class="govuk-heading-s vmr-flush" id="hands-heading"><${Icon} name="hand" size=${18} /> ${t("hand.title")}</h4>
    <ol class="hands__list" aria-labelledby="hands-heading">
      ${view.raised_hands.map((id) => html`<li key=${id} data-hand=${id}>
        <span>${nameOf(view, id)}${id === view.you ? ` ${t("tile.you")}` : ""}</span>
        ${may(view, "lower_hand") && html`<${Small} label=${t("control.lower_hand")} name=${nameOf(view, id)}
          onClick=${() => actions.tell("hand.lower", { participant: id })} />`}
      </li>`)}
    </ol>
  </div>`;
}

/** @param {{view: InsideView, one: ParticipantView, open: OpenDialog}} props */
function Row({ view, one, open }) {
  const isYou = one.id === view.you;
  const isGuest = one.role === "guest";
  return html`<li class="people__row" data-participant-row=${one.id}>
    <div class="people__head">
      <${Icon} name=${one.microphone ? "microphone" : "microphone-off"} size=${18} />
      <span class="govuk-visually-hidden">${t(one.microphone ? "people.microphone_on" : "people.microphone_off")}</span>
      <span class="people__role">${t(roleKey(one))}${isYou ? ` ${t("tile.you")}` : ""}</span>
      ${!one.is_connected && html`<strong class="govuk-tag govuk-tag--orange">${t("tile.reconnecting")}</strong>`}
      ${one.has_encoder && html`<strong class="govuk-tag govuk-tag--grey">${t("people.encoder")}</strong>`}
      ${one.is_presenting && html`<strong class="govuk-tag">${t("people.presenting")}</strong>`}
    </div>
    <ul class="people__persons">
      ${one.persons.map((person) => html`<li key=${person.id} data-participant-of=${one.id} data-person=${person.id} class="person">
        <span class="person__name">${person.name}</span>
        ${isGuest && may(view, "check") && html`<${IdState} person=${person} />`}
      </li>`)}
    </ul>
    ${!isYou && may(view, "remove") && html`<${Buttons} view=${view} one=${one} open=${open} />`}
  </li>`;
}

/** @param {ParticipantView} one */
function roleKey(one) {
  return one.is_handed_over ? "people.handed_over" : `role.${one.role}`;
}

/** @param {{person: import("../types.js").PersonView}} props */
function IdState({ person }) {
  return person.is_attested
    ? html`<strong class="govuk-tag govuk-tag--green">${t("people.id_recorded")}</strong>`
    : html`<strong class="govuk-tag govuk-tag--yellow">${t("people.id_missing")}</strong>`;
}

/** @param {{view: InsideView, one: ParticipantView, open: OpenDialog}} props */
function Buttons({ view, one, open }) {
  const { actions } = useApp();
  const participant = one.id;
  const isGuest = one.role === "guest";
  const canCheck = isGuest && may(view, "check") && !one.is_checking;
  return html`<div class="people__buttons">
    ${canCheck && html`<${Small} label=${t("people.check")} name=${one.name} id=${one.persons.every((person) => person.is_attested) ? undefined : `check-${one.id}`} onClick=${() => actions.tell("participant.begin_check", { participant })} />`}
    ${may(view, "mute_other") && one.microphone && html`<${Small} label=${t("control.mute")} name=${one.name} onClick=${() => actions.tell("participant.mute", { participant })} />`}
    ${isGuest && may(view, "send_back") && html`<${Small} label=${t("people.send_back")} name=${one.name} onClick=${() => open({ kind: "send_back", participant })} />`}
    <${Small} label=${t("people.remove")} name=${one.name} tone="danger" onClick=${() => open({ kind: "remove", participant })} />
  </div>`;
}

/** A small button whose name says for whom. @param {{label: string, name: string, tone?: string, id?: string, onClick: () => unknown}} props */
export function Small({ label, name, tone = "", id, onClick }) {
  return html`<button type="button" id=${id} class=${`small ${tone ? `small--${tone}` : ""}`} onClick=${onClick}>
    ${label}<span class="govuk-visually-hidden"> ${name}</span>
  </button>`;
}
