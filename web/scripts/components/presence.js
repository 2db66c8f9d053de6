/** Who can see me, who can hear me, is anything recorded: as the server has it bound. */

import { html } from "../html.js";
import { nameOf } from "../state/meeting.js";
import { t } from "../text.js";

/** @param {{view: import("../types.js").InsideView}} props */
export function Presence({ view }) {
  const { seen_by: seen, heard_by: heard, monitors, is_recorded: isRecorded } = view.presence;
  const recording = isRecorded ? "presence.recorded" : view.room.recording === "none" ? "presence.not_recorded" : `recording.${view.room.recording}`;
  return html`<dl class="govuk-summary-list presence">
    <${Row} term=${t("presence.seen")} names=${seen.map((id) => nameOf(view, id))} />
    <${Row} term=${t("presence.heard")} names=${heard.map((id) => nameOf(view, id))} />
    <div class="govuk-summary-list__row">
      <dt class="govuk-summary-list__key">${t("presence.monitor")}</dt>
      <dd class="govuk-summary-list__value">${t(monitors ? "presence.monitor_yes" : "presence.monitor_no")}</dd>
    </div>
    <div class="govuk-summary-list__row">
      <dt class="govuk-summary-list__key">${t("presence.recording")}</dt>
      <dd class="govuk-summary-list__value">${t(recording)}</dd>
    </div>
  </dl>`;
}

/** @param {{term: string, names: string[]}} props */
function Row({ term, names }) {
  return html`<div class="govuk-summary-list__row">
    <dt class="govuk-summary-list__key">${term}</dt>
    <dd class="govuk-summary-list__value">${names.length ? html`<ul class="govuk-list vmr-flush">${names.map((name) => html`<li key=${name}>${name}</li>`)}</ul>` : t("presence.nobody")}</dd>
  </div>`;
}
