/** Messages over the stage. They stay until dismissed and never take the focus. */

import { useState } from "../../vendor/preact-hooks.js";
import { html } from "../html.js";
import { clockTime } from "../state/clock.js";
import { isLoss, troubleOf } from "../state/trouble.js";
import { language, t } from "../text.js";
import { useApp, useAppState } from "./context.js";
import { Icon } from "./icon.js";

const SHOWN = 2;

/** @typedef {import("../types.js").Alert} Alert */

/** @param {Alert} alert */
export function alertText(alert) {
  return t(alert.key, { ...alert.values, by: alert.values.by ? t(`role.${alert.values.by}`) : "" });
}

export function Alerts() {
  const state = useAppState();
  const isInTrouble = isLoss(troubleOf(state));
  const list = state.alerts.list.filter((one) => !(isInTrouble && one.tag === "connection")); // the line says it
  const [isWhole, showWhole] = useState(false);
  const shown = isWhole ? list : list.slice(0, SHOWN);
  const hidden = list.length - shown.length;
  if (!list.length) return null;
  return html`<section class="alerts" aria-label=${t("alerts.title")}>
    ${shown.map((alert) => html`<${AlertCard} key=${alert.id} alert=${alert} />`)}
    ${(hidden > 0 || isWhole) && list.length > SHOWN && html`
      <button type="button" class="alerts__more" aria-expanded=${isWhole} onClick=${() => showWhole(!isWhole)}>
        ${isWhole ? t("alerts.fewer") : t(hidden === 1 ? "alerts.more_one" : "alerts.more", { count: hidden })}
      </button>`}
  </section>`;
}

const ICONS = { knock: "door", lock: "lock", connection: "signal", muted: "microphone-off", staff: "bell", hand: "hand" };

/** @param {{alert: Alert}} props */
function AlertCard({ alert }) {
  const { actions } = useApp();
  const text = alertText(alert);
  const icon = ICONS[/** @type {keyof typeof ICONS} */ (alert.tag.split("-")[0])] ?? "info";
  const time = clockTime(alert.at / 1000, language());
  const dismiss = () => {
    actions.dismiss(alert.id);
    requestAnimationFrame(focusNext);
  };
  return html`<div class=${`alert alert--${alert.tone}`} data-alert=${alert.tag}>
    <${Icon} name=${icon} />
    <p class="alert__text">${text} <span class="alert__time">${time}</span></p>
    <button type="button" class="alert__dismiss" aria-label=${t("alerts.dismiss", { text })}
      title=${t("alerts.dismiss_short")} onClick=${dismiss}><${Icon} name="close" /></button>
  </div>`;
}

/** The pressed button is gone: go on with the next message, or with the view. */
function focusNext() {
  const next = document.querySelector(".alert__dismiss") ?? document.getElementById("view-heading");
  /** @type {HTMLElement|null} */ (next)?.focus();
}
