/** The self-test: what it will do, how it goes, what came of it. One page, three states. */

import { useEffect } from "../../../vendor/preact-hooks.js";
import { AppContext } from "../../components/context.js";
import { html } from "../../html.js";
import { t } from "../../text.js";
import { CheckContext, useCheck, useFindings } from "./context.js";
import { Camera } from "./camera.js";
import { Findings } from "./findings.js";
import { Hearing } from "./hearing.js";
import { Report } from "./report.js";
import { Told } from "./told.js";
import { Verdict } from "./verdict.js";
import { ON_DEVICE, ON_NETWORK } from "../state/verdict.js";

/** @param {{app: any, check: import("./context.js").CheckValue, root: HTMLElement}} props */
export function CheckApp({ app, check, root }) {
  const { phase, runs } = check.test.value;
  useEffect(() => {
    root.dataset.view = phase;
    root.dataset.runs = String(runs);
  }, [phase, runs]);
  return html`<${AppContext.Provider} value=${app}><${CheckContext.Provider} value=${check}>
    ${phase === "ready" ? html`<${Begin} />` : html`<${Running} />`}
  <//><//>`;
}

function Begin() {
  const { attached, tester } = useCheck();
  return html`<div class="govuk-grid-row"><div class="govuk-grid-column-two-thirds">
    <h1 class="govuk-heading-xl">${t("self_test.title")}</h1>
    <p class="govuk-body-l">${t("self_test.lead")}</p>
    <ul class="govuk-list govuk-list--bullet">
      <li>${t("self_test.does_devices")}</li>
      <li>${t("self_test.does_network")}</li>
      <li>${t("self_test.does_stay")}</li>
    </ul>
    <p class="govuk-body">${t("self_test.will_ask")}</p>
    ${attached.invite && html`<p class="govuk-inset-text">${t("self_test.attached")}</p>`}
    <button type="button" class="govuk-button vmr-start" onClick=${() => tester.run()}>${t("self_test.start")}</button>
  </div></div>`;
}

function Running() {
  const findings = useFindings();
  const { phase } = useCheck().test.value;
  useEffect(() => { // the button that was pressed is no more
    if (document.activeElement === document.body) document.getElementById("view-heading")?.focus();
  }, [phase]);
  const of = (/** @type {string[]} */ ids) => findings.filter((one) => ids.includes(one.id));
  return html`
    <h1 class="govuk-heading-l" id="view-heading" tabindex="-1">${t("self_test.title")}</h1>
    <${Verdict} findings=${findings} />
    <${Told} findings=${findings} />
    <div class="self-test">
      <section class="self-test__devices" aria-labelledby="devices-heading">
        <h2 class="govuk-heading-m" id="devices-heading">${t("self_test.devices")}</h2>
        <${Camera} />
        <${Hearing} />
        <${Findings} findings=${of(ON_DEVICE)} label="devices-heading" />
      </section>
      <section class="self-test__network" aria-labelledby="network-heading">
        <h2 class="govuk-heading-m" id="network-heading">${t("self_test.network")}</h2>
        <${Findings} findings=${of(ON_NETWORK)} label="network-heading" />
      </section>
    </div>
    <${Report} findings=${findings} />`;
}
