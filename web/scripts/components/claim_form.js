/** What the officer saw of one person's ID. No image is kept; the name is sealed in the record. */

import { useState } from "../../vendor/preact-hooks.js";
import { html } from "../html.js";
import { has, t } from "../text.js";
import { ErrorSummary, Radios, TextField } from "./fields.js";

/** @typedef {import("../types.js").Claim} Claim */

const METHODS = ["professional_card", "letter_and_photo_id"];
const PHOTO_IDS = ["passport", "photo_driving_licence"];

/**
 * @param {{person: import("../types.js").PersonView, button: string,
 *   onSave: (claim: Claim) => Promise<import("../types.js").Problem|null>}} props
 */
export function ClaimForm({ person, button, onSave }) {
  const [method, setMethod] = useState("");
  const [photoId, setPhotoId] = useState("");
  const [name, setName] = useState("");
  const [errors, setErrors] = useState(/** @type {Record<string, string>} */ ({}));
  const [isBusy, setBusy] = useState(false);
  const options = (/** @type {string[]} */ values) => values.map((value) => ({ value, label: t(`claim.${value}`) }));
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const missing = check(method, photoId, name);
    setErrors(missing);
    if (Object.keys(missing).length || isBusy) return;
    setBusy(true);
    const problem = await onSave({ person: person.id, method, documents: documents(method, photoId), verified_name: name.trim() });
    setBusy(false);
    if (problem) setErrors({ "verified-name": has(`error.${problem.code}`) ? t(`error.${problem.code}`) : problem.message });
  };
  return html`<form class="claim" onSubmit=${submit} novalidate data-claim=${person.id}>
    <${ErrorSummary} errors=${errors} />
    <${Radios} name="method" legend=${t("claim.method", { name: person.name })} value=${method} onChange=${setMethod} options=${options(METHODS)} error=${errors["method-professional_card"]} />
    ${method === "letter_and_photo_id" && html`<${Radios} name="photo-id" legend=${t("claim.photo_id")} value=${photoId}
      onChange=${setPhotoId} options=${options(PHOTO_IDS)} error=${errors["photo-id-passport"]} />`}
    <${TextField} id="verified-name" label=${t("claim.name")} hint=${t("claim.name_hint")} value=${name} onInput=${setName} error=${errors["verified-name"]} />
    <button type="submit" class="govuk-button vmr-small" aria-disabled=${isBusy}>${button}</button>
  </form>`;
}

/** @param {string} method @param {string} photoId @returns {string[]} */
function documents(method, photoId) {
  return method === "professional_card" ? ["professional_photo_card"] : ["letter_on_headed_paper", photoId];
}

/** @param {string} method @param {string} photoId @param {string} name @returns {Record<string, string>} */
function check(method, photoId, name) {
  return {
    ...(method ? {} : { "method-professional_card": t("claim.method_missing") }),
    ...(method === "letter_and_photo_id" && !photoId ? { "photo-id-passport": t("claim.photo_id_missing") } : {}),
    ...(name.trim() ? {} : { "verified-name": t("claim.name_missing") }),
  };
}
