/** The private ID check of one connection: every person behind it, one after another. */

import { useState } from "../../vendor/preact-hooks.js";
import { html } from "../html.js";
import { t } from "../text.js";
import { ClaimForm } from "./claim_form.js";
import { useApp } from "./context.js";
import { TextField } from "./fields.js";

/** @param {{view: import("../types.js").InsideView, participant: import("../types.js").ParticipantView}} props */
export function CheckForm({ participant }) {
  const { actions } = useApp();
  const open = participant.persons.filter((one) => !one.is_attested);
  const [person] = open;
  const save = (/** @type {import("../types.js").Claim} */ claim) =>
    actions.ask("participant.attest", { participant: participant.id, claim });
  return html`<section class="check" aria-labelledby="check-heading">
    <h3 class="govuk-heading-s" id="check-heading">${t("id_check.title", { name: participant.name })}</h3>
    <p class="govuk-body-s">${t("id_check.private", { name: participant.name })}</p>
    ${person
      ? html`<${ClaimForm} key=${person.id} person=${person} onSave=${save} button=${t("claim.save")} />`
      : html`<p class="govuk-body-s"><strong>${t("id_check.all_recorded")}</strong></p>`}
    <${AddPerson} participant=${participant.id} />
    <button type="button" class="govuk-button govuk-button--secondary vmr-small vmr-flush"
      onClick=${() => actions.tell("participant.end_check", { participant: participant.id })}>${t("id_check.end")}</button>
  </section>`;
}

/** Somebody else is in the picture. @param {{participant: string}} props */
function AddPerson({ participant }) {
  const { actions } = useApp();
  const [isOpen, open] = useState(false);
  const [name, setName] = useState("");
  const add = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!name.trim()) return;
    if (await actions.tell("participant.add_person", { participant, name: name.trim() })) {
      setName("");
      open(false);
    }
  };
  if (!isOpen) return html`<p><button type="button" class="vmr-link" onClick=${() => open(true)}>${t("id_check.add_person")}</button></p>`;
  return html`<form onSubmit=${add}>
    <${TextField} id="added-name" label=${t("id_check.added_name")} value=${name} onInput=${setName} />
    <button type="submit" class="govuk-button govuk-button--secondary vmr-small">${t("id_check.add")}</button>
  </form>`;
}
