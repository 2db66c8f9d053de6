/** Which camera, microphone and speaker; while an encoder sends, the speaker alone. */

import { html } from "../html.js";
import { inside, isEncoded } from "../state/meeting.js";
import { t } from "../text.js";
import { useApp, useAppState } from "./context.js";
import { Checkbox, FieldError } from "./fields.js";

const canChooseSpeaker = "setSinkId" in HTMLMediaElement.prototype;

/** @typedef {{choice: import("../media/devices.js").Choice, kind: string, list: MediaDeviceInfo[]}} Row */

export function DeviceChoice() {
  const { devices } = useApp();
  const now = devices.state.value;
  const isOwn = !isEncoded(inside(useAppState().meeting.view));
  /** @type {Row[]} */
  const all = [
    ...(isOwn ? [
      { choice: /** @type {const} */ ("cameraId"), kind: "camera", list: now.cameras },
      { choice: /** @type {const} */ ("microphoneId"), kind: "microphone", list: now.microphones },
    ] : []),
    ...(canChooseSpeaker ? [{ choice: /** @type {const} */ ("speakerId"), kind: "speaker", list: now.speakers }] : []),
  ];
  return html`<div class="devices">
    ${all.filter((one) => one.list.length).map((one) => html`<${Choice} key=${one.choice} ...${one} />`)}
    ${isOwn && html`<${Blur} />`}
  </div>`;
}

/** @param {Row} props */
function Choice({ choice, kind, list }) {
  const { devices, actions } = useApp();
  const now = devices.state.value;
  const used = chosen(list, now[choice]);
  const error = now.notTaken?.kind === kind ? t(`device.not_taken.${now.notTaken.state}`) : "";
  return html`<div class=${`govuk-form-group ${error ? "govuk-form-group--error" : ""}`}>
    <label class="govuk-label govuk-label--s" for=${choice}>${t(`device.${kind}`)}</label>
    <div role="alert"><${FieldError} id=${`${choice}-error`} error=${error} /></div>
    <select class="govuk-select" id=${choice} value=${used} aria-describedby=${error ? `${choice}-error` : undefined}
      onChange=${(/** @type {{currentTarget: HTMLSelectElement}} */ event) => actions.chooseDevice(choice, event.currentTarget.value)}>
      ${list.map((one, index) => html`<option key=${one.deviceId} value=${one.deviceId} selected=${one.deviceId === used}>
        ${one.label || t("device.unnamed", { number: index + 1 })}
      </option>`)}
    </select>
  </div>`;
}

/** What is in use; before a choice, the first of the list. @param {MediaDeviceInfo[]} list @param {string} id */
function chosen(list, id) {
  return (list.find((one) => one.deviceId === id) ?? list[0]).deviceId;
}

/** The camera's own, where it has one. */
function Blur() {
  const { devices, actions } = useApp();
  const { blur } = devices.state.value;
  if (blur === "none") return null;
  return html`<${Checkbox} id="blur" label=${t("device.blur")} isChecked=${blur === "on"} onChange=${actions.setBlurred} />`;
}

/** By the last word of their text. */
const PROCESSING = /** @type {const} */ ({ echo: "echoCancellation", noise: "noiseSuppression", volume: "autoGainControl" });

/** How the browser prepares one's voice. */
export function SoundChoice() {
  const { devices, actions } = useApp();
  const { processing } = devices.state.value;
  return html`<fieldset class="govuk-fieldset sound-choice">
    <legend class="govuk-fieldset__legend govuk-fieldset__legend--s">${t("sound.title")}</legend>
    ${Object.entries(PROCESSING).map(([word, name]) => html`
      <${Checkbox} key=${name} id=${name} label=${t(`sound.${word}`)} isChecked=${processing[name]}
        onChange=${(/** @type {boolean} */ isOn) => actions.setProcessing({ [name]: isOn })} />`)}
  </fieldset>`;
}
