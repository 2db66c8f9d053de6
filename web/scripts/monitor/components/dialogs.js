/** Questions before what cannot be undone, and the note of a concern. */

import { useState } from "../../../vendor/preact-hooks.js";
import { Dialog } from "../../components/dialog.js";
import { Checkbox, ErrorSummary, Radios, TextField } from "../../components/fields.js";
import { html } from "../../html.js";
import { t } from "../../text.js";
import { Choose } from "./choose.js";
import { useMonitor, useWall } from "./context.js";

const TEXT_CHARACTERS = 500;
const INCIDENT_CHARACTERS = 100;
const CATEGORIES = ["rule_broken", "security", "distress"];

/** @typedef {import("../types.js").WallRoom} WallRoom */

/** @param {{dialog: import("../types.js").WallDialog, close: () => void}} props */
export function MonitorDialog({ dialog, close }) {
  const { rooms } = useWall();
  if (dialog.kind === "rooms") return html`<${Dialog} title=${t("monitor.rooms")} close=${close}><${Choose} close=${close} /><//>`;
  const room = dialog.room && (rooms[dialog.room.id] ?? dialog.room);
  if (!room) return null;
  const title = t(`monitor.dialog.${dialog.kind}.title`, { room: room.name });
  return html`<${Dialog} title=${title} close=${close}>
    ${contentOf(dialog.kind, room, close)}
  <//>`;
}

/** @param {"pause"|"end"|"concern"|"player"} kind @param {WallRoom} room @param {() => void} close */
function contentOf(kind, room, close) {
  if (kind === "concern") return html`<${Concern} room=${room} close=${close} />`;
  if (kind === "player") return html`<${Player} room=${room} close=${close} />`;
  return html`<${WithReason} kind=${kind} room=${room} close=${close} />`;
}

/** Address and token of the officer's own player; asking again makes the one before void. @param {{room: WallRoom, close: () => void}} props */
function Player({ room, close }) {
  const { controller } = useMonitor().app;
  const [access, setAccess] = useState(/** @type {{url: string, token: string}|null} */ (null));
  const get = async () => setAccess(await controller.player(room));
  return html`<p class="govuk-body">${t("monitor.dialog.player.body")}</p>
    ${access && html`<label class="govuk-label" for="player-url">${t("encoder.address")}</label>
      <input class="govuk-input encoder__field" id="player-url" readonly value=${access.url} />
      <label class="govuk-label" for="player-token">${t("encoder.token")}</label>
      <input class="govuk-input encoder__field" id="player-token" readonly value=${access.token} />`}
    <div class="govuk-button-group dialog__buttons">
      <button type="button" class="govuk-button" onClick=${get}>${t("monitor.dialog.player.confirm")}</button>
      <button type="button" class="govuk-button govuk-button--secondary" onClick=${close}>${t("dialog.close")}</button>
    </div>`;
}

/** Pause or end. @param {{kind: "pause"|"end", room: WallRoom, close: () => void}} props */
function WithReason({ kind, room, close }) {
  const { controller } = useMonitor().app;
  const [reason, setReason] = useState("");
  const [error, setError] = useState("");
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!reason.trim()) return setError(t("desk.reason_missing"));
    const problem = await controller.ask(`room.${kind}`, room, { reason: reason.trim() });
    return problem ? setError(problem) : close();
  };
  return html`<form onSubmit=${submit} novalidate>
    <p class="govuk-body">${t(`monitor.dialog.${kind}.body`)}</p>
    <${TextField} id="reason" label=${t("dialog.reason")} hint=${t(`monitor.dialog.${kind}.hint`)} value=${reason} onInput=${setReason} error=${error} limit=${TEXT_CHARACTERS} />
    <${Buttons} label=${t(`monitor.dialog.${kind}.confirm`)} isDanger=${kind === "end"} close=${close} />
  </form>`;
}

/** A note into the record, and to the desk if wished. @param {{room: WallRoom, close: () => void}} props */
function Concern({ room, close }) {
  const { controller } = useMonitor().app;
  const [category, setCategory] = useState("");
  const [incident, setIncident] = useState("");
  const [note, setNote] = useState("");
  const [followUp, setFollowUp] = useState("");
  const [tellsDesk, setTellsDesk] = useState(true);
  const [errors, setErrors] = useState(/** @type {Record<string, string>} */ ({}));
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const missing = {
      ...(category ? {} : { "category-rule_broken": t("monitor.concern.category_missing") }),
      ...(note.trim() ? {} : { note: t("monitor.concern.note_missing") }),
    };
    setErrors(missing);
    if (Object.keys(missing).length) return;
    const problem = await controller.ask("concern.raise", room, {
      category, incident: incident.trim(), note: note.trim(), follow_up: followUp.trim(), tells_desk: tellsDesk,
    });
    if (problem) setErrors({ note: problem });
    else close();
  };
  const options = CATEGORIES.map((value) => ({ value, label: t(`monitor.concern.${value}`) }));
  return html`<form onSubmit=${submit} novalidate>
    <${ErrorSummary} errors=${errors} />
    <${Radios} name="category" legend=${t("monitor.concern.category")} value=${category} onChange=${setCategory} options=${options} error=${errors["category-rule_broken"]} />
    <${TextField} id="note" label=${t("monitor.concern.note")} hint=${t("monitor.concern.note_hint")} value=${note} onInput=${setNote} error=${errors.note} limit=${TEXT_CHARACTERS} />
    <${TextField} id="incident" label=${t("monitor.concern.incident")} value=${incident} onInput=${setIncident} limit=${INCIDENT_CHARACTERS} />
    <${TextField} id="follow_up" label=${t("monitor.concern.follow_up")} value=${followUp} onInput=${setFollowUp} limit=${TEXT_CHARACTERS} />
    <${Checkbox} id="tells_desk" label=${t("monitor.concern.tells_desk")} isChecked=${tellsDesk} onChange=${setTellsDesk} />
    <${Buttons} label=${t("monitor.concern.save")} isDanger=${false} close=${close} />
  </form>`;
}

/** @param {{label: string, isDanger: boolean, close: () => void}} props */
function Buttons({ label, isDanger, close }) {
  return html`<div class="govuk-button-group dialog__buttons">
    <button type="submit" class=${`govuk-button ${isDanger ? "govuk-button--warning" : ""}`}>${label}</button>
    <button type="button" class="govuk-button govuk-button--secondary" onClick=${close}>${t("dialog.cancel")}</button>
  </div>`;
}
