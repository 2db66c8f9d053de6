/** The alerts of a room, but for knocks, which stand with who knocks: those above them, or those below. Whose each one is, or that it rings. */

import { html } from "../../html.js";
import { t } from "../../text.js";
import { Icon } from "../../components/icon.js";
import { inOrder, isPressing } from "../state/urgency.js";
import { calledAs } from "../state/who.js";
import { useDesk, useDeskState, useNow, useSince } from "./context.js";

/** @typedef {import("../types.js").DeskRoom} DeskRoom */
/** @typedef {import("../types.js").DeskMeeting} DeskMeeting */
/** @typedef {import("../types.js").DeskAlert} DeskAlert */

/** @param {{room: DeskRoom, meeting: DeskMeeting, areAbove: boolean}} props */
export function Alerts({ room, meeting, areAbove }) {
  const own = inOrder(meeting.alerts).filter((one) => !isAtDoor(meeting, one) && isPressing(one) === areAbove);
  if (!own.length) return null;
  return html`<ul class="desk-alerts">
    ${own.map((alert) => html`<${AlertRow} key=${`${meeting.meeting}${alert.id}`} room=${room} meeting=${meeting} alert=${alert} />`)}
  </ul>`;
}

/** @param {DeskMeeting} meeting @param {DeskAlert} alert */
export function isAtDoor(meeting, alert) {
  return alert.kind === "knock" && meeting.waiting.some((one) => one.knock.id === alert.participant);
}

/** @param {{room: DeskRoom, meeting: DeskMeeting, alert: DeskAlert}} props */
function AlertRow({ room, meeting, alert }) {
  const seat = meeting.people.find((one) => one.seat.id === alert.participant)?.seat;
  const name = seat ? calledAs(seat, seat.name) : "";
  const since = useSince(alert.raised_at);
  return html`<li class=${`desk-alert ${alert.owner ? "" : "desk-alert--ringing"}`} data-alert=${alert.kind} data-owner=${alert.owner?.name}>
    <p class="desk-alert__text"><${Icon} name="bell" size=${20} />
      <span><strong>${t(`desk.kind.${alert.kind}`)}</strong>${name ? `: ${name}` : ""}${alert.count > 1 ? `, ${t("desk.times", { count: alert.count })}` : ""}, <span class="desk-alert__time">${since}</span></span></p>
    <div class="desk-alert__buttons"><${Owner} room=${room} alert=${alert} /><${Remedy} room=${room} alert=${alert} /></div>
  </li>`;
}

/** What ends an alert that stands. @param {{room: DeskRoom, alert: DeskAlert}} props */
function Remedy({ room, alert }) {
  const { app, open } = useDesk();
  const { controller } = app;
  if (alert.kind === "pin_alarm") return html`<${Press} label=${t("desk.reset_pin")} room=${room} onClick=${() => controller.tell("pin.reset", room)} />`;
  if (alert.kind === "step_up_closed") {
    return html`<${Press} label=${t("desk.reset_step_up")} room=${room} onClick=${() => controller.tell("step_up.reset", room, { participant: alert.participant })} />`;
  }
  if (alert.kind === "slot_ending") return html`<${Press} label=${t("desk.extend")} room=${room} opensDialog=${true} onClick=${() => open({ kind: "extend", room })} />`;
  return null;
}

/** Acknowledge, take over, close; or who has it. @param {{room: DeskRoom, alert: DeskAlert}} props */
export function Owner({ room, alert }) {
  const { app } = useDesk();
  const { facts } = useDeskState();
  const now = useNow();
  const ask = (/** @type {string} */ request) => app.controller.tell(request, room, { alert: alert.id });
  const { owner } = alert;
  const isOwn = owner?.officer === facts?.officer.id;
  const canTake = owner !== null && !isOwn && now >= owner.acted_at + (facts?.takeover_s ?? Infinity);
  return html`
    ${!owner && html`<${Press} label=${t("desk.acknowledge")} room=${room} isMain=${true} onClick=${() => ask("alert.acknowledge")} />`}
    ${canTake && html`<${Press} label=${t("desk.take_over")} room=${room} onClick=${() => ask("alert.take_over")} />`}
    ${owner && alert.may_be_closed && html`<${Press} label=${t("desk.close_alert")} room=${room} onClick=${() => ask("alert.close")} />`}
    ${owner && html`<span class="desk-alert__owner">${isOwn ? t("desk.yours") : t("desk.theirs", { name: owner.name })}</span>`}`;
}

/** @param {{label: string, room: DeskRoom, name?: string, isMain?: boolean, isDanger?: boolean, opensDialog?: boolean, onClick: () => unknown}} props */
export function Press({ label, room, name, isMain = false, isDanger = false, opensDialog = false, onClick }) {
  return html`<button type="button" class=${`small ${isMain ? "small--main" : ""} ${isDanger ? "small--danger" : ""}`}
    aria-haspopup=${opensDialog ? "dialog" : undefined} onClick=${onClick}>${label}<span class="govuk-visually-hidden"> ${name ?? room.name}</span></button>`;
}
