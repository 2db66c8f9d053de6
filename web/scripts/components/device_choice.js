/** Which camera, microphone and speaker; while an encoder sends, the speaker alone. */

import { html } from "../html.js";
import { inside, isEncoded } from "../state/meeting.js";
import { t } from "../text.js";
import { useApp, useAppState } from "./context.js";

const canChooseSpeaker = "setSinkId" in HTMLMediaElement.prototype;

export function DeviceChoice() {
  const { devices, actions } = useApp();
  const now = devices.state.value;
  /** @type {{choice: import("../media/devices.js").Choice, label: string, list: MediaDeviceInfo[]}[]} */
  const all = [
    ...(isEncoded(inside(useAppState().meeting.view)) ? [] : [
      { choice: /** @type {const} */ ("cameraId"), label: t("device.camera"), list: now.cameras },
      { choice: /** @type {const} */ ("microphoneId"), label: t("device.microphone"), list: now.microphones },
    ]),
    ...(canChooseSpeaker ? [{ choice: /** @type {const} */ ("speakerId"), label: t("device.speaker"), list: now.speakers }] : []),
  ];
  return html`<div class="devices">
    ${all.filter((one) => one.list.length).map(({ choice, label, list }) => html`<div class="govuk-form-group" key=${choice}>
      <label class="govuk-label govuk-label--s" for=${choice}>${label}</label>
      <select class="govuk-select" id=${choice} value=${chosen(list, now[choice])}
        onChange=${(/** @type {{currentTarget: HTMLSelectElement}} */ event) => actions.chooseDevice(choice, event.currentTarget.value)}>
        ${list.map((one, index) => html`<option key=${one.deviceId} value=${one.deviceId} selected=${one.deviceId === chosen(list, now[choice])}>
          ${one.label || t("device.unnamed", { number: index + 1 })}
        </option>`)}
      </select>
    </div>`)}
  </div>`;
}

/** What is in use; before a choice, the first of the list. @param {MediaDeviceInfo[]} list @param {string} id */
function chosen(list, id) {
  return (list.find((one) => one.deviceId === id) ?? list[0]).deviceId;
}
