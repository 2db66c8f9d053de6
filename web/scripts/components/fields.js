/** Form fields in GOV.UK's patterns. */

import { useEffect, useRef } from "../../vendor/preact-hooks.js";
import { html } from "../html.js";
import { t } from "../text.js";

const NAME_CHARACTERS = 60;

/**
 * @param {{id: string, label: string, value: string, onInput: (value: string) => void, hint?: string,
 *   error?: string, autocomplete?: string, isPin?: boolean, size?: "s"|"m", limit?: number}} props
 */
export function TextField({ id, label, value, onInput, hint, error, autocomplete = "off", isPin = false, size = "s", limit = NAME_CHARACTERS }) {
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return html`<div class=${`govuk-form-group ${error ? "govuk-form-group--error" : ""}`}>
    <label class=${`govuk-label govuk-label--${size}`} for=${id}>${label}</label>
    ${hint && html`<div class="govuk-hint" id=${`${id}-hint`}>${hint}</div>`}
    <${FieldError} id=${`${id}-error`} error=${error} />
    <input class=${`govuk-input ${error ? "govuk-input--error" : ""} ${isPin ? "vmr-pin" : ""}`} id=${id} name=${id}
      type="text" inputmode=${isPin ? "numeric" : undefined}
      autocomplete=${autocomplete} spellcheck=${false} maxlength=${limit} value=${value} aria-describedby=${described || undefined}
      aria-invalid=${error ? "true" : undefined}
      onInput=${(/** @type {{currentTarget: HTMLInputElement}} */ event) => onInput(event.currentTarget.value)} />
  </div>`;
}

/** @param {{id: string, error?: string}} props */
export function FieldError({ id, error }) {
  if (!error) return null;
  return html`<p class="govuk-error-message" id=${id}>
    <span class="govuk-visually-hidden">${t("form.error")}:</span> ${error}
  </p>`;
}

/**
 * @param {{name: string, legend: string, value: string, onChange: (value: string) => void,
 *   options: {value: string, label: string, hint?: string}[], error?: string, isInline?: boolean}} props
 */
export function Radios({ name, legend, value, onChange, options, error, isInline = false }) {
  return html`<div class=${`govuk-form-group ${error ? "govuk-form-group--error" : ""}`}>
    <fieldset class="govuk-fieldset" aria-describedby=${error ? `${name}-error` : undefined}>
      <legend class="govuk-fieldset__legend govuk-fieldset__legend--s">${legend}</legend>
      <${FieldError} id=${`${name}-error`} error=${error} />
      <div class=${`govuk-radios govuk-radios--small ${isInline ? "govuk-radios--inline" : ""}`}>
        ${options.map((one) => html`<div class="govuk-radios__item" key=${one.value}>
          <input class="govuk-radios__input" type="radio" name=${name} id=${`${name}-${one.value}`}
            checked=${value === one.value} onChange=${() => onChange(one.value)}
            aria-describedby=${one.hint ? `${name}-${one.value}-hint` : undefined} />
          <label class="govuk-label govuk-radios__label" for=${`${name}-${one.value}`}>${one.label}</label>
          ${one.hint && html`<div class="govuk-hint govuk-radios__hint" id=${`${name}-${one.value}-hint`}>${one.hint}</div>`}
        </div>`)}
      </div>
    </fieldset>
  </div>`;
}

/** @param {{id: string, label: string, isChecked: boolean, onChange: (isChecked: boolean) => void, error?: string}} props */
export function Checkbox({ id, label, isChecked, onChange, error }) {
  return html`<div class=${`govuk-form-group ${error ? "govuk-form-group--error" : ""}`}>
    <${FieldError} id=${`${id}-error`} error=${error} />
    <div class="govuk-checkboxes govuk-checkboxes--small">
      <div class="govuk-checkboxes__item">
        <input class="govuk-checkboxes__input" type="checkbox" id=${id} name=${id} checked=${isChecked}
          aria-describedby=${error ? `${id}-error` : undefined}
          onChange=${(/** @type {{currentTarget: HTMLInputElement}} */ event) => onChange(event.currentTarget.checked)} />
        <label class="govuk-label govuk-checkboxes__label" for=${id}>${label}</label>
      </div>
    </div>
  </div>`;
}

/** What is wrong, on top of a form, with a link to each field. Takes the focus when it appears. @param {{errors: Record<string, string>}} props */
export function ErrorSummary({ errors }) {
  const box = useRef(/** @type {HTMLElement|null} */ (null));
  const found = Object.entries(errors);
  useEffect(() => {
    if (found.length) box.current?.focus();
  }, [errors]);
  if (!found.length) return null;
  return html`<div class="govuk-error-summary" tabindex="-1" ref=${box}>
    <div role="alert">
      <h2 class="govuk-error-summary__title">${t("form.problem")}</h2>
      <ul class="govuk-list govuk-error-summary__list">
        ${found.map(([id, text]) => html`<li key=${id}><a href=${`#${id}`} onClick=${goTo(id)}>${text}</a></li>`)}
      </ul>
    </div>
  </div>`;
}

/** @param {string} id */
function goTo(id) {
  return (/** @type {Event} */ event) => {
    event.preventDefault();
    document.getElementById(id)?.focus();
  };
}
