/** Whom the slot expects, against who is here: a hint for staff, who decide. */

import { html } from "../html.js";
import { t } from "../text.js";

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
