/** The camera's picture, the choice of devices, and help where the browser refuses them. */

import { useEffect } from "../../../vendor/preact-hooks.js";
import { DeviceChoice } from "../../components/device_choice.js";
import { Icon } from "../../components/icon.js";
import { useVideo } from "../../components/video.js";
import { html } from "../../html.js";
import { browserOf } from "../../state/browser.js";
import { t } from "../../text.js";
import { useCheck } from "./context.js";

const WELL = ["live", "off", "idle", "opening"];

export function Camera() {
  const { devices } = useCheck();
  const { camera, microphone, cameraTrack } = devices.state.value;
  const { ref } = useVideo(cameraTrack);
  useEffect(() => () => devices.close(), []);
  return html`
    <div class="preview"><div class="preview__picture" data-kind="preview">
      ${cameraTrack
        ? html`<video class="preview__video" ref=${ref} autoplay playsinline muted aria-label=${t("preview.video")}></video>
            <p class="preview__note">${t("preview.not_sent")}</p>`
        : html`<div class="preview__none"><${Icon} name="camera-off" size=${40} /><p>${t(`camera.${camera}`)}</p></div>`}
    </div></div>
    <${DeviceChoice} />
    ${[camera, microphone].some((one) => !WELL.includes(one)) && html`<${Help} states=${[camera, microphone]} />`}`;
}

/** What to do in this very browser about what is missing. @param {{states: string[]}} props */
function Help({ states }) {
  const { devices } = useCheck();
  const family = browserOf(navigator.userAgent, navigator.maxTouchPoints);
  const missing = [...new Set(states.filter((one) => !WELL.includes(one)))];
  return html`<div class="govuk-inset-text" data-help=${family}>
    ${missing.map((state) => html`<p class="govuk-body" key=${state}>${t(state === "refused" ? `help.refused.${family}` : `help.${state}`)}</p>`)}
    <button type="button" class="govuk-button govuk-button--secondary vmr-flush" onClick=${() => devices.open()}>${t("preview.retry")}</button>
  </div>`;
}
