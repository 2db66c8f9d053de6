/** Who waits at the door, and the decision about each. */

import { useState } from "../../vendor/preact-hooks.js";
import { html } from "../html.js";
import { duration } from "../state/clock.js";
import { admissionNeedsId } from "../state/meeting.js";
import { t } from "../text.js";
import { useApp } from "./context.js";
import { ClaimForm } from "./claim_form.js";
import { useServerNow } from "./time.js";

/** @typedef {import("../types.js").InsideView} InsideView */
/** @typedef {import("../types.js").KnockView} KnockView */
/** @typedef {(dialog: import("./meeting.js").DialogName) => void} OpenDialog */

/** @param {{view: InsideView, open: OpenDialog}} props */
export function Door({ view, open }) {
  const { actions } = useApp();
  const expected = view.knocks.filter((one) => one.is_expected).length;
  const offersAll = expected > 1 && !view.was_locked;
  return html`<section class="door" aria-labelledby="door-heading">
    <h3 class="govuk-heading-s" id="door-heading">${t("door.title", { count: view.knocks.length })}</h3>
    ${!view.knocks.length && html`<p class="govuk-hint vmr-flush">${t("door.empty")}</p>`}
    ${offersAll && html`<button type="button" class="govuk-button vmr-small" onClick=${() => actions.tell("knock.admit_expected")}>${t("door.admit_expected")}</button>`}
    <ul class="door__list">
      ${view.knocks.map((one) => html`<${Knock} key=${one.id} view=${view} knock=${one} open=${open} />`)}
    </ul>
  </section>`;
}

/** @param {{view: InsideView, knock: KnockView, open: OpenDialog}} props */
function Knock({ view, knock, open }) {
  const { actions } = useApp();
  const [isRecording, record] = useState(false);
  const now = useServerNow();
  const participant = knock.id;
  const needsId = admissionNeedsId(view) && knock.role === "guest" && knock.persons.some((one) => !one.is_attested);
  const admit = () => (needsId ? record(true) : void actions.tell("knock.admit", { participant, attestations: [] }));
  return html`<li class="knock" data-knock=${knock.id}>
    <p class="knock__name">${knock.persons.map((one) => one.name).join(", ") || knock.name}</p>
    <p class="knock__facts">
      ${t(`role.${knock.role}`)}${knock.is_expected ? `, ${t("door.expected")}` : ""}${knock.host_pin_verified ? `, ${t("door.host_pin")}` : ""}.
      ${knock.is_like_banned ? html` <strong>${t("door.like_banned")}</strong>` : ""}
      ${knock.like.length > 0 ? ` ${t("door.like", { name: knock.like.join(", ") })}` : ""}
      ${" "}${t("door.since", { time: duration(now - knock.since) })}${knock.count > 1 ? ` ${t("door.count", { count: knock.count })}` : ""}
      ${knock.page_gone ? ` ${t("door.page_gone")}` : ""}
    </p>
    ${isRecording
      ? html`<${AdmitWithId} knock=${knock} close=${() => record(false)} />`
      : html`<div class="knock__buttons">
          <button type="button" class="govuk-button vmr-small" onClick=${admit}>${t("door.admit")}<span class="govuk-visually-hidden"> ${knock.name}</span></button>
          <button type="button" class="govuk-button govuk-button--secondary vmr-small" onClick=${() => open({ kind: "refuse", participant })}>${t("door.refuse")}<span class="govuk-visually-hidden"> ${knock.name}</span></button>
        </div>`}
  </li>`;
}

/** After the lock: the ID of every person first, then in. @param {{knock: KnockView, close: () => void}} props */
function AdmitWithId({ knock, close }) {
  const { actions } = useApp();
  const [claims, setClaims] = useState(/** @type {import("../types.js").Claim[]} */ ([]));
  const open = knock.persons.filter((one) => !one.is_attested && !claims.some((claim) => claim.person === one.id));
  const save = async (/** @type {import("../types.js").Claim} */ claim) => {
    const attestations = [...claims, claim];
    setClaims(attestations);
    if (open.length > 1) return null;
    const problem = await actions.ask("knock.admit", { participant: knock.id, attestations });
    if (problem) setClaims([]);
    return problem;
  };
  const [person] = open;
  if (!person) return null;
  return html`<div class="knock__id">
    <p class="govuk-body-s">${t("door.id_first")}</p>
    <${ClaimForm} key=${person.id} person=${person} onSave=${save} button=${t(open.length > 1 ? "claim.next" : "claim.save_admit")} />
    <button type="button" class="vmr-link" onClick=${close}>${t("dialog.cancel")}</button>
  </div>`;
}
