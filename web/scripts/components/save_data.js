/** Which pictures are received: less of them leaves more of a weak connection for sound. */

import { html } from "../html.js";
import { t } from "../text.js";
import { useApp, useAppState } from "./context.js";
import { Radios } from "./fields.js";

/** @type {import("../types.js").Pictures[]} */
const CHOICES = ["all", "speaker", "none"];

export function SaveData() {
  const { actions } = useApp();
  const { saving } = useAppState();
  return html`<${Radios} name="saving" legend=${t("saving.title")} value=${saving} onChange=${actions.save}
    options=${CHOICES.map((value) => ({ value, label: t(`saving.${value}`) }))} />`;
}
