/** States that last: paused, a private ID check, presenting, an encoder, sound off. */

import { html } from "../html.js";
import { playAll } from "../media/playing.js";
import { checked, isEncoded, nameOf } from "../state/meeting.js";
import { t } from "../text.js";
import { useApp, useAppState } from "./context.js";
import { Icon } from "./icon.js";
import { useServerNow } from "./time.js";
import { TroubleLine } from "./trouble.js";
import { duration } from "../state/clock.js";

/** @param {{view: import("../types.js").InsideView}} props */
export function Notices({ view }) {
  const { isPresenting, soundBlocked } = useAppState();
  const { actions } = useApp();
  const checking = checked(view);
  const turnSoundOn = async () => {
    void actions.audioContext().resume();
    const all = /** @type {NodeListOf<HTMLMediaElement>} */ (document.querySelectorAll("audio[data-mid], .tile video:not([hidden])"));
    if (await playAll(all)) actions.soundBlocked(false);
  };
  return html`<div class="notices">
    ${view.room.recording !== "none" && html`<${Notice} icon="info" text=${t(`recording.${view.room.recording}`)} />`}
    ${view.paused !== null && html`<${Notice} icon="info" tone="warning" name="paused"
      text=${t(view.paused ? "paused.reason" : "paused.plain", { reason: view.paused })} />`}
    ${view.is_unwatched && html`<${Notice} icon="eye" tone="warning" name="unwatched" text=${t("paused.unwatched")} />`}
    <${TroubleLine} />
    ${checking && html`<${Notice} icon="eye" name="check" text=${checking.id === view.you ? t("id_check.you") : t("id_check.other", { name: checking.name })} />`}
    ${isPresenting && html`<${Presenting} />`}
    ${isEncoded(view) && html`<${Notice} icon="devices" name="encoder" text=${t("notice.encoder")}
      button=${t("encoder.stop")} onClick=${() => actions.tell("encoder.stop")} />`}
    ${soundBlocked && html`<${Notice} icon="speaker" tone="warning" name="sound" text=${t("notice.sound_off")}
      button=${t("notice.sound_on")} onClick=${turnSoundOn} />`}
    ${view.stepped_up_until !== null && html`<${SteppedUp} until=${view.stepped_up_until} />`}
    ${view.presenter && view.presenter !== view.you && html`<span class="govuk-visually-hidden">${t("alert.presenting", { name: nameOf(view, view.presenter) })}</span>`}
  </div>`;
}

/** What is presented, and for what it is prepared: sharp for a document, smooth for moving pictures. */
function Presenting() {
  const { actions } = useApp();
  const { screen } = useAppState();
  const isMotion = screen.content === "motion";
  return html`<div class="notice notice--calm" data-notice="presenting" data-content=${screen.content}>
    <${Icon} name="screen" /><p>${t(`notice.presenting.${screen.surface}`)}</p>
    <button type="button" class="notice__button notice__button--light" aria-pressed=${isMotion} title=${t("notice.motion_more")}
      onClick=${() => actions.presentAs(isMotion ? "detail" : "motion")}>${t("notice.motion")}</button>
    <button type="button" class="notice__button" onClick=${() => actions.stopPresenting()}>${t("control.stop_presenting")}</button>
  </div>`;
}

/** @param {{icon: string, text: string, tone?: string, name?: string, button?: string, onClick?: () => void}} props */
function Notice({ icon, text, tone = "calm", name, button, onClick }) {
  return html`<div class=${`notice notice--${tone}`} data-notice=${name}>
    <${Icon} name=${icon} /><p>${text}</p>
    ${button && html`<button type="button" class="notice__button" onClick=${onClick}>${button}</button>`}
  </div>`;
}

/** @param {{until: number}} props */
function SteppedUp({ until }) {
  const { actions } = useApp();
  const left = duration(until - useServerNow());
  return html`<${Notice} icon="hand-over" tone="warning" name="stepped-up" text=${t("notice.stepped_up", { time: left })}
    button=${t("notice.hand_back")} onClick=${() => actions.tell("room.hand_over")} />`;
}
