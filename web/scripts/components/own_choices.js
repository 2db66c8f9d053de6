/** What a person sets for themselves: sounds, and shortcuts of one key with their list. */

import { html } from "../html.js";
import { SHORTCUTS } from "../state/shortcuts.js";
import { t } from "../text.js";
import { useApp } from "./context.js";
import { Checkbox } from "./fields.js";

export function SoundsChoice() {
  const { preferences } = useApp();
  return html`<${Checkbox} id="sounds" label=${t("sound.signals")} isChecked=${preferences.choices.value.hasSounds}
    onChange=${(/** @type {boolean} */ hasSounds) => preferences.set({ hasSounds })} />`;
}

/** @param {{acts: string[]}} props those of this seat */
export function ShortcutList({ acts }) {
  const { preferences } = useApp();
  const { hasShortcuts } = preferences.choices.value;
  const shown = SHORTCUTS.filter(([, act]) => acts.includes(act));
  return html`
    <${Checkbox} id="shortcuts" label=${t("shortcut.on")} isChecked=${hasShortcuts}
      onChange=${(/** @type {boolean} */ isOn) => preferences.set({ hasShortcuts: isOn })} />
    <dl class=${`govuk-summary-list shortcuts ${hasShortcuts ? "" : "shortcuts--off"}`}>
      <${Row} keys=${t("shortcut.space")} what=${t("shortcut.talk")} />
      ${shown.map(([key, act]) => html`<${Row} key=${key} keys=${key.toUpperCase()} what=${t(`shortcut.${act}`)} />`)}
    </dl>`;
}

/** @param {{keys: string, what: string}} props */
function Row({ keys, what }) {
  return html`<div class="govuk-summary-list__row">
    <dt class="govuk-summary-list__key"><kbd>${keys}</kbd></dt><dd class="govuk-summary-list__value">${what}</dd>
  </div>`;
}
