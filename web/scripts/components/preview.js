/** One's own picture and microphone level, before anything is sent. */

import { useEffect, useRef } from "../../vendor/preact-hooks.js";
import { html } from "../html.js";
import { watchLevel } from "../media/level.js";
import { t } from "../text.js";
import { useApp } from "./context.js";
import { Icon } from "./icon.js";
import { useVideo } from "./video.js";

const BARS = 16;

export function Preview() {
  const { devices, actions } = useApp();
  const { camera, cameraTrack, microphone, microphoneTrack } = devices.state.value;
  const { ref } = useVideo(cameraTrack);
  const isBroken = [camera, microphone].some((one) => !["live", "off", "idle", "opening"].includes(one));
  return html`<div class="preview">
    <div class="preview__picture" data-kind="preview">
      ${cameraTrack
        ? html`<video class="preview__video" ref=${ref} autoplay playsinline muted aria-label=${t("preview.video")}></video>`
        : html`<div class="preview__none"><${Icon} name="camera-off" size=${40} /><p>${t(`camera.${camera}`)}</p></div>`}
      ${cameraTrack && html`<p class="preview__note">${t("preview.not_sent")}</p>`}
    </div>
    <div class="preview__bar">
      <${Icon} name=${microphoneTrack ? "microphone" : "microphone-off"} />
      ${microphoneTrack ? html`<${LevelMeter} track=${microphoneTrack} />` : html`<p class="preview__silent">${t(`microphone.${microphone}`)}</p>`}
      ${cameraTrack || camera === "off" ? html`<button type="button" class="govuk-button govuk-button--secondary vmr-flush vmr-small"
        onClick=${() => actions.toggleOwnCamera()}>${t(cameraTrack ? "control.stop_camera" : "control.start_camera")}</button>` : null}
    </div>
    ${isBroken && html`<${DeviceHelp} camera=${camera} microphone=${microphone} />`}
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

/** @param {{camera: string, microphone: string}} props */
function DeviceHelp({ camera, microphone }) {
  const { actions } = useApp();
  const isRefused = camera === "refused" || microphone === "refused";
  return html`<div class="govuk-inset-text preview__help">
    <p class="govuk-body">${t(isRefused ? "preview.help_refused" : "preview.help_missing")}</p>
    <p class="govuk-body">${t("preview.help_anyway")}</p>
    <button type="button" class="govuk-button govuk-button--secondary vmr-flush" onClick=${() => actions.retryDevices()}>${t("preview.retry")}</button>
  </div>`;
}
