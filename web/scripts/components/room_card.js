/** The room itself: lock with the plain reason why not yet, hand over, pause, end. */

import { html } from "../html.js";
import { checked, may, unattestedNames } from "../state/meeting.js";
import { t } from "../text.js";
import { useApp } from "./context.js";
import { Checkbox } from "./fields.js";
import { Icon } from "./icon.js";

/** @typedef {import("../types.js").InsideView} InsideView */
/** @typedef {(dialog: import("./meeting.js").DialogName) => void} OpenDialog */

/** @param {{view: InsideView, open: OpenDialog}} props */
export function RoomCard({ view, open }) {
  return html`<section class="room" aria-label=${t("room.title")}>
    <${Reasons} view=${view} />
    <${Presenting} view=${view} />
    <div class="room__buttons">
      <${LockButton} view=${view} />
      <${HandOverButton} view=${view} open=${open} />
      <${PauseButton} view=${view} open=${open} />
      ${may(view, "end") && html`<button type="button" class="govuk-button govuk-button--warning vmr-flush" onClick=${() => open({ kind: "end" })}>${t("room.end")}</button>`}
    </div>
  </section>`;
}

/** @param {{view: InsideView}} props */
function Presenting({ view }) {
  const { actions } = useApp();
  if (!may(view, "allow_presenting")) return null;
  return html`<${Checkbox} id="guests-may-present" label=${t("room.guests_may_present")} isChecked=${view.guests_may_present}
    onChange=${(/** @type {boolean} */ isAllowed) => actions.tell("presentation.allow", { is_allowed: isAllowed })} />`;
}

/** Why the room cannot be locked, or handed over, yet. @param {{view: InsideView}} props */
function Reasons({ view }) {
  const missing = unattestedNames(view);
  const why = whyNotHandedOver(view);
  return html`${may(view, "lock") && missing.length > 0 && html`<p class="room__reason" id="lock-reason">${t("room.cannot_lock", { names: missing.join(", ") })}
      ${may(view, "check") && !checked(view) && html` <button type="button" class="vmr-link" onClick=${toFirstCheck}>${t("room.to_check")}</button>`}</p>`}
    ${why && html`<p class="room__reason" id="hand-over-reason">${why}</p>`}`;
}

/** It may be out of sight, above many people at the door. The focus brings it into sight. */
function toFirstCheck() {
  /** @type {HTMLElement|null} */ (document.querySelector('.panel [id^="check-"]'))?.focus();
}

/** What has to be done first, in words. @param {InsideView} view */
function whyNotHandedOver(view) {
  if (!may(view, "hand_over") || view.is_handed_over) return "";
  const checking = checked(view);
  if (checking) return t("room.check_first", { name: checking.name });
  return view.room.policy === "legal" && view.stage !== "locked" ? t("room.lock_first") : "";
}

/**
 * Lock and unlock stand in one place: the focus leaves it, so that a second Enter does not undo the first.
 * @param {import("../actions.js").Actions} actions @param {"room.lock"|"room.unlock"} request
 */
async function turn(actions, request) {
  if (await actions.tell(request)) document.getElementById("view-heading")?.focus();
}

/** @param {{view: InsideView}} props */
function LockButton({ view }) {
  const { actions } = useApp();
  const isBlocked = unattestedNames(view).length > 0;
  if (may(view, "lock")) {
    return html`<button type="button" key="lock" class="govuk-button vmr-flush" aria-disabled=${isBlocked || undefined}
      aria-describedby=${isBlocked ? "lock-reason" : undefined} onClick=${() => turn(actions, "room.lock")}>
      <${Icon} name="lock" size=${20} />${t("room.lock")}</button>`;
  }
  if (!may(view, "unlock")) return null;
  return html`<button type="button" key="unlock" class="govuk-button govuk-button--secondary vmr-flush" onClick=${() => turn(actions, "room.unlock")}>
    <${Icon} name="unlock" size=${20} />${t("room.unlock")}</button>`;
}

/** @param {{view: InsideView, open: OpenDialog}} props */
function HandOverButton({ view, open }) {
  if (!may(view, "hand_over") || view.is_handed_over) return null;
  const { actions } = useApp();
  const why = whyNotHandedOver(view);
  const isBlocked = Boolean(why);
  return html`<button type="button" class="govuk-button govuk-button--secondary vmr-flush" aria-disabled=${isBlocked || undefined}
    aria-describedby=${isBlocked ? "hand-over-reason" : undefined}
    onClick=${() => (isBlocked ? actions.warn("alert.not_handed_over", { why }) : open({ kind: "hand_over" }))}><${Icon} name="hand-over" size=${20} />${t("room.hand_over")}</button>`;
}

/** @param {{view: InsideView, open: OpenDialog}} props */
function PauseButton({ view, open }) {
  const { actions } = useApp();
  if (!may(view, "pause")) return null;
  const isPaused = view.paused !== null;
  return html`<button type="button" class="govuk-button govuk-button--secondary vmr-flush"
    onClick=${() => (isPaused ? actions.tell("room.resume") : open({ kind: "pause" }))}>${t(isPaused ? "room.resume" : "room.pause")}</button>`;
}
