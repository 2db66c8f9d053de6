/** The room, its lock, time left, connection quality, and who can see and hear me. */

import { html } from "../html.js";
import { duration } from "../state/clock.js";
import { t } from "../text.js";
import { useAppState } from "./context.js";
import { Icon } from "./icon.js";
import { LanguageSwitch } from "./language.js";
import { PresenceButton } from "./presence.js";
import { useServerNow } from "./time.js";

/** @typedef {import("../types.js").InsideView} InsideView */
const WARN_S = 600;

/** @param {{view: InsideView, open: (dialog: {kind: string}) => void}} props */
export function TopBar({ view, open }) {
  return html`<header class="top">
    <div class="top__room"><h1 class="top__name" id="view-heading" tabindex="-1"><span class="govuk-visually-hidden">${t("meeting.heading")} </span>${view.room.name}</h1><span class="top__place">${view.room.establishment}</span></div>
    <${LockState} view=${view} />
    <div class="top__facts">
      <${Time} view=${view} />
      <${Quality} />
      <${PresenceButton} view=${view} open=${open} />
      <${LanguageSwitch} />
    </div>
  </header>`;
}

/** @param {{view: InsideView}} props */
function LockState({ view }) {
  const isLocked = view.stage === "locked";
  return html`<p class=${`lock-state ${isLocked ? "lock-state--locked" : ""}`}>
    <${Icon} name=${isLocked ? "lock" : "unlock"} size=${20} />
    <span><strong>${t(isLocked ? "lock.locked" : "lock.open")}</strong><span class="lock-state__more"> ${t(isLocked ? "lock.locked_more" : "lock.open_more")}</span></span>
  </p>`;
}

/** @param {{view: InsideView}} props */
function Time({ view }) {
  const now = useServerNow();
  const left = view.ends_at === null ? null : view.ends_at - now;
  const isShort = left !== null && left < WARN_S;
  return html`<p class=${`top__fact ${isShort ? "top__fact--short" : ""}`}>
    <${Icon} name="clock" size=${20} />
    <span class="top__word">${t(left === null ? "time.so_far" : "time.left")} </span>
    <span class="top__number">${duration(left === null ? now - view.opened_at : left)}</span>
  </p>`;
}

function Quality() {
  const { grade, media, meeting } = useAppState();
  const shown = media === "broken" ? "bad" : (meeting.quality ?? grade); // the server tells our loss from others'
  return html`<p class=${`top__fact quality quality--${shown}`} data-quality=${shown}>
    <span class="quality__bars" aria-hidden="true"><i></i><i></i><i></i><i></i></span>
    <span class="govuk-visually-hidden">${t("quality.label")} </span><span class="top__word">${t(`quality.${shown}`)}</span>
  </p>`;
}
