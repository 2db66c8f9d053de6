/** How loud the others are here. */

import { html } from "../html.js";
import { t } from "../text.js";
import { useApp } from "./context.js";
import { Icon } from "./icon.js";

const STEP = 0.1;

export function Volume() {
  const { volume } = useApp();
  const set = (/** @type {{currentTarget: HTMLInputElement}} */ event) => {
    volume.value = Number(event.currentTarget.value);
  };
  return html`<div class="volume">
    <${Icon} name="speaker" />
    <input id="volume" class="volume__range" type="range" min="0" max="1" step=${STEP} value=${volume.value} onInput=${set} />
    <label class="volume__label" for="volume">${t("control.volume")}</label>
  </div>`;
}
