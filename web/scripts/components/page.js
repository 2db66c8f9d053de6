/** The frame of the quiet views (before and after the meeting), with the room's name on top. */

import { html } from "../html.js";
import { t } from "../text.js";
import { useApp } from "./context.js";
import { LanguageSwitch } from "./language.js";
import { TroubleLine } from "./trouble.js";

/** @param {{children: any, isWide?: boolean}} props */
export function Page({ children, isWide = false }) {
  const { room } = useApp().facts;
  const width = isWide ? "vmr-width vmr-width--wide" : "vmr-width";
  return html`
    <header class="vmr-header">
      <div class=${`${width} vmr-header__inner`}>
        <span class="vmr-header__name"><span class="vmr-header__mark" aria-hidden="true"></span>${t("service.name")}</span>
        <span class="vmr-header__place">${room.establishment}</span>
        <${LanguageSwitch} />
      </div>
    </header>
    ${room.recording !== "none" && html`<div class="vmr-demo" role="note"><div class=${width}>${t(`recording.${room.recording}`)}</div></div>`}
    <main class=${`${width} vmr-main`} id="main"><${TroubleLine} />${children}</main>`;
}

/** @param {{children: any, caption?: string}} props */
export function Heading({ children, caption }) {
  return html`
    ${caption && html`<span class="govuk-caption-l">${caption}</span>`}
    <h1 class="govuk-heading-l" id="view-heading" tabindex="-1">${children}</h1>`;
}

/** Whom to call, and where the establishment has one, the safer-custody number. */
export function Phones() {
  const { room } = useApp().facts;
  return html`<div class="vmr-phones">
    ${room.phone && html`<p class="govuk-body">${t("phone.call")} <strong>${room.phone}</strong></p>`}
    ${room.safer_custody && html`<p class="govuk-body">${t("phone.safer_custody")} <strong>${room.safer_custody}</strong></p>`}
  </div>`;
}
