/** Who can see me, who can hear me, who watches, is anything recorded: in numbers and by name. */

import { html } from "../html.js";
import { truth } from "../state/presence.js";
import { t } from "../text.js";
import { Icon } from "./icon.js";

/** @typedef {import("../types.js").InsideView} InsideView */

/** Always on screen: how many see and hear me, and whether somebody watches. @param {{view: InsideView, open: (dialog: {kind: string}) => void}} props */
export function PresenceButton({ view, open }) {
  const { seen, heard, monitors, recording } = truth(view);
  const glance = [
    t("presence.glance", { seen: seen.length, heard: heard.length }), monitors ? t("presence.watched") : "", t(recording),
  ].filter(Boolean).join(" ");
  return html`<button type="button" class="top__button presence-button" title=${glance}
      aria-haspopup="dialog" data-seen=${seen.length} data-heard=${heard.length} onClick=${() => open({ kind: "presence" })}>
    <span class="presence-button__fact" aria-hidden="true"><${Icon} name="eye" size=${20} />${seen.length}</span>
    <span class="presence-button__fact" aria-hidden="true"><${Icon} name="speaker" size=${20} />${heard.length}</span>
    ${monitors > 0 && html`<span class="presence-button__fact" aria-hidden="true">${t("presence.watched")}</span>`}
    <span class="top__word" aria-hidden="true">${t("presence.button")}</span>
    <span class="govuk-visually-hidden">${t("presence.button")}. ${glance}</span>
  </button>`;
}

/** @param {{view: InsideView}} props */
export function Presence({ view }) {
  const { seen, heard, whyUnseen, whyUnheard, monitors, recording } = truth(view);
  return html`<dl class="govuk-summary-list presence">
    <${Row} term=${t("presence.seen")} names=${seen} why=${whyUnseen} />
    <${Row} term=${t("presence.heard")} names=${heard} why=${whyUnheard} />
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

/** @param {{term: string, names: string[], why: string}} props */
function Row({ term, names, why }) {
  return html`<div class="govuk-summary-list__row">
    <dt class="govuk-summary-list__key">${term}</dt>
    <dd class="govuk-summary-list__value">${names.length
      ? html`<ul class="govuk-list vmr-flush">${names.map((name, at) => html`<li key=${at}>${name}</li>`)}</ul>`
      : `${t("presence.nobody")} ${t(why)}`}</dd>
  </div>`;
}
