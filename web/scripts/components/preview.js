/** One's own picture and microphone level, before anything is sent, and what to do when there is none. */

import { useEffect, useRef } from "../../vendor/preact-hooks.js";
import { html } from "../html.js";
import { watchLevel } from "../media/level.js";
import { browserOf } from "../state/browser.js";
import { deviceNews, joinsWith, usesHeadset } from "../state/device_news.js";
import { t } from "../text.js";
import { useApp } from "./context.js";
import { Icon } from "./icon.js";
import { useVideo } from "./video.js";

const BARS = 16;
const WELL = ["live", "off", "idle", "opening"];

/** @typedef {import("../media/devices.js").Devices} Devices */

export function Preview() {
  const { devices, actions } = useApp();
  const now = devices.state.value;
  const { camera, cameraTrack, microphone, microphoneTrack, isMuted } = now;
  const { ref } = useVideo(cameraTrack);
  return html`<div class="preview">
    <div class="preview__picture" data-kind="preview">
      ${cameraTrack
        ? html`<video class="preview__video" ref=${ref} autoplay playsinline muted aria-label=${t("preview.video")}></video>`
        : html`<div class="preview__none"><${Icon} name="camera-off" size=${40} /><p>${t(`camera.${camera}`)}</p></div>`}
      ${cameraTrack && html`<p class="preview__note">${t("preview.not_sent")}</p>`}
    </div>
    <div class="preview__bar">
      <${Icon} name=${microphoneTrack && !isMuted ? "microphone" : "microphone-off"} />
      ${microphoneTrack && !isMuted ? html`<${LevelMeter} track=${microphoneTrack} />`
        : html`<p class="preview__silent">${t(microphoneTrack ? "preview.muted" : `microphone.${microphone}`)}</p>`}
      ${microphoneTrack && html`<${Switch} label=${t(isMuted ? "control.unmute" : "control.mute")} onClick=${actions.toggleOwnMicrophone} />`}
      ${(cameraTrack || camera === "off") && html`<${Switch} label=${t(cameraTrack ? "control.stop_camera" : "control.start_camera")} onClick=${actions.toggleOwnCamera} />`}
    </div>
    <${Outcome} devices=${now} />
    ${[camera, microphone].some((one) => !WELL.includes(one)) && html`<${DeviceHelp} camera=${camera} microphone=${microphone} />`}
    <${HeadsetAdvice} devices=${now} />
  </div>`;
}

/** @param {{label: string, onClick: () => unknown}} props */
function Switch({ label, onClick }) {
  return html`<button type="button" class="govuk-button govuk-button--secondary vmr-flush vmr-small" onClick=${onClick}>${label}</button>`;
}

/** With what one joins as things are, and what has just become of a device. @param {{devices: Devices}} props */
function Outcome({ devices }) {
  const isOpening = [devices.camera, devices.microphone].includes("opening");
  const { change } = devices;
  const news = change && deviceNews(change);
  return html`<div class="preview__outcome" role="status">
    ${news && html`<p class="govuk-body" data-device-news=${news.key}>${t(news.key, news.values)}</p>`}
    ${!isOpening && html`<p class="govuk-body" data-joins-with=${joinsWith(devices)}>${t(`preview.joins.${joinsWith(devices)}`)}</p>`}
  </div>`;
}

/** Bars that follow the voice; the value is told to screen readers as a meter. @param {{track: MediaStreamTrack}} props */
export function LevelMeter({ track }) {
  const { actions } = useApp();
  const box = useRef(/** @type {HTMLElement|null} */ (null));
  useEffect(() => watchLevel(actions.audioContext(), track, (level) => {
    const lit = Math.round(level * BARS);
    [...(box.current?.children ?? [])].forEach((bar, index) => bar.classList.toggle("is-lit", index < lit));
    box.current?.setAttribute("aria-valuenow", String(Math.round(level * 100)));
  }), [track]);
  return html`<div class="level" ref=${box} role="meter" aria-label=${t("preview.level")} aria-valuemin="0" aria-valuemax="100" aria-valuenow="0">
    ${Array.from({ length: BARS }, (_, index) => html`<span class="level__bar" key=${index}></span>`)}
  </div>`;
}

/** What to do about what is missing, and that one can join all the same. @param {{camera: string, microphone: string}} props */
function DeviceHelp({ camera, microphone }) {
  const { actions } = useApp();
  const advice = [...new Set([camera, microphone].filter((one) => !WELL.includes(one)))];
  return html`<div class="govuk-inset-text preview__help" data-camera=${camera} data-microphone=${microphone}>
    ${advice.map((state) => html`<p class="govuk-body" key=${state}>${t(helpKey(state))}</p>`)}
    <p class="govuk-body">${t("preview.help_anyway")}</p>
    <button type="button" class="govuk-button govuk-button--secondary vmr-flush" onClick=${actions.retryDevices}>${t("preview.retry")}</button>
  </div>`;
}

/** The way to allow a device differs from browser to browser. @param {string} state */
function helpKey(state) {
  return state === "refused" ? `help.refused.${browserOf(navigator.userAgent, navigator.maxTouchPoints)}` : `help.${state}`;
}

/** Loudspeakers are overheard, and come back as an echo. @param {{devices: Devices}} props */
function HeadsetAdvice({ devices }) {
  const { microphones, speakers, microphoneId, speakerId, microphoneTrack } = devices;
  if (!microphoneTrack) return null;
  const label = (/** @type {MediaDeviceInfo[]} */ list, /** @type {string} */ id) => (list.find((one) => one.deviceId === id) ?? list[0])?.label ?? "";
  const isHeadset = usesHeadset([label(microphones, microphoneId), label(speakers, speakerId)]);
  return html`<p class="govuk-hint preview__advice" data-headset=${isHeadset}>${t(isHeadset ? "preview.headset" : "preview.no_headset")}</p>`;
}
