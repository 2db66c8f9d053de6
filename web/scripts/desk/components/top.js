/** What an officer must see before any room: no link, no sound, no notifications, what rings. */

import { html } from "../../html.js";
import { clockTime } from "../../state/clock.js";
import { t } from "../../text.js";
import { Icon } from "../../components/icon.js";
import { keyOf, ringing } from "../state/urgency.js";
import { useDesk, useDeskState } from "./context.js";

export function Bands() {
  const { app } = useDesk();
  const { sounds, notifications } = app.controller;
  return html`<section class="bands" aria-label=${t("desk.warnings")}>
    <${Connection} />
    <${RecordWaits} />
    <${NoTerminal} />
    ${!sounds.isOn.value && html`<div class="band band--warning" data-band="sound"><div class="desk__width band__inner">
      <${Icon} name="speaker" /><p><strong>${t("desk.sound_off")}</strong> ${t("desk.sound_off_more")}</p>
      <button type="button" class="band__button" onClick=${() => sounds.turnOn()}>${t("desk.sound_on")}</button>
    </div></div>`}
    ${notifications.permission.value === "default" && html`<div class="band" data-band="notifications"><div class="desk__width band__inner">
      <${Icon} name="bell" /><p>${t("desk.notifications_off")}</p>
      <button type="button" class="band__button" onClick=${() => notifications.ask()}>${t("desk.notifications_on")}</button>
    </div></div>`}
  </section>`;
}

/** Meetings go on, and nobody would know why new ones cannot begin. */
function RecordWaits() {
  const { rooms } = useDeskState();
  if (!Object.values(rooms).some((room) => room.record_waits)) return null;
  return html`<div class="band band--warning" role="alert" data-band="record"><div class="desk__width band__inner">
    <${Icon} name="signal" /><p><strong>${t("desk.record_waits")}</strong> ${t("desk.record_waits_more")}</p>
  </div></div>`;
}

/** Nobody could open a room with the Host PIN, and nobody would know before the first one tries. */
function NoTerminal() {
  const { rooms } = useDeskState();
  if (!Object.values(rooms).some((room) => room.lacks_terminal)) return null;
  return html`<div class="band band--warning" data-band="terminal"><div class="desk__width band__inner">
    <${Icon} name="screen" /><p><strong>${t("desk.no_terminal")}</strong> ${t("desk.no_terminal_more")}</p>
  </div></div>`;
}

/** A desk that is not connected says so, larger than anything else. */
function Connection() {
  const { link, code, linkAtMs, facts } = useDeskState();
  if (link === "open" || (link === "connecting" && !facts)) return null;
  const key = link === "refused" ? `desk.refused.${code}` : "desk.lost";
  return html`<div class="band band--lost" role="alert" data-band="lost"><div class="desk__width band__inner">
    <${Icon} name="signal" size=${32} />
    <p><strong>${t("desk.not_connected")}</strong> ${t(key, { time: clockTime(linkAtMs / 1000) })}</p>
    ${link === "refused" && html`<a class="band__button" href=${code === "signed_out" ? "/staff/sign-in?next=/staff/desk" : "/staff/desk"}>
      ${t(code === "signed_out" ? "desk.sign_in" : "desk.reload")}</a>`}
  </div></div>`;
}

/** Everything nobody has acknowledged, as links to its room. */
export function Ringing() {
  const all = ringing(useDeskState().rooms);
  if (!all.length) return html`<p class="desk__calm"><${Icon} name="check" size=${20} /> ${t("desk.calm")}</p>`;
  return html`<ul class="desk__ringing" aria-label=${t("desk.ringing")}>
    ${all.map((one) => html`<li key=${keyOf(one)}>
      <button type="button" class="desk__ring" onClick=${() => document.getElementById(`room-${one.room.id}`)?.focus()}>
        <${Icon} name=${one.alert.kind === "knock" ? "door" : "bell"} size=${18} />
        <span><strong>${one.room.name}</strong> ${t(`desk.kind.${one.alert.kind}`)}</span>
      </button>
    </li>`)}
  </ul>`;
}
