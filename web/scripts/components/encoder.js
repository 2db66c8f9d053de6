/** Setting up an encoder: what it is, where it sends, its token, and how it goes. */

import { useRef, useState } from "../../vendor/preact-hooks.js";
import { html } from "../html.js";
import { may } from "../state/meeting.js";
import { t } from "../text.js";
import { useApp, useAppState } from "./context.js";

/** @typedef {import("../types.js").InsideView} InsideView */

/** How it goes. @type {Record<InsideView["encoder"], string>} */
const STATES = {
  off: "encoder.off", expected: "encoder.expected", connecting: "encoder.connecting", sending: "encoder.sending",
};

/** @param {{view: InsideView, close: () => void}} props */
export function Encoder({ view, close }) {
  const { encoder } = useAppState();
  const { actions } = useApp();
  const [problem, setProblem] = useState("");
  const allow = async () => setProblem((await actions.allowEncoder())?.message ?? "");
  const stop = async () => setProblem((await actions.ask("encoder.stop"))?.message ?? "");
  const canAllow = may(view, "encode");
  return html`<div class="encoder" data-encoder=${view.encoder}>
    <p class="govuk-body">${t("encoder.what")}</p>
    ${encoder && html`
      <${Copied} id="encoder-address" label=${t("encoder.address")} value=${encoder.url} copy=${t("encoder.copy_address")} />
      <${Copied} id="encoder-token" label=${t("encoder.token")} value=${encoder.token} copy=${t("encoder.copy_token")} />
      <p class="govuk-hint">${t("encoder.secret")}</p>`}
    <p class="govuk-body encoder__state" role="status">${t(STATES[view.encoder])}</p>
    ${!canAllow && html`<p class="govuk-body">${t("encoder.locked")}</p>`}
    ${problem && html`<p class="govuk-error-message" role="alert">${problem}</p>`}
    <div class="govuk-button-group dialog__buttons">
      ${canAllow && html`<button type="button" class=${`govuk-button ${encoder ? "govuk-button--secondary" : ""}`} onClick=${allow}>
        ${t(encoder ? "encoder.allow_again" : "encoder.allow")}</button>`}
      ${view.encoder !== "off" && html`<button type="button" class="govuk-button govuk-button--secondary" onClick=${stop}>${t("encoder.stop")}</button>`}
      <button type="button" class="govuk-button govuk-button--secondary" onClick=${close}>${t("dialog.close")}</button>
    </div>
  </div>`;
}

/**
 * Something to take over into another program. Where the browser lends no clipboard it is selected.
 * @param {{id: string, label: string, value: string, copy: string}} props
 */
function Copied({ id, label, value, copy }) {
  const field = useRef(/** @type {HTMLInputElement|null} */ (null));
  const [said, say] = useState("");
  const take = async () => {
    try {
      await navigator.clipboard.writeText(value);
      say(t("encoder.copied"));
    } catch {
      field.current?.select();
      say(t("encoder.selected"));
    }
  };
  return html`<div class="govuk-form-group encoder__field">
    <label class="govuk-label govuk-label--s" for=${id}>${label}</label>
    <div class="encoder__row">
      <input class="govuk-input" id=${id} ref=${field} value=${value} readonly autocomplete="off" spellcheck=${false} />
      <button type="button" class="govuk-button govuk-button--secondary vmr-flush" onClick=${take}>${copy}</button>
    </div>
    <p class="govuk-hint vmr-flush" role="status">${said}</p>
  </div>`;
}
