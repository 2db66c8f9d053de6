/** One room on the wall: its picture, what is so there, and what the officer can do. */

import { useEffect, useRef } from "../../../vendor/preact-hooks.js";
import { Icon } from "../../components/icon.js";
import { html } from "../../html.js";
import { calledAs } from "../../desk/state/who.js";
import { duration } from "../../state/clock.js";
import { t } from "../../text.js";
import { useMonitor, useNow, useWall } from "./context.js";
import { People, Pictures } from "./picture.js";

/** @typedef {import("../types.js").WallRoom} WallRoom */
/** @typedef {import("../types.js").WallMeeting} WallMeeting */

const ENDING_S = 300;

/** @param {{room: WallRoom, isFocused: boolean}} props */
export function Tile({ room, isFocused }) {
  const { app } = useMonitor();
  const { tiles } = useWall();
  const ref = useRef(/** @type {HTMLElement|null} */ (null));
  useEffect(() => (ref.current ? app.controller.screens.addTile(room.id, ref.current) : undefined), [room.id]);
  useEffect(() => {
    if (isFocused) ref.current?.scrollIntoView({ block: "nearest" });
  }, [isFocused]);
  const tile = tiles[room.id];
  const meeting = room.meeting;
  const isHot = Boolean(meeting && (meeting.alerts.length || meeting.knocks));
  return html`<section class=${`wtile ${isFocused ? "wtile--focused" : ""} ${isHot ? "wtile--hot" : ""}`} ref=${ref}
      aria-labelledby=${`tile-${room.id}`} data-room=${room.name} data-watching=${String(tile?.is_watching ?? false)} data-why=${tile?.why_not ?? ""}>
    <header class="wtile__head">
      <h2 class="wtile__name" id=${`tile-${room.id}`}>${room.name}</h2>
      <${Stage} room=${room} meeting=${meeting} />
    </header>
    <div class="wtile__picture">
      <${Pictures} room=${room} tile=${tile} isFocused=${isFocused} />
      <${Badges} room=${room} meeting=${meeting} />
    </div>
    <footer class="wtile__foot">
      ${isFocused && html`<${People} room=${room} />`}
      <p class=${`wtile__state ${tile?.is_watching ? "" : "wtile__state--off"}`}><${Icon} name=${tile?.is_watching ? "eye" : "info"} size=${18} /> <span class="wtile__words">${stateOf(tile)}</span></p>
      <${Actions} room=${room} meeting=${meeting} isFocused=${isFocused} />
    </footer>
  </section>`;
}

/** Whether this terminal counts as watching, in words. @param {import("../types.js").TileFacts|undefined} tile */
function stateOf(tile) {
  if (!tile) return t("monitor.why.connecting");
  return tile.is_watching ? t("monitor.watching") : t(`monitor.why.${tile.why_not ?? "connecting"}`);
}

/** @param {{room: WallRoom, meeting: WallMeeting|null}} props */
function Stage({ room, meeting }) {
  const now = useNow();
  const left = meeting?.ends_at ? meeting.ends_at - now : null;
  return html`<p class="wtile__stage">
    <span>${t(`policy.${room.policy}`)}</span>
    <span><${Icon} name=${meeting?.stage === "locked" ? "lock" : "door"} size=${16} /> ${t(`desk.stage.${meeting?.stage ?? "waiting"}`)}</span>
    ${left !== null && meeting?.stage !== "waiting" && html`<span class=${left < ENDING_S ? "wtile__ending" : ""}><${Icon} name="clock" size=${16} /> ${t("monitor.left", { time: duration(left) })}</span>`}
  </p>`;
}

/** What is so in the room, over its picture; a word and an icon each. @param {{room: WallRoom, meeting: WallMeeting|null}} props */
function Badges({ room, meeting }) {
  const { health } = useWall();
  if (!meeting) return null;
  const alerts = meeting.alerts.filter((one) => one.kind !== "monitor_lost");
  const own = Object.entries(health[room.id] ?? {}).filter(([who, problem]) => !alerts.some((one) => one.kind === `picture_${problem}` && one.participant === who));
  return html`<ul class="wtile__badges" aria-label=${t("monitor.badges", { room: room.name })}>
    ${meeting.is_unwatched && html`<li class="badge badge--red" key="unwatched"><${Icon} name="eye" size=${16} /> ${t("monitor.paused_unwatched")}</li>`}
    ${meeting.paused && html`<li class="badge badge--amber" key="paused"><${Icon} name="info" size=${16} /> ${t("monitor.paused", { reason: meeting.paused })}</li>`}
    ${meeting.knocks > 0 && html`<li class="badge badge--amber" key="knock"><${Icon} name="door" size=${16} /> ${t(meeting.knocks === 1 ? "monitor.knock" : "monitor.knocks", { count: meeting.knocks })}</li>`}
    ${alerts.map((one) => html`<li class="badge badge--red" key=${`${one.kind} ${one.participant}`}><${Icon} name="bell" size=${16} /> ${badgeOf(one, meeting)}</li>`)}
    ${own.map(([who, problem]) => html`<li class="badge badge--red" key=${`own ${who}`}><${Icon} name="camera-off" size=${16} /> ${badgeOf({ kind: `picture_${problem}`, participant: who }, meeting)}</li>`)}
  </ul>`;
}

/** @param {{kind: string, participant: string|null}} alert @param {WallMeeting} meeting */
function badgeOf(alert, meeting) {
  const person = meeting.people.find((one) => one.id === alert.participant);
  const kind = t(`desk.kind.${alert.kind}`);
  return person ? t("monitor.badge_of", { kind, name: calledAs(person, person.name) }) : kind;
}

/** @param {{room: WallRoom, meeting: WallMeeting|null, isFocused: boolean}} props */
function Actions({ room, meeting, isFocused }) {
  const { app, open } = useMonitor();
  const { controller } = app;
  const isRunning = meeting?.stage === "open" || meeting?.stage === "locked";
  const resume = async () => {
    const problem = await controller.ask("room.resume", room);
    if (problem) controller.dispatch({ type: "problem", text: problem });
  };
  const press = (/** @type {string} */ key, /** @type {string} */ icon, /** @type {() => void} */ act, opensDialog = true) => html`<button type="button"
    class="wtile__button" title=${t(`monitor.${key}`)} aria-haspopup=${opensDialog ? "dialog" : undefined} onClick=${act}><${Icon} name=${icon} size=${18} />
    <span class="wtile__label">${t(`monitor.${key}`)}</span><span class="govuk-visually-hidden">: ${room.name}</span></button>`;
  return html`<div class="wtile__actions">
    ${press(isFocused ? "back" : "closer", isFocused ? "grid" : "full", () => controller.focus(isFocused ? null : room.id), false)}
    ${isFocused && meeting && press("player", "screen", () => open({ kind: "player", room }))}
    ${meeting && press("concern", "bell", () => open({ kind: "concern", room }))}
    ${isRunning && !meeting?.paused && press("pause", "info", () => open({ kind: "pause", room }))}
    ${isRunning && meeting?.paused && press("resume", "check", resume, false)}
    ${isRunning && press("end", "phone-down", () => open({ kind: "end", room }))}
  </div>`;
}
