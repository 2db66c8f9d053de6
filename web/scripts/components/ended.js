/** It is over for this page: why, and the way back where there is one. */

import { html } from "../html.js";
import { has, t } from "../text.js";
import { useApp, useAppState } from "./context.js";
import { Heading, Page, Phones } from "./page.js";

export function Ended() {
  const { actions, facts } = useApp();
  const { ending } = useAppState().journey;
  if (!ending) return null;
  const known = has(`ended.${ending.code}`) ? ending.code : "other";
  return html`<${Page}>
    <div class="narrow">
      <${Heading} caption=${facts.room.name}>${t(`ended.${known}`)}<//>
      ${ending.reason && html`<div class="govuk-inset-text">${t("ended.reason")} <strong>${ending.reason}</strong></div>`}
      <p class="govuk-body">${t(`ended.${known}.more`)}</p>
      <p class="govuk-body">${t("ended.nothing_on")}</p>
      ${ending.canReturn && html`<button type="button" class="govuk-button" onClick=${() => actions.comeBack()}>${t("ended.return")}</button>`}
      <${Phones} />
    </div>
  <//>`;
}
