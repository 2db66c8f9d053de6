/** What screen readers are told at once (assertive) or in their own time (polite). */

import { html } from "../html.js";
import { alertText } from "./alerts.js";
import { useAppState } from "./context.js";

export function LiveRegions() {
  const { list } = useAppState().alerts;
  const newest = (/** @type {boolean} */ assertive) => list.find((one) => one.assertive === assertive);
  const urgent = newest(true);
  const calm = newest(false);
  return html`
    <div class="govuk-visually-hidden" role="alert" aria-live="assertive" aria-atomic="true">
      ${urgent && html`<p key=${urgent.id}>${alertText(urgent)}</p>`}
    </div>
    <div class="govuk-visually-hidden" role="status" aria-live="polite" aria-atomic="true">
      ${calm && html`<p key=${calm.id}>${alertText(calm)}</p>`}
    </div>`;
}
