/** One room: how it stands, its alerts, who waits, who is inside, and what can be done. */

import { html } from "../../html.js";
import { clockTime, duration } from "../../state/clock.js";
import { t } from "../../text.js";
import { Expected } from "../../components/expected.js";
import { Icon } from "../../components/icon.js";
import { urgency } from "../state/urgency.js";
import { Actions } from "./actions.js";
import { Alerts } from "./alerts.js";
import { useNow } from "./context.js";
import { People } from "./people.js";
import { Waiting } from "./waiting.js";

const SHORT_S = 600;
const STATES = ["ringing", "alert", "waiting", "live", "unopened", "idle"];

/** @typedef {import("../types.js").DeskRoom} DeskRoom */
/** @typedef {import("../types.js").DeskMeeting} DeskMeeting */

/** @param {{room: DeskRoom}} props */
export function Room({ room }) {
  const { meeting } = room;
  if (!meeting) return null;
  return html`<article class=${`desk-room desk-room--${STATES[urgency(room)]}`} aria-labelledby=${`room-${room.id}`}
      data-room=${room.name} data-urgency=${STATES[urgency(room)]} data-stage=${meeting.stage}>
    <header>
      <div class="desk-room__row">
        <h2 class="desk-room__name" id=${`room-${room.id}`} tabindex="-1">${room.name}</h2>
        <${Stage} meeting=${meeting} />
      </div>
      <div class="desk-room__row"><p class="desk-room__policy">${t(`policy.${meeting.policy}`)}, ${t("desk.since", { time: clockTime(meeting.since) })}</p>
        <${Time} meeting=${meeting} />
      </div>
      ${meeting.slot && html`<p class="desk-room__policy">${t("desk.slot", { from: clockTime(meeting.slot[0]), to: clockTime(meeting.slot[1]) })}</p>`}
    </header>
    ${meeting.paused !== null && html`<p class="desk-room__paused"><strong>${t("desk.paused")}</strong> ${meeting.paused}</p>`}
    ${meeting.is_unwatched && meeting.stage !== "waiting" && html`<p class="desk-room__paused"><strong>${t("desk.paused")}</strong> ${t("desk.unwatched")}</p>`}
    <${Alerts} room=${room} meeting=${meeting} areAbove=${true} />
    <${Waiting} room=${room} meeting=${meeting} />
    <${Alerts} room=${room} meeting=${meeting} areAbove=${false} />
    <${People} room=${room} meeting=${meeting} />
    <${Expected} expected=${meeting.expected} heading="h3" />
    <${Watchers} watchers=${meeting.watchers} />
    <${Actions} room=${room} meeting=${meeting} />
  </article>`;
}

/** @param {{meeting: DeskMeeting}} props */
function Stage({ meeting }) {
  const isHandedOver = meeting.people.some((one) => one.seat.is_handed_over);
  const icon = meeting.stage === "locked" ? "lock" : meeting.stage === "open" ? "unlock" : "clock";
  return html`<p class=${`desk-room__stage desk-room__stage--${meeting.stage}`}>
    <${Icon} name=${icon} size=${18} /><span>${t(`desk.stage.${meeting.stage}`)}${isHandedOver ? `, ${t("desk.handed_over")}` : ""}</span>
  </p>`;
}

/** @param {{meeting: DeskMeeting}} props */
function Time({ meeting }) {
  const now = useNow();
  if (meeting.opened_at === null) return null;
  const left = meeting.ends_at === null ? null : meeting.ends_at - now;
  const isShort = left !== null && left < SHORT_S;
  return html`<p class=${`desk-room__time ${isShort ? "desk-room__time--short" : ""}`}>
    <span>${t(left === null ? "desk.so_far" : "desk.left")}${" "}</span>
    <strong>${duration(left === null ? now - meeting.opened_at : left)}</strong>
  </p>`;
}

/** Who has the room on their wall, by name: who watches, and who does not now. @param {{watchers: import("../types.js").Watcher[]}} props */
function Watchers({ watchers }) {
  if (!watchers.length) return null;
  const say = (/** @type {boolean} */ isWatching) => {
    const names = [...new Set(watchers.filter((one) => one.is_watching === isWatching).map((one) => one.officer))];
    return names.length > 0 && html`<span data-watching=${String(isWatching)}>${t(isWatching ? "desk.watched_by" : "desk.not_watched_by", { names: names.join(", ") })}</span> `;
  };
  return html`<p class="desk-watchers"><${Icon} name="eye" size=${18} /><span>${say(true)}${say(false)}</span></p>`;
}
