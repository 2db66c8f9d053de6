/** Before the meeting: see oneself, choose devices, give names, agree, press Start. */

import { useEffect, useState } from "../../vendor/preact-hooks.js";
import { html } from "../html.js";
import { has, t } from "../text.js";
import { useApp, useAppState } from "./context.js";
import { DeviceChoice } from "./device_choice.js";
import { Checkbox, ErrorSummary, Radios } from "./fields.js";
import { Names } from "./names.js";
import { Heading, Page, Phones } from "./page.js";
import { Preview } from "./preview.js";
import { Returning } from "./returning.js";
import { testPath } from "../room_path.js";

const NO_ERRORS = /** @type {Record<string, string>} */ ({});

export function Prejoin() {
  const { facts, visit } = useApp();
  if (useAppState().journey.isReturn) return html`<${Returning} />`;
  return html`<${Page} isWide=${true}>
    <${Heading} caption=${t(`policy.${facts.room.policy}`)}>${facts.room.name}<//>
    <div class="prejoin">
      <section class="prejoin__picture" aria-labelledby="check-heading">
        <h2 class="govuk-heading-m" id="check-heading">${t("prejoin.check")}</h2>
        <${Preview} />
        <${DeviceChoice} />
        <p class="govuk-body"><a class="govuk-link" href=${testPath(facts.address, visit.invite)}>${t("prejoin.test")}</a></p>
      </section>
      <section class="prejoin__form" aria-labelledby="who-heading">
        <h2 class="govuk-heading-m" id="who-heading">${t("prejoin.who")}</h2>
        <${JoinForm} visit=${visit} />
      </section>
    </div>
  <//>`;
}

/** @param {{visit: import("../entry.js").Visit}} props */
function JoinForm({ visit }) {
  const { actions, facts } = useApp();
  const { journey } = useAppState();
  const [names, setNames] = useState(visit.names);
  const [role, setRole] = useState(visit.role);
  const [agreed, setAgreed] = useState(false);
  const [errors, setErrors] = useState(NO_ERRORS);
  const isJoining = journey.step === "joining";
  const form = { names: names.map((one) => one.trim()).filter(Boolean), role, agreed };

  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    const found = problems(names, agreed);
    setErrors(found);
    if (!Object.keys(found).length && !isJoining) void actions.start(form);
  };
  return html`<form onSubmit=${submit} novalidate>
    <${ErrorSummary} errors=${errors} />
    <${OldPage} />
    <${JoinProblem} form=${form} />
    <${Names} names=${names} onChange=${setNames} errors=${errors} />
    <${Radios} name="role" legend=${t("prejoin.role")} value=${role} onChange=${setRole} isInline=${true} options=${[
      { value: "guest", label: t("role.guest") }, { value: "host", label: t("role.host") }]} />
    <${Declaration} sentences=${facts.declaration.sentences} />
    <${Checkbox} id="declaration" label=${t("prejoin.agree")} isChecked=${agreed} onChange=${setAgreed} error=${errors.declaration} />
    <button type="submit" class="govuk-button vmr-start" aria-disabled=${isJoining}>${t("prejoin.start")}</button>
    <p class="vmr-joining" role="status">${isJoining ? t("prejoin.joining") : ""}</p>
    <p class="govuk-hint">${role === "host" ? t("prejoin.next_host") : t("prejoin.next_guest")}</p>
    <${Phones} />
  </form>`;
}

/** @param {string[]} names @param {boolean} agreed @returns {Record<string, string>} by field */
function problems(names, agreed) {
  return {
    ...(names[0]?.trim() ? {} : { "name-1": t("prejoin.name_missing") }),
    ...(agreed ? {} : { declaration: t("prejoin.agree_missing") }),
  };
}

/** @param {{sentences: string[]}} props */
function Declaration({ sentences }) {
  return html`<div class="declaration" role="group" aria-labelledby="declaration-heading">
    <h3 class="govuk-heading-s" id="declaration-heading">${t("prejoin.declaration")}</h3>
    <ul class="govuk-list govuk-list--bullet">${sentences.map((key) => html`<li key=${key}>${t(key)}</li>`)}</ul>
  </div>`;
}

/** The server speaks another version than this page. */
function OldPage() {
  if (useAppState().link !== "refused") return null;
  return html`<div class="govuk-error-summary" role="alert"><h2 class="govuk-error-summary__title">${t("prejoin.old_page")}</h2>
    <button type="button" class="govuk-button vmr-flush" onClick=${() => location.reload()}>${t("prejoin.reload")}</button></div>`;
}

/** Why the server did not take the join; offers to take the seat over from another tab. @param {{form: import("../types.js").JoinForm}} props */
function JoinProblem({ form }) {
  const { actions } = useApp();
  const { problem } = useAppState().journey;
  useEffect(() => {
    if (problem) document.getElementById("join-problem")?.focus();
  }, [problem]);
  if (!problem) return null;
  const isElsewhere = problem.code === "already_inside";
  const text = has(`error.${problem.code}`) ? t(`error.${problem.code}`) : problem.message || t("error.page_failed");
  return html`<div class="govuk-error-summary" id="join-problem" tabindex="-1" role="alert">
    <h2 class="govuk-error-summary__title">${t(isElsewhere ? "prejoin.elsewhere" : "prejoin.not_joined")}</h2>
    <p class="govuk-body">${text}</p>
    ${isElsewhere && html`<button type="button" class="govuk-button vmr-flush"
      onClick=${() => actions.start(form, { move: true })}>${t("prejoin.move")}</button>`}
  </div>`;
}
