/** What is wrong with the connection, in one calm line; what helps against it, as a button. */

import { html } from "../html.js";
import { isLoss, troubleOf } from "../state/trouble.js";
import { t } from "../text.js";
import { useApp, useAppState } from "./context.js";
import { Icon } from "./icon.js";

export function TroubleLine() {
  const { actions, facts } = useApp();
  const state = useAppState();
  const trouble = troubleOf(state);
  if (!trouble) return null;
  const tone = isLoss(trouble) ? "warning" : "calm";
  const saves = trouble === "loss" || trouble === "relay";
  return html`<div class=${`notice notice--${tone}`} data-notice="trouble" data-trouble=${trouble}>
    <${Icon} name="signal" /><p>${t(`trouble.${trouble}`, { phone: facts.room.phone })}</p>
    ${trouble === "refused" && html`<button type="button" class="notice__button" onClick=${() => location.reload()}>${t("prejoin.reload")}</button>`}
    ${saves && state.saving === "all" && html`<button type="button" class="notice__button" onClick=${() => actions.save("speaker")}>${t("saving.speaker_now")}</button>`}
    ${saves && state.saving === "speaker" && html`<button type="button" class="notice__button" onClick=${() => actions.save("none")}>${t("saving.none_now")}</button>`}
  </div>`;
}
