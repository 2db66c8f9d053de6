/** What an officer must see before any picture: no link, whether somebody is there, what failed. */

import { Icon } from "../../components/icon.js";
import { html } from "../../html.js";
import { t } from "../../text.js";
import { useMonitor, useNow, useWall } from "./context.js";

/** A terminal that is not connected says so, larger than anything else. */
export function Connection() {
  const { link, code, linkAtMs, facts } = useWall();
  if (link === "open" || (link === "connecting" && !facts)) return null;
  const key = link === "refused" ? `monitor.refused.${code}` : "monitor.lost";
  const time = new Date(linkAtMs).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return html`<div class="monitor__band monitor__band--lost" role="alert" data-band="lost">
    <${Icon} name="signal" size=${32} />
    <p><strong>${t("monitor.not_connected")}</strong> ${t(key, { time })}</p>
    ${link === "refused" && html`<a class="monitor__band-button" href=${code === "signed_out" ? "/staff/sign-in?next=/staff/monitor" : "/staff/monitor"}>
      ${t(code === "signed_out" ? "desk.sign_in" : "desk.reload")}</a>`}
  </div>`;
}

/** "Are you there?": a large button that takes no focus; what is asked is announced elsewhere. */
export function Asking() {
  const { app } = useMonitor();
  const { hasAnswered, wall, link } = useWall();
  const now = useNow();
  const asked = app.controller.question;
  if (asked === null || !wall.length || link !== "open") return null;
  const left = Math.max(0, Math.ceil((asked.deadline ?? now) - now));
  const key = hasAnswered ? (left > 0 ? "monitor.there.body" : "monitor.there.late") : "monitor.start.body";
  return html`<section class="monitor__band monitor__band--ask" aria-label=${t(hasAnswered ? "monitor.there.title" : "monitor.start.title")} data-band="ask">
    <p><strong>${t(hasAnswered ? "monitor.there.title" : "monitor.start.title")}</strong> ${t(key, { seconds: left })}</p>
    <button type="button" class="monitor__band-button monitor__band-button--large" onClick=${() => app.controller.answer()}>
      ${t(hasAnswered ? "monitor.there.button" : "monitor.start.again")}</button>
  </section>`;
}

export function Problem() {
  const { app } = useMonitor();
  const { problem } = useWall();
  if (!problem) return null;
  return html`<div class="monitor__band monitor__band--problem" role="alert"><p>${problem}</p>
    <button type="button" class="monitor__band-button" onClick=${() => app.controller.dispatch({ type: "problem", text: "" })}>${t("desk.dismiss")}</button></div>`;
}
