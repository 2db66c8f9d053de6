/** The report for an IT department: to read, to copy, to print. */

import { useMemo, useState } from "../../../vendor/preact-hooks.js";
import { html } from "../../html.js";
import { t } from "../../text.js";
import { reportOf } from "../state/report.js";
import { useCheck } from "./context.js";

/** @param {{findings: import("../state/verdict.js").Finding[]}} props */
export function Report({ findings }) {
  const { test, browser } = useCheck();
  const [said, setSaid] = useState("");
  const at = useMemo(() => new Date().toISOString(), [test.value.phase]);
  if (test.value.phase !== "done") return null;
  const text = reportOf({ test: test.value, findings, browser, agent: navigator.userAgent, origin: location.origin, at }, t);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid(t("self_test.copied"));
    } catch {
      setSaid(t("self_test.not_copied"));
    }
  };
  return html`<section class="report" aria-labelledby="report-heading">
    <h2 class="govuk-heading-m" id="report-heading">${t("self_test.report")}</h2>
    <p class="govuk-body">${t("self_test.report.lead")}</p>
    <div class="govuk-button-group vmr-no-print">
      <button type="button" class="govuk-button govuk-button--secondary" onClick=${copy}>${t("self_test.copy")}</button>
      <button type="button" class="govuk-button govuk-button--secondary" onClick=${() => window.print()}>${t("self_test.print")}</button>
      <span role="status">${said}</span>
    </div>
    <pre class="report__text" tabindex="0" aria-labelledby="report-heading">${text}</pre>
  </section>`;
}
