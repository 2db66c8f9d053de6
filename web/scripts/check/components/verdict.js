/** On top: how far the test is, then what came of it, in one sentence; and the way to test again. */

import { html } from "../../html.js";
import { t } from "../../text.js";
import { outcomeOf } from "../state/verdict.js";
import { useCheck } from "./context.js";

/** How long a test takes where every way is open, and where none is. */
const USUAL_MS = 13_000;
const LONGEST_MS = 26_000;

/** @param {{findings: import("../state/verdict.js").Finding[]}} props */
export function Verdict({ findings }) {
  const { test } = useCheck();
  const isDone = test.value.phase === "done";
  const outcome = outcomeOf(findings);
  return html`
    <div role="status" class=${isDone ? `verdict verdict--${outcome}` : "verdict"} data-outcome=${isDone ? outcome : undefined}>
      <p class="verdict__text">${isDone ? t(`self_test.outcome.${outcome}`) : t("self_test.running")}</p>
      ${isDone && html`<p class="govuk-body vmr-flush">${t(`self_test.outcome.${outcome}.more`)}</p>`}
    </div>
    ${isDone ? html`<${Again} />` : html`<${Progress} />`}`;
}

function Progress() {
  const { startedAtMs, nowMs } = useCheck().test.value;
  const passed = nowMs - startedAtMs;
  const whole = passed < USUAL_MS ? USUAL_MS : LONGEST_MS;
  return html`<p class="verdict__progress">
    <progress max=${whole} value=${Math.min(passed, whole)} aria-label=${t("self_test.progress")}></progress>
    <span>${t("self_test.seconds", { seconds: Math.floor(passed / 1000) })}</span>
  </p>`;
}

function Again() {
  const { tester } = useCheck();
  return html`<p><button type="button" class="govuk-button govuk-button--secondary vmr-flush vmr-no-print"
    onClick=${() => tester.run()}>${t("self_test.again")}</button></p>`;
}
