/** A button for each other language, named in that language. The call goes on. */

import { html } from "../html.js";
import { LANGUAGES } from "../language.js";
import { language, t } from "../text.js";
import { useApp } from "./context.js";

export function LanguageSwitch() {
  const { actions } = useApp();
  const now = language();
  return html`<nav class="vmr-language" aria-label=${t("language.label")}>
    ${LANGUAGES.filter((one) => one !== now).map((one) => html`<button type="button" key="other" lang=${one}
      onClick=${() => actions.speak(one)}>${t(`language.${one}`)}</button>`)}
  </nav>`;
}
