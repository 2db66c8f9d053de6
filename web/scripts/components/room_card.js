/** The room itself: lock with the plain reason why not yet, hand over, pause, end. */

import { html } from "../html.js";
import { may, unattestedNames } from "../state/meeting.js";
import { t } from "../text.js";
import { useApp } from "./context.js";
import { Icon } from "./icon.js";

/** @param {{view: import("../types.js").InsideView, open: (dialog: import("./meeting.js").DialogName) => void}} props */
export function RoomCard({ view, open }) {
  const { actions } = useApp();
  const missing = unattestedNames(view);
  const isSeatOwn = !view.is_handed_over;
  const mustLockFirst = view.room.policy === "legal" && view.stage !== "locked";
  return html`<section class="room" aria-labelledby="room-heading">
    <h3 class="govuk-heading-s" id="room-heading">${t("room.title")}</h3>
    ${may(view, "lock") && missing.length > 0 && html`<div class="room__reason" id="lock-reason">
      <p>${t("room.cannot_lock")}</p><ul class="govuk-list govuk-list--bullet vmr-flush">${missing.map((name) => html`<li key=${name}>${name}</li>`)}</ul></div>`}
    <div class="room__buttons">
      ${may(view, "lock") && html`<button type="button" class="govuk-button vmr-flush" aria-disabled=${missing.length > 0 || undefined}
        aria-describedby=${missing.length ? "lock-reason" : undefined} onClick=${() => actions.tell("room.lock")}>
        <${Icon} name="lock" size=${20} />${t("room.lock")}</button>`}
      ${may(view, "unlock") && html`<button type="button" class="govuk-button govuk-button--secondary vmr-flush" onClick=${() => actions.tell("room.unlock")}>
        <${Icon} name="unlock" size=${20} />${t("room.unlock")}</button>`}
      ${may(view, "hand_over") && isSeatOwn && html`<button type="button" class="govuk-button govuk-button--secondary vmr-flush"
        aria-disabled=${mustLockFirst || undefined} aria-describedby=${mustLockFirst ? "hand-over-reason" : undefined}
        onClick=${() => !mustLockFirst && open({ kind: "hand_over" })}><${Icon} name="hand-over" size=${20} />${t("room.hand_over")}</button>`}
      ${mustLockFirst && may(view, "hand_over") && isSeatOwn && html`<p class="govuk-hint vmr-flush" id="hand-over-reason">${t("room.lock_first")}</p>`}
      <${PauseButton} view=${view} open=${open} />
      ${may(view, "end") && html`<button type="button" class="govuk-button govuk-button--warning vmr-flush" onClick=${() => open({ kind: "end" })}>${t("room.end")}</button>`}
    </div>
  </section>`;
}

/** @param {{view: import("../types.js").InsideView, open: (dialog: import("./meeting.js").DialogName) => void}} props */
function PauseButton({ view, open }) {
  const { actions } = useApp();
  if (!may(view, "pause")) return null;
  const isPaused = view.paused !== null;
  return html`<button type="button" class="govuk-button govuk-button--secondary vmr-flush"
    onClick=${() => (isPaused ? actions.tell("room.resume") : open({ kind: "pause" }))}>${t(isPaused ? "room.resume" : "room.pause")}</button>`;
}
