/** Questions before what cannot be undone, and what is asked for: reasons, words, minutes, IDs. */

import { useState } from "../../../vendor/preact-hooks.js";
import { ClaimForm } from "../../components/claim_form.js";
import { Dialog } from "../../components/dialog.js";
import { Checkbox, FieldError, TextField } from "../../components/fields.js";
import { html } from "../../html.js";
import { t } from "../../text.js";
import { useDesk, useDeskState } from "./context.js";

const TEXT_CHARACTERS = 500;
const DEFAULT_MINUTES = "15";

/** @typedef {import("../types.js").DeskDialog} DialogOf */
/** @typedef {{request: string, isDanger?: boolean, field?: "reason"|"text"|"minutes"}} Ask */

/** @type {Record<string, Ask>} */
const ASKS = {
  refuse: { request: "knock.refuse", isDanger: true, field: "reason" },
  remove: { request: "participant.remove", isDanger: true, field: "reason" },
  send_back: { request: "participant.send_back", field: "reason" },
  pause: { request: "room.pause", field: "reason" },
  end: { request: "room.end", isDanger: true, field: "reason" },
  unlock: { request: "room.unlock" },
  message: { request: "room.message", field: "text" },
  extend: { request: "room.extend", field: "minutes" },
  open_room: { request: "knock.admit" },
  admit_terminal: { request: "knock.admit" },
};

/** @param {{dialog: DialogOf, close: () => void}} props */
export function DeskDialog({ dialog, close }) {
  const title = t(`desk.dialog.${dialog.kind}.title`, { name: dialog.name ?? "", room: dialog.room.name });
  const Form = dialog.kind === "admit_with_id" ? AdmitWithId : AskForm;
  return html`<${Dialog} title=${title} close=${close}><${Form} dialog=${dialog} close=${close} /><//>`;
}

/** @param {{dialog: DialogOf, close: () => void}} props */
function AskForm({ dialog, close }) {
  const { kind, room, participant } = dialog;
  const { request, isDanger, field } = ASKS[kind];
  const { controller } = useDesk().app;
  const [value, setValue] = useState(field === "minutes" ? DEFAULT_MINUTES : "");
  const [confirmed, setConfirmed] = useState(/** @type {string[]} */ ([]));
  const [error, setError] = useState("");
  const confirmations = kind === "open_room" ? (useDeskState().rooms[room.id]?.meeting?.confirmations ?? []) : [];
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const missing = check(field, value, confirmations.length === confirmed.length);
    if (missing) return setError(missing);
    const problem = await controller.ask(request, room, {
      ...(participant ? { participant } : {}), ...(confirmations.length ? { confirmed } : {}), ...asked(field, value),
    });
    return problem ? setError(problem) : close();
  };
  const tick = (/** @type {string} */ id) => (/** @type {boolean} */ isChecked) =>
    setConfirmed(isChecked ? [...confirmed, id] : confirmed.filter((one) => one !== id));
  return html`<form onSubmit=${submit} novalidate>
    <p class="govuk-body">${t(`desk.dialog.${kind}.body`, { name: dialog.name ?? "" })}</p>
    ${confirmations.map((id) => html`<${Checkbox} key=${id} id=${`confirm-${id}`} label=${t(`confirmation.${id}`)} isChecked=${confirmed.includes(id)} onChange=${tick(id)} />`)}
    ${field && html`<${TextField} id="asked" label=${t(`desk.field.${field}`)} hint=${t(`desk.dialog.${kind}.hint`)} value=${value} onInput=${setValue} error=${error} limit=${TEXT_CHARACTERS} />`}
    ${!field && html`<${FieldError} id="asked-error" error=${error} />`}
    <div class="govuk-button-group dialog__buttons">
      <button type="submit" class=${`govuk-button ${isDanger ? "govuk-button--warning" : ""}`}>${t(`desk.dialog.${kind}.confirm`)}</button>
      <button type="button" class="govuk-button govuk-button--secondary" onClick=${close}>${t("dialog.cancel")}</button>
    </div>
  </form>`;
}

/** What is missing, in words. @param {Ask["field"]} field @param {string} value @param {boolean} isConfirmed */
function check(field, value, isConfirmed) {
  if (!isConfirmed) return t("desk.confirm_missing");
  if (field === "minutes") return /^[1-9]\d{0,3}$/.test(value.trim()) ? "" : t("desk.minutes_missing");
  return field && !value.trim() ? t(`desk.${field}_missing`) : "";
}

/** @param {Ask["field"]} field @param {string} value */
function asked(field, value) {
  if (!field) return {};
  return { [field]: field === "minutes" ? Number(value) : value.trim() };
}

/** After the lock: the ID of every person first, then in. @param {{dialog: DialogOf, close: () => void}} props */
function AdmitWithId({ dialog, close }) {
  const { controller } = useDesk().app;
  const { rooms } = useDeskState();
  const [claims, setClaims] = useState(/** @type {import("../../types.js").Claim[]} */ ([]));
  const knock = rooms[dialog.room.id]?.meeting?.waiting.find((one) => one.knock.id === dialog.participant)?.knock;
  const open = (knock?.persons ?? []).filter((one) => !one.is_attested && !claims.some((claim) => claim.person === one.id));
  const [person] = open;
  const save = async (/** @type {import("../../types.js").Claim} */ claim) => {
    const attestations = [...claims, claim];
    setClaims(attestations);
    if (open.length > 1) return null;
    const problem = await controller.ask("knock.admit", dialog.room, { participant: dialog.participant, attestations });
    if (!problem) close();
    else setClaims([]);
    return problem ? { code: "", message: problem } : null;
  };
  const cancel = html`<button type="button" class="govuk-button govuk-button--secondary vmr-flush" onClick=${close}>${t("dialog.cancel")}</button>`;
  if (!person) return html`<p class="govuk-body">${t("desk.gone")}</p>${cancel}`;
  return html`<p class="govuk-body">${t("desk.dialog.admit_with_id.body")}</p>
    <${ClaimForm} key=${person.id} person=${person} onSave=${save} button=${t(open.length > 1 ? "claim.next" : "claim.save_admit")} />${cancel}`;
}
