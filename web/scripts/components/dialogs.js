/** Which dialog of the meeting is open, and what its confirmation does. */

import { html } from "../html.js";
import { isEncoded, may, nameOf } from "../state/meeting.js";
import { t } from "../text.js";
import { useApp } from "./context.js";
import { DeviceChoice, SoundChoice } from "./device_choice.js";
import { Confirm, Dialog } from "./dialog.js";
import { Encoder } from "./encoder.js";
import { ShortcutList, SoundsChoice } from "./own_choices.js";
import { PinForm } from "./pin.js";
import { Presence } from "./presence.js";
import { SaveData } from "./save_data.js";
import { LanguageSwitch } from "./language.js";
import { Volume } from "./volume.js";

/** @typedef {import("../types.js").InsideView} InsideView */
/** @typedef {import("./meeting.js").DialogName} DialogName */

/**
 * What a confirmation asks for: texts are `dialog.{kind}.title`, `.body`, `.confirm`.
 * @type {Record<string, {request?: string, isDanger?: boolean, hasReason?: boolean}>}
 */
const CONFIRMATIONS = {
  hand_over: { request: "room.hand_over" },
  end: { request: "room.end", isDanger: true, hasReason: true },
  refuse: { request: "knock.refuse", isDanger: true, hasReason: true },
  remove: { request: "participant.remove", isDanger: true, hasReason: true },
  send_back: { request: "participant.send_back", hasReason: true },
  pause: { request: "room.pause", hasReason: true },
  take_over: {},
  leave: { isDanger: true },
};

/** @param {{dialog: DialogName, view: InsideView, acts: string[], open: (dialog: DialogName) => void, close: () => void}} props */
export function MeetingDialog({ dialog, view, acts, open, close }) {
  switch (dialog.kind) {
    case "presence":
      return html`<${Dialog} title=${t("presence.title")} close=${close}><${Presence} view=${view} /><${Close} close=${close} /><//>`;
    case "devices":
      return html`<${Dialog} title=${t("dialog.devices")} close=${close}>
        <${DeviceChoice} /><div class="dialog__volume"><${Volume} /></div>
        ${!isEncoded(view) && html`<${SoundChoice} />`}
        <${SoundsChoice} />
        <${SaveData} />
        <${LanguageSwitch} />
        <div class="govuk-button-group dialog__buttons">
          <button type="button" class="govuk-button govuk-button--secondary" onClick=${close}>${t("dialog.close")}</button>
          ${hasEncoders(view) && html`<button type="button" class="govuk-button govuk-button--secondary" aria-haspopup="dialog"
            onClick=${() => open({ kind: "encoder" })}>${t("encoder.use")}</button>`}
          <button type="button" class="govuk-button govuk-button--secondary" aria-haspopup="dialog"
            onClick=${() => open({ kind: "shortcuts" })}>${t("shortcut.title")}</button>
        </div><//>`;
    case "encoder":
      return html`<${Dialog} title=${t("encoder.use")} close=${close}><${Encoder} view=${view} close=${close} /><//>`;
    case "shortcuts":
      return html`<${Dialog} title=${t("shortcut.title")} close=${close}><${ShortcutList} acts=${acts} /><${Close} close=${close} /><//>`;
    case "step_up":
      return html`<${Dialog} title=${t("dialog.step_up")} close=${close}><${StepUp} view=${view} close=${close} /><//>`;
    default:
      return html`<${ConfirmRequest} dialog=${dialog} view=${view} close=${close} />`;
  }
}

/** Somebody who may have one, or has one. @param {InsideView} view */
function hasEncoders(view) {
  return may(view, "encode") || view.encoder !== "off";
}

/** @param {{dialog: DialogName, view: InsideView, close: () => void}} props */
function ConfirmRequest({ dialog, view, close }) {
  const { actions } = useApp();
  const { kind, participant = "" } = dialog;
  const { request, isDanger, hasReason } = CONFIRMATIONS[kind];
  const name = nameOf(view, participant) || (view.knocks.find((one) => one.id === participant)?.name ?? "");
  const confirm = (/** @type {string} */ reason) => {
    if (kind === "take_over") return actions.present(true);
    if (kind === "leave") return actions.leave();
    return actions.tell(request ?? "", { ...(participant ? { participant } : {}), ...(hasReason ? { reason } : {}) });
  };
  const values = { name, presenter: view.presenter ? nameOf(view, view.presenter) : "" };
  return html`<${Confirm} title=${t(`dialog.${kind}.title`, values)} body=${t(`dialog.${kind}.body`, values)}
    confirm=${t(`dialog.${kind}.confirm`, values)} isDanger=${isDanger} close=${close} onConfirm=${confirm}
    reasonHint=${hasReason ? t(`dialog.${kind}.reason`) : undefined} />`;
}

/** @param {{view: InsideView, close: () => void}} props */
function StepUp({ view, close }) {
  if (view.step_up_closed) {
    return html`<p class="govuk-body">${t("error.step_up_closed")}</p><${Close} close=${close} />`;
  }
  const left = view.step_up_attempts_left;
  return html`<p class="govuk-body">${t("dialog.step_up.body")}</p>
    <${PinForm} confirmations=${[]} hint="pin.hint_digits" button=${t("dialog.step_up.confirm")} onDone=${close} />
    <p class="govuk-hint">${t(left === 1 ? "pin.attempt_left" : "pin.attempts_left", { count: left })}</p>
    <${Close} close=${close} label=${t("dialog.cancel")} />`;
}

/** @param {{close: () => void, label?: string}} props */
function Close({ close, label = t("dialog.close") }) {
  return html`<button type="button" class="govuk-button govuk-button--secondary vmr-flush" onClick=${close}>${label}</button>`;
}
