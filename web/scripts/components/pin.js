/** The Host PIN: attempts and time left, and what the policy wants confirmed before opening. */

import { useState } from "../../vendor/preact-hooks.js";
import { html } from "../html.js";
import { duration } from "../state/clock.js";
import { withoutSpaces } from "../state/input.js";
import { has, t } from "../text.js";
import { Alerts } from "./alerts.js";
import { useApp, useAppState } from "./context.js";
import { Checkbox, ErrorSummary, TextField } from "./fields.js";
import { Heading, Page, Phones } from "./page.js";
import { useServerNow } from "./time.js";

export function Pin() {
  const { actions } = useApp();
  const { journey, meeting } = useAppState();
  const view = meeting.view?.place === "pin" ? meeting.view : null;
  const left = (view?.deadline ?? 0) - useServerNow();
  if (!view) return null;
  return html`<${Page}>
    <${Alerts} />
    <div class="narrow">
      <${Heading} caption=${view.room.name}>${t("pin.title")}<//>
      ${journey.isReturn && html`<div class="govuk-inset-text" role="alert">${t("returning.pin")}</div>`}
      ${view.is_closed && html`<div class="govuk-inset-text" role="alert">${t("pin.closed")}</div>`}
      <${PinForm} confirmations=${view.confirmations} hint="pin.hint" button=${t("pin.open")} />
      <p class="govuk-hint pin__left">
        ${t(view.attempts_left === 1 ? "pin.attempt_left" : "pin.attempts_left", { count: view.attempts_left })}
        ${" "}${t("pin.time_left", { time: duration(left) })}
      </p>
      <button type="button" class="vmr-link" onClick=${() => actions.leave()}>${t("dialog.cancel")}</button>
      <${Phones} />
    </div>
  <//>`;
}

/**
 * @param {{confirmations: string[], hint: string, button: string, onDone?: () => void}} props
 */
export function PinForm({ confirmations, hint, button, onDone }) {
  const { actions } = useApp();
  const [pin, setPin] = useState("");
  const [ticked, setTicked] = useState(/** @type {string[]} */ ([]));
  const [errors, setErrors] = useState(/** @type {Record<string, string>} */ ({}));
  const [isBusy, setBusy] = useState(false);

  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const digits = withoutSpaces(pin);
    const missing = check(digits, confirmations, ticked);
    setErrors(missing);
    if (Object.keys(missing).length || isBusy) return;
    setBusy(true);
    const problem = await actions.ask("host.enter_pin", { pin: digits, confirmed: ticked });
    setBusy(false);
    setPin("");
    if (problem) setErrors({ "host-pin": has(`error.${problem.code}`) ? t(`error.${problem.code}`) : problem.message });
    else onDone?.();
  };
  const tick = (/** @type {string} */ id, /** @type {boolean} */ isOn) =>
    setTicked(isOn ? [...ticked, id] : ticked.filter((one) => one !== id));
  return html`<form onSubmit=${submit} novalidate>
    <${ErrorSummary} errors=${errors} />
    ${confirmations.map((id) => html`<${Checkbox} key=${id} id=${`confirm-${id}`} label=${t(`confirmation.${id}`)}
      isChecked=${ticked.includes(id)} onChange=${(/** @type {boolean} */ isOn) => tick(id, isOn)} error=${errors[`confirm-${id}`]} />`)}
    <${TextField} id="host-pin" label=${t("pin.label")} hint=${t(hint)} value=${pin} onInput=${setPin} error=${errors["host-pin"]} isPin=${true} size="m" />
    <button type="submit" class="govuk-button" aria-disabled=${isBusy}>${button}</button>
  </form>`;
}

/** @param {string} pin @param {string[]} confirmations @param {string[]} ticked @returns {Record<string, string>} */
function check(pin, confirmations, ticked) {
  const open = confirmations.filter((id) => !ticked.includes(id));
  return {
    ...Object.fromEntries(open.map((id) => [`confirm-${id}`, t("pin.confirm_missing")])),
    ...(/^\d{4,20}$/.test(pin) ? {} : { "host-pin": t("pin.missing") }),
  };
}
