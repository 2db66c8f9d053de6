/** What screen readers are told at once (assertive) or in their own time (polite). */

import { useMemo } from "../../vendor/preact-hooks.js";
import { html } from "../html.js";
import { alertText } from "./alerts.js";
import { isLoss, troubleOf } from "../state/trouble.js";
import { language, t } from "../text.js";
import { useAppState } from "./context.js";

export function LiveRegions() {
  const state = useAppState();
  const { list } = state.alerts;
  const trouble = troubleOf(state);
  const newest = (/** @type {boolean} */ assertive) => list.find((one) => one.assertive === assertive);
  const urgent = newest(true);
  const calm = newest(false);
  return html`
    <div class="govuk-visually-hidden" role="alert" aria-live="assertive" aria-atomic="true">
      ${urgent && html`<${Said} key=${urgent.id} alert=${urgent} />`}
    </div>
    <div class="govuk-visually-hidden" role="status" aria-live="polite" aria-atomic="true">
      ${calm && html`<${Said} key=${calm.id} alert=${calm} />`}
      ${trouble && !isLoss(trouble) && html`<p key=${trouble}>${t(`trouble.${trouble}`)}</p>`}
    </div>`;
}

/** In the language it was told in first: another language does not tell it again. @param {{alert: import("../types.js").Alert}} props */
function Said({ alert }) {
  const [text, lang] = useMemo(() => [alertText(alert), language()], [alert.id]);
  return html`<p lang=${lang}>${text}</p>`;
}
