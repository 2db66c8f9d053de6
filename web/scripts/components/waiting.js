/** The waiting room: what is waited for, since when, whom to call, and that nothing is sent. */

import { html } from "../html.js";
import { clockTime, duration } from "../state/clock.js";
import { language, t } from "../text.js";
import { Alerts } from "./alerts.js";
import { useApp, useAppState } from "./context.js";
import { Icon } from "./icon.js";
import { Heading, Page, Phones } from "./page.js";
import { Preview } from "./preview.js";
import { useServerNow } from "./time.js";

/** @typedef {import("../types.js").WaitingView} WaitingView */

export function Waiting() {
  const { meeting } = useAppState();
  const view = meeting.view?.place === "waiting" ? meeting.view : null;
  if (!view) return null;
  return html`<${Page} isWide=${true}>
    <${Alerts} />
    <div class="waiting">
      <section class="waiting__text">
        <${Heading} caption=${view.room.name}>${t(titleKey(view))}<//>
        <p class="govuk-body-l">${t(leadKey(view))}</p>
        <${Facts} view=${view} />
        <div class="waiting__nothing"><${Icon} name="eye" /><p>${t("waiting.not_sent")}</p></div>
        <${Buttons} view=${view} />
        <${Phones} />
      </section>
      <section class="waiting__picture" aria-label=${t("waiting.your_picture")}><${Preview} /></section>
    </div>
  <//>`;
}

/** @param {WaitingView} view */
function titleKey(view) {
  if (!view.host_arrived) return "waiting.for_host";
  return view.knocking ? "waiting.for_decision" : "waiting.coming_in";
}

/** @param {WaitingView} view */
function leadKey(view) {
  if (view.host_pin_verified) return "waiting.lead_host_pin";
  if (!view.host_arrived) return "waiting.lead_no_host";
  return view.knocking ? "waiting.lead_knocking" : "waiting.lead_host";
}

/** @param {{view: WaitingView}} props */
function Facts({ view }) {
  const now = useServerNow();
  const rows = [
    [t("waiting.name"), view.name],
    ...(view.slot_starts_at ? [[t("waiting.slot"), clockTime(view.slot_starts_at, language())]] : []),
    [t("waiting.host"), t(view.host_arrived ? "waiting.host_here" : "waiting.host_not_here")],
    ...(view.expected ? [[t("waiting.expected"), t("waiting.arrived", { here: view.arrived, count: view.expected })]] : []),
    [t("waiting.since"), duration(now - view.since)],
    ...(view.deadline ? [[t("waiting.until"), duration(view.deadline - now)]] : []),
  ];
  return html`<dl class="govuk-summary-list">
    ${rows.map(([key, value]) => html`<div class="govuk-summary-list__row" key=${key}>
      <dt class="govuk-summary-list__key">${key}</dt><dd class="govuk-summary-list__value">${value}</dd>
    </div>`)}
  </dl>`;
}

/** @param {{view: WaitingView}} props */
function Buttons({ view }) {
  const { actions } = useApp();
  const wait = Math.ceil(view.may_knock_at - useServerNow());
  const mayKnock = view.knocking && view.host_arrived;
  return html`<div class="govuk-button-group">
    ${mayKnock && html`<button type="button" class="govuk-button" disabled=${wait > 0}
      onClick=${() => actions.tell("knock.again")}>${t("waiting.knock")}</button>`}
    <button type="button" class="govuk-button govuk-button--secondary" onClick=${() => actions.leave()}>${t("waiting.leave")}</button>
    ${mayKnock && html`<span class="govuk-hint vmr-flush">${wait > 0 ? t("waiting.knocked", { seconds: wait }) : ""}</span>`}
  </div>`;
}
