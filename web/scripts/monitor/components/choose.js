/** Which rooms the wall shows. Watching begins with a press: the first sign that somebody is there. */

import { useState } from "../../../vendor/preact-hooks.js";
import { Checkbox, FieldError } from "../../components/fields.js";
import { html } from "../../html.js";
import { t } from "../../text.js";
import { useMonitor, useWall } from "./context.js";

/** @param {{close?: () => void}} props in a dialog, how it closes */
export function Choose({ close }) {
  const { app } = useMonitor();
  const { facts, rooms, wall } = useWall();
  const [chosen, setChosen] = useState(wall);
  const [error, setError] = useState("");
  const all = Object.values(rooms).sort((one, other) => one.name.localeCompare(other.name, undefined, { numeric: true }));
  const most = facts?.wall_max ?? 0;
  const toggle = (/** @type {string} */ id) => (/** @type {boolean} */ isChosen) =>
    setChosen(isChosen ? [...chosen, id] : chosen.filter((one) => one !== id));
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const wanted = all.map((room) => room.id).filter((id) => chosen.includes(id));
    if (!wanted.length && !close) return setError(t("monitor.choose.none"));
    if (wanted.length > most) return setError(t("monitor.choose.too_many", { most }));
    close?.();
    await app.controller.setWall(wanted);
    if (!close) await app.controller.answer();
  };
  return html`<form class="monitor-choose" onSubmit=${submit} novalidate>
    ${!close && html`<span class="govuk-caption-l">${facts?.establishment}</span>
      <h1 class="govuk-heading-l" id="view-heading" tabindex="-1">${t("monitor.title")}</h1>
      <p class="govuk-body">${t("monitor.silent_more")}</p>`}
    <fieldset class="govuk-fieldset">
      <legend class="govuk-fieldset__legend govuk-fieldset__legend--m">${t("monitor.choose.legend", { most })}</legend>
      <${FieldError} id="rooms-error" error=${error} />
      ${all.length === 0 && html`<p class="govuk-body">${t("monitor.choose.no_rooms")}</p>`}
      <div class="monitor-choose__rooms">
        ${all.map((room) => html`<${Checkbox} key=${room.id} id=${`room-${room.id}`} label=${labelOf(room)} isChecked=${chosen.includes(room.id)} onChange=${toggle(room.id)} />`)}
      </div>
      <button type="button" class="vmr-link" onClick=${() => setChosen(all.slice(0, most).map((room) => room.id))}>${t("monitor.choose.all")}</button>
    </fieldset>
    <p class="govuk-inset-text">${t("monitor.liveness")}</p>
    <div class="govuk-button-group">
      <button type="submit" class="govuk-button">${t(close ? "monitor.choose.save" : "monitor.start.button")}</button>
      ${close && html`<button type="button" class="govuk-button govuk-button--secondary" onClick=${close}>${t("dialog.cancel")}</button>`}
    </div>
  </form>`;
}

/** @param {import("../types.js").WallRoom} room */
function labelOf(room) {
  const stage = t(`desk.stage.${room.meeting?.stage ?? "waiting"}`);
  return t("monitor.choose.room", { room: room.name, policy: t(`policy.${room.policy}`), stage });
}
