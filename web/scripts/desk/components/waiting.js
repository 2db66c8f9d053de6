/** Who is outside: terminals that ask for the Host PIN, and people, with the decision about each. */

import { html } from "../../html.js";
import { clockTime } from "../../state/clock.js";
import { t } from "../../text.js";
import { Icon } from "../../components/icon.js";
import { Owner, Press } from "./alerts.js";
import { useDesk, useSince } from "./context.js";

/** @typedef {import("../types.js").DeskRoom} DeskRoom */
/** @typedef {import("../types.js").DeskMeeting} DeskMeeting */
/** @typedef {import("../types.js").DeskWaiting} DeskWaiting */
/** @typedef {import("../types.js").DeskTerminal} DeskTerminal */

/** @param {{room: DeskRoom, meeting: DeskMeeting}} props */
export function Waiting({ room, meeting }) {
  const { terminals, waiting } = meeting;
  if (!terminals.length && !waiting.length) return null;
  return html`<section class="desk-door" aria-label=${t("desk.waiting_in", { room: room.name })}>
    <ul>
      ${terminals.map((one) => html`<${Terminal} key=${one.id} room=${room} meeting=${meeting} terminal=${one} />`)}
      ${waiting.map((one) => html`<${Person} key=${one.knock.id} room=${room} meeting=${meeting} waiting=${one} />`)}
    </ul>
  </section>`;
}

/** @param {{room: DeskRoom, meeting: DeskMeeting, terminal: DeskTerminal}} props */
function Terminal({ room, meeting, terminal }) {
  const { open } = useDesk();
  const isOpening = meeting.stage === "waiting";
  return html`<li class="desk-waits" data-terminal=${terminal.id}>
    <p class="desk-waits__text"><${Icon} name="screen" size=${20} />
      <span><strong>${terminal.name}</strong> ${t(meeting.pin_closed_until === null ? "desk.asks_pin" : "desk.asks_pin_closed")}</span></p>
    <div class="desk-alert__buttons">
      <${Press} label=${t(isOpening ? "desk.open_room" : "desk.admit_terminal")} room=${room} opensDialog=${true}
        onClick=${() => open({ kind: isOpening ? "open_room" : "admit_terminal", room, participant: terminal.id, name: terminal.name })} />
    </div>
  </li>`;
}

/** @param {{room: DeskRoom, meeting: DeskMeeting, waiting: DeskWaiting}} props */
function Person({ room, meeting, waiting }) {
  const { knock } = waiting;
  const alert = meeting.alerts.find((one) => one.kind === "knock" && one.participant === knock.id);
  const since = useSince(knock.since);
  const name = knock.persons.map((one) => one.name).join(", ") || knock.name;
  const ringing = alert && !alert.owner ? "desk-alert--ringing" : "";
  return html`<li class=${`desk-waits ${alert ? "desk-alert" : ""} ${ringing}`} data-knock=${knock.id} data-alert=${alert ? "knock" : undefined} data-owner=${alert?.owner?.name}>
    <p class="desk-waits__text"><${Icon} name=${alert ? "door" : "clock"} size=${20} /><span>
      <strong class="desk-waits__name">${alert ? t("desk.knocks", { name }) : name}</strong>
      ${knock.is_like_banned && html`<strong>, ${t("desk.like_banned")}</strong>`}
      <span class="desk-waits__facts">${facts(waiting, alert?.count ?? 1).map((fact) => `, ${fact}`).join("")}, <span class="desk-alert__time">${since}</span></span></span></p>
    <div class="desk-alert__buttons">
      ${alert && html`<${Owner} room=${room} alert=${alert} />`}
      ${waiting.is_knocking && html`<${Decide} room=${room} meeting=${meeting} waiting=${waiting} name=${name} />`}
    </div>
  </li>`;
}

/** @param {DeskWaiting} waiting @param {number} count @returns {string[]} */
function facts({ knock, is_knocking: isKnocking, is_of_this_slot: isOurs, slot_starts_at: slotAt }, count) {
  return [
    slotAt && !isOurs ? t("desk.later_slot", { from: clockTime(slotAt) }) : "",
    knock.like.length ? t("desk.like", { name: knock.like.join(", ") }) : "",
    knock.role === "host" ? t("desk.host_terminal") : "",
    knock.host_pin_verified ? t("door.host_pin") : "",
    knock.is_expected ? t("desk.personal_link") : "",
    isKnocking || !isOurs ? "" : t("desk.waits_for_host"),
    count > 1 ? t("desk.times", { count }) : "",
    knock.page_gone ? t("desk.page_gone") : "",
  ].filter(Boolean);
}

/** @param {{room: DeskRoom, meeting: DeskMeeting, waiting: DeskWaiting, name: string}} props */
function Decide({ room, meeting, waiting, name }) {
  const { app, open } = useDesk();
  const participant = waiting.knock.id;
  const isOpen = meeting.stage !== "waiting";
  const needsId = meeting.needs_attestation && waiting.knock.role === "guest";
  const admit = () => (needsId ? open({ kind: "admit_with_id", room, participant, name }) : app.controller.tell("knock.admit", room, { participant }));
  return html`
    ${isOpen && html`<${Press} label=${t("door.admit")} room=${room} name=${name} opensDialog=${needsId} onClick=${admit} />`}
    <${Press} label=${t("door.refuse")} room=${room} name=${name} opensDialog=${true} onClick=${() => open({ kind: "refuse", room, participant, name })} />`;
}
