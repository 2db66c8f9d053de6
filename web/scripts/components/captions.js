/** Captions over the stage, made on this device. Screen readers say nothing of them: they hear. */

import { html } from "../html.js";
import { t } from "../text.js";
import { useApp } from "./context.js";

export function Captions() {
  const { phase, said } = useApp().captions.state.value;
  if (phase !== "on" && phase !== "starting") return null;
  return html`<section class="captions" aria-label=${t("captions.title")} data-captions=${phase}>
    <p class="captions__note">${t(phase === "on" ? "captions.note" : "captions.starting")}</p>
    ${said.lines.map((line) => html`<p class="captions__line" key=${line.id} dir="auto">
      ${line.speaker && html`<strong>${line.speaker}:</strong> `}${line.text}</p>`)}
  </section>`;
}
