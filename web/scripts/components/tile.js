/** One picture with its name: live, or initials with the reason why there is none. */

import { html } from "../html.js";
import { initials, isPaused } from "../state/meeting.js";
import { t } from "../text.js";
import { useApp, useAppState } from "./context.js";
import { Icon } from "./icon.js";
import { useVideo } from "./video.js";

/** @typedef {import("../types.js").ParticipantView} ParticipantView */

/**
 * @param {{view: import("../types.js").InsideView, picture: import("../state/stage.js").Picture,
 *   participant: ParticipantView|undefined, isLarge: boolean}} props
 */
export function Tile({ view, picture, participant, isLarge }) {
  const { meeting, stage } = useAppState();
  const { actions } = useApp();
  const isSelf = picture.id === view.you;
  const slot = meeting.slots.find((one) => one.kind === picture.kind && one.participant === picture.id);
  const isSaving = !isSelf && slot !== undefined && meeting.pausedSlots.includes(slot.mid);
  const track = useTrack(view, picture, participant, isSaving ? undefined : slot);
  const { ref, isLive } = useVideo(track);
  if (!participant) return null;
  const isScreen = picture.kind === "screen";
  const isSpeaking = !isScreen && !isPaused(view) && participant.microphone && meeting.speaking.includes(picture.id);
  const isEnlarged = stage.enlarged === picture.id;
  const state = track ? (isLive ? "live" : "waiting") : "none";
  const classes = ["tile", isLarge && "tile--large", isScreen && "tile--screen", isSelf && "tile--self", isSpeaking && "tile--speaking"];
  return html`<li class=${classes.filter(Boolean).join(" ")} data-participant=${picture.id} data-kind=${picture.kind}
    data-large=${isLarge} data-self=${isSelf} data-speaking=${isSpeaking} data-muted=${!participant.microphone} data-picture=${state}>
    <video class=${`tile__video ${isScreen || participant.is_checking ? "" : "tile__video--camera"}`} ref=${ref} autoplay playsinline muted hidden=${!track} tabindex="-1" aria-hidden="true"></video>
    ${state !== "live" && html`<${Placeholder} view=${view} participant=${participant} isScreen=${isScreen} isSaving=${isSaving} />`}
    <${Label} participant=${participant} isScreen=${isScreen} isSelf=${isSelf} isSpeaking=${isSpeaking} />
    ${!isSelf && !isScreen && html`<button type="button" class="tile__enlarge" aria-pressed=${isEnlarged}
      aria-label=${t(isEnlarged ? "tile.release" : "tile.enlarge", { name: participant.name })}
      onClick=${() => actions.enlarge(picture.id)}></button>`}
  </li>`;
}

/**
 * The track of a picture that may be shown now; null while there is none.
 * @param {import("../types.js").InsideView} view
 * @param {import("../state/stage.js").Picture} picture
 * @param {ParticipantView|undefined} participant
 * @param {import("../types.js").Slot|undefined} slot that carries it, if any does now
 * @returns {MediaStreamTrack|null}
 */
function useTrack(view, picture, participant, slot) {
  const { devices, actions } = useApp();
  const isSelf = picture.id === view.you;
  if (isSelf) return picture.kind === "camera" ? devices.state.value.cameraTrack : null;
  if (!participant?.is_connected || isPaused(view)) return null;
  if (picture.kind === "camera" && !participant.camera) return null;
  return slot ? actions.track(slot.mid) : null;
}

/** @param {{view: import("../types.js").InsideView, participant: ParticipantView, isScreen: boolean,
 *   isSaving: boolean}} props */
function Placeholder({ view, participant, isScreen, isSaving }) {
  const reason = reasonKey(view, participant, isScreen, isSaving);
  return html`<div class="tile__none">
    ${isScreen ? html`<${Icon} name="screen" size=${48} />` : html`<span class="tile__initials" aria-hidden="true">${initials(participant.name)}</span>`}
    ${reason && html`<p class="tile__reason">${t(reason)}</p>`}
  </div>`;
}

/** @param {import("../types.js").InsideView} view @param {ParticipantView} participant @param {boolean} isScreen
 * @param {boolean} isSaving */
function reasonKey(view, participant, isScreen, isSaving) {
  if (!participant.is_connected) return "tile.reconnecting";
  if (isPaused(view)) return "tile.paused";
  if (isScreen) return isSaving ? "tile.paused_for_bandwidth" : "tile.screen_coming";
  if (participant.is_checking && participant.id !== view.you) return "tile.checking";
  if (!participant.camera) return "tile.camera_off";
  if (participant.id === view.you && participant.has_encoder) return "tile.own_encoder";
  return isSaving ? "tile.paused_for_bandwidth" : "";
}

/** @param {{participant: ParticipantView, isScreen: boolean, isSelf: boolean, isSpeaking: boolean}} props */
function Label({ participant, isScreen, isSelf, isSpeaking }) {
  const name = isScreen ? t("tile.screen_of", { name: participant.name }) : participant.name;
  return html`<div class="tile__label">
    ${isSpeaking && html`<span class="tile__mark tile__mark--speaking"><${Icon} name="speaking" size=${18} /><span class="govuk-visually-hidden">${t("tile.speaking")}</span></span>`}
    ${!isScreen && !participant.microphone && html`<span class="tile__mark"><${Icon} name="microphone-off" size=${18} /><span class="govuk-visually-hidden">${t("tile.muted")}</span></span>`}
    <span class="tile__name">${name}${isSelf ? html` <span class="tile__you">${t("tile.you")}</span>` : null}${
      participant.is_handed_over && !isScreen ? html` <span class="tile__tag">${t("tile.handed_over")}</span>` : null}</span>
  </div>`;
}
