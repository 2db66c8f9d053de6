/** Whom the slot expects, against who is here: a hint for staff, who decide. */

import { html } from "../html.js";
import { language, t } from "../text.js";

/** @typedef {import("../types.js").ExpectedView} ExpectedView */

/** @param {{expected: ExpectedView[], heading: string}} props */
export function Expected({ expected, heading }) {
  if (!expected.length) return null;
  const here = expected.filter((one) => one.arrived_as !== null).length;
  return html`<section class="expected" aria-label=${t("expected.title", { here, count: expected.length })}>
    <${heading} class="govuk-heading-s vmr-flush">${t("expected.title", { here, count: expected.length })}<//>
    <ul class="expected__list">
      ${expected.map((one) => html`<li class="expected__person" key=${one.name} data-expected=${one.name}>
        <span class="expected__name">${one.name}</span>
        <span class="expected__facts">${t(`part.${one.part}`)}${one.is_under_18 ? `, ${t("expected.under_18")}` : ""}</span>
        <strong class=${`govuk-tag govuk-tag--${COLOURS[stateOf(one)]}`}>${t(`expected.${stateOf(one)}`)}</strong>
        ${one.self_test && html`<span class="expected__tested" data-tested=${one.self_test.problems.length ? "failed" : "passed"}>${tested(one.self_test)}</span>`}
      </li>`)}
    </ul>
  </section>`;
}

/** @type {Record<string, string>} */
const COLOURS = { missing: "grey", perhaps: "yellow", at_door: "blue", inside: "green" };

/** @param {ExpectedView} one @returns {"missing"|"perhaps"|"at_door"|"inside"} */
export function stateOf(one) {
  if (one.arrived_as === null) return "missing";
  if (!one.is_sure) return "perhaps";
  return one.is_inside ? "inside" : "at_door";
}

/** When they tested their device and network, with which browser, and what did not work. @param {import("../types.js").SelfTest} test */
export function tested({ at, browser, version, problems }) {
  const day = new Intl.DateTimeFormat(`${language()}-GB`, { day: "numeric", month: "long" }).format(new Date(at * 1000));
  const named = browser ? `${browser} ${version}` : t("expected.other_browser");
  const values = { day, browser: named, problems: problems.map((one) => t(`expected.problem.${one}`)).join(", ") };
  return t(problems.length ? "expected.tested.failed" : "expected.tested.passed", values);
}
