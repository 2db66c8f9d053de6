/** What was found, one thing a row: its mark in words, what it means, what to do next. */

import { html } from "../../html.js";
import { has, t } from "../../text.js";

/** @type {Record<import("../state/verdict.js").Mark, string>} */
const COLOURS = { waiting: "grey", todo: "blue", good: "green", note: "grey", untested: "grey", advice: "yellow", bad: "red" };

/** @param {{findings: import("../state/verdict.js").Finding[], label: string}} props */
export function Findings({ findings, label }) {
  return html`<ul class="findings" aria-labelledby=${label}>
    ${findings.map((one) => html`<${Row} key=${one.id} one=${one} />`)}
  </ul>`;
}

/** @param {{one: import("../state/verdict.js").Finding}} props */
function Row({ one: { id, mark, code, values } }) {
  const next = `self_test.next.${code}`;
  return html`<li class="finding" data-finding=${id} data-mark=${mark} data-code=${code}>
    <p class="finding__head"><span class="finding__name">${t(`self_test.of.${id}`)}</span>
      <strong class=${`govuk-tag govuk-tag--${COLOURS[mark]}`}>${t(`self_test.mark.${mark}`)}</strong></p>
    <p class="finding__text">${t(`self_test.found.${code}`, values)}</p>
    ${has(next) && html`<p class="finding__next">${t(next, values)}</p>`}
  </li>`;
}
