/** A terminal that was handed over and loads anew: it goes back by itself, or somebody calls an officer. */

import { html } from "../html.js";
import { has, t } from "../text.js";
import { useApp, useAppState } from "./context.js";
import { Heading, Page, Phones } from "./page.js";

export function Returning() {
  const { actions, facts } = useApp();
  const { problem } = useAppState().journey;
  return html`<${Page}>
    <div class="narrow">
      <${Heading} caption=${facts.room.name}>${t(problem ? "returning.failed" : "returning.title")}<//>
      <p class="govuk-body" role="status">${problem ? told(problem) : t("returning.body")}</p>
      <p class="govuk-body">${t(problem ? "returning.call_officer" : "returning.call_officer_if")}</p>
      ${problem && html`<button type="button" class="govuk-button" onClick=${() => actions.returnToSeat()}>${t("returning.again")}</button>`}
      <${Phones} />
    </div>
  <//>`;
}

/** @param {import("../types.js").Problem} problem */
function told({ code, message }) {
  return has(`error.${code}`) ? t(`error.${code}`) : message || t("error.page_failed");
}
