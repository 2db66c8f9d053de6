/** The names behind this connection: one's own, and of those sitting beside. */

import { html } from "../html.js";
import { t } from "../text.js";
import { TextField } from "./fields.js";

const MAX_NAMES = 6;

/** @param {{names: string[], onChange: (names: string[]) => void, errors: Record<string, string>}} props */
export function Names({ names, onChange, errors }) {
  const change = (/** @type {number} */ at, /** @type {string} */ name) =>
    onChange(names.map((one, index) => (index === at ? name : one)));
  const remove = (/** @type {number} */ at) => onChange(names.filter((_, index) => index !== at));
  return html`<div class="names">
    <${TextField} id="name-1" label=${t("prejoin.name")} hint=${t("prejoin.name_hint")} value=${names[0] ?? ""}
      onInput=${(/** @type {string} */ name) => change(0, name)} error=${errors["name-1"]} autocomplete="name" />
    ${names.slice(1).map((name, index) => html`<div class="names__more" key=${index}>
      <${TextField} id=${`name-${index + 2}`} label=${t("prejoin.name_of", { number: index + 2 })} value=${name}
        onInput=${(/** @type {string} */ value) => change(index + 1, value)} />
      <button type="button" class="vmr-link" onClick=${() => remove(index + 1)}>
        ${t("prejoin.remove_person")}<span class="govuk-visually-hidden"> ${index + 2}</span>
      </button>
    </div>`)}
    ${names.length < MAX_NAMES && html`<button type="button" class="vmr-link names__add" onClick=${() => onChange([...names, ""])}>
      ${t("prejoin.add_person")}
    </button>`}
  </div>`;
}
