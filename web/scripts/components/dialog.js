/** A modal dialog of the browser's own: focus stays inside, Escape closes, focus returns. */

import { useEffect, useRef, useState } from "../../vendor/preact-hooks.js";
import { html } from "../html.js";
import { isSecondClick } from "../state/input.js";
import { t } from "../text.js";
import { TextField } from "./fields.js";

const REASON_CHARACTERS = 500;

/** @param {{title: string, children: any, close: () => void}} props */
export function Dialog({ title, children, close }) {
  const ref = useRef(/** @type {HTMLDialogElement|null} */ (null));
  useEffect(() => {
    const opener = /** @type {HTMLElement|null} */ (document.activeElement);
    ref.current?.showModal();
    return () => {
      const back = opener?.isConnected ? opener : document.getElementById("view-heading");
      back?.focus();
    };
  }, []);
  // The second click of a double click that opened the dialog must not close it again.
  const press = (/** @type {MouseEvent} */ event) => event.target === ref.current && !isSecondClick(event) && close();
  return html`<dialog class="dialog" ref=${ref} aria-labelledby="dialog-title" onClose=${close} onMouseDown=${press}>
    <div class="dialog__body">
      <h2 class="govuk-heading-m" id="dialog-title">${title}</h2>
      ${children}
    </div>
  </dialog>`;
}

/**
 * Asks before something that cannot be taken back; `reasonHint` also asks why.
 * @param {{title: string, body: string, confirm: string, close: () => void, isDanger?: boolean,
 *   reasonHint?: string, onConfirm: (reason: string) => unknown}} props
 */
export function Confirm({ title, body, confirm, close, onConfirm, isDanger = false, reasonHint }) {
  const [reason, setReason] = useState("");
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    close();
    onConfirm(reason.trim());
  };
  return html`<${Dialog} title=${title} close=${close}>
    <form onSubmit=${submit}>
      <p class="govuk-body">${body}</p>
      ${reasonHint && html`<${TextField} id="reason" label=${t("dialog.reason")} hint=${reasonHint} value=${reason} onInput=${setReason} limit=${REASON_CHARACTERS} />`}
      <div class="govuk-button-group dialog__buttons">
        <button type="submit" class=${`govuk-button ${isDanger ? "govuk-button--warning" : ""}`}>${confirm}</button>
        <button type="button" class="govuk-button govuk-button--secondary" onClick=${close}>${t("dialog.cancel")}</button>
      </div>
    </form>
  <//>`;
}
