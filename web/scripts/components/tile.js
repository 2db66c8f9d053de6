/** One picture with its name: live, standing still, or initials with the reason why there is none. */

import { useLayoutEffect, useState } from "../../vendor/preact-hooks.js";
import { html } from "../html.js";
import { pictureOf } from "../state/frozen.js";
import { isSecondClick } from "../state/input.js";
import { initials, isPaused } from "../state/meeting.js";
import { comingSlot } from "../state/moving.js";
import { t } from "../text.js";
import { useApp, useAppState } from "./context.js";
import { Icon } from "./icon.js";
import { SelfTools, useDrag } from "./self_view.js";
import { usePlayer } from "./video.js";

/** @typedef {import("../types.js").ParticipantView} ParticipantView */

/**
 * @param {{view: import("../types.js").InsideView, picture: import("../state/stage.js").Picture,
 *   participant: ParticipantView|undefined, isLarge: boolean,
 *   place?: import("../types.js").SelfPlace|"beside"}} props
 */
export function Tile({ view, picture, participant, isLarge, place = "strip" }) {
  const { frozen, meeting, moving, stage } = useAppState();
  const { actions } = useApp();
  const isSelf = picture.id === view.you;
  const slot = meeting.slots.find((one) => one.kind === picture.kind && one.participant === picture.id);
  const isSaving = !isSelf && slot !== undefined && meeting.pausedSlots.includes(slot.mid);
  const track = useTrack(view, picture, participant, isSaving ? undefined : slot);
  const next = isSelf ? null : comingSlot(moving, meeting.slots, picture.kind, picture.id);
  const coming = next ? actions.track(next.mid) : null;
  const [live, setLive] = useState(/** @type {MediaStreamTrack[]} */ ([]));
  const isLive = track !== null && live.includes(track);
  const note = (/** @type {MediaStreamTrack} */ one, /** @type {boolean} */ is) => setLive((all) => (is ? [...all, one] : all.filter((other) => other !== one)));
  const drag = useDrag(isSelf);
  if (!participant) return null;
  const isFrozen = Boolean(track) && slot !== undefined && frozen.includes(pictureOf(slot));
  const isScreen = picture.kind === "screen";
  const isSpeaking = !isScreen && !isPaused(view) && participant.microphone && meeting.speaking.includes(picture.id);
  const isEnlarged = stage.enlarged === picture.id;
  const state = track ? (isLive ? (isFrozen ? "frozen" : "live") : "waiting") : "none";
  const isFloating = place !== "strip" && place !== "beside";
  const classes = [
    "tile", isLarge && "tile--large", isScreen && "tile--screen", isSelf && "tile--self", isSpeaking && "tile--speaking",
    isFrozen && isLive && "tile--frozen", place === "beside" && "tile--beside", isFloating && `tile--floating tile--${place}`,
  ];
  // The second click of a double click that closed a dialog over it must not keep it large.
  const press = (/** @type {MouseEvent} */ event) => void (isSecondClick(event) || actions.enlarge(picture.id));
  return html`<li class=${classes.filter(Boolean).join(" ")} data-participant=${picture.id} data-kind=${picture.kind}
    data-large=${isLarge} data-self=${isSelf} data-speaking=${isSpeaking} data-muted=${!participant.microphone} data-picture=${state} ...${drag}>
    ${[...(coming && coming !== track ? [coming] : []), track].map((one) => html`<${Track} key=${one?.id ?? "none"} track=${one}
      isCamera=${!isScreen && !participant.is_checking} onLive=${note} />`)}
    ${(state === "none" || state === "waiting") && html`<${Placeholder} view=${view} participant=${participant} isScreen=${isScreen} isSaving=${isSaving} isFrozen=${isFrozen} />`}
    ${state === "frozen" && html`<p class="tile__stopped">${t("tile.frozen")}</p>`}
    <${Label} participant=${participant} isScreen=${isScreen} isSelf=${isSelf} isSpeaking=${isSpeaking}
      isKept=${isEnlarged && isLarge} hasHandUp=${view.raised_hands.includes(picture.id)} />
    ${isSelf && html`<${SelfTools} place=${stage.selfPlace} />`}
    ${!isSelf && !isScreen && html`<button type="button" class="tile__enlarge" aria-pressed=${isEnlarged}
      aria-label=${t(isEnlarged ? "tile.release" : "tile.enlarge", { name: participant.name })}
      onClick=${press}><span class="tile__pin"><${Icon} name=${isEnlarged ? "unpin" : "pin"} size=${20} /></span></button>`}
  </li>`;
}

/**
 * One track, in an element of its own: while a meeting moves to another server the next one plays under the one that
 * is shown, so that nothing is missing when that goes.
 * @param {{track: MediaStreamTrack|null, isCamera: boolean, onLive: (track: MediaStreamTrack, isLive: boolean) => void}} props
 */
function Track({ track, isCamera, onLive }) {
  const { actions } = useApp();
  const { ref, isLive } = usePlayer(track, actions.player, () => actions.soundBlocked(true));
  useLayoutEffect(() => {
    if (!track || !isLive) return undefined;
    onLive(track, true);
    return () => onLive(track, false);
  }, [track, isLive]);
  return html`<div class=${`tile__video ${isCamera ? "tile__video--camera" : ""}`} ref=${ref} hidden=${!track}></div>`;
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
 *   isSaving: boolean, isFrozen: boolean}} props */
function Placeholder({ view, participant, isScreen, isSaving, isFrozen }) {
  const reason = reasonKey(view, participant, isScreen, isSaving) || (isFrozen ? "tile.no_picture" : "");
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

/** @param {{participant: ParticipantView, isScreen: boolean, isSelf: boolean, isSpeaking: boolean, isKept: boolean, hasHandUp: boolean}} props */
function Label({ participant, isScreen, isSelf, isSpeaking, isKept, hasHandUp }) {
  const name = isScreen ? t("tile.screen_of", { name: participant.name }) : participant.name;
  return html`<div class="tile__label">
    ${isKept && html`<span class="tile__mark tile__mark--kept"><${Icon} name="pin" size=${18} /><span class="govuk-visually-hidden">${t("tile.kept")}</span></span>`}
    ${hasHandUp && !isScreen && html`<span class="tile__mark tile__mark--hand"><${Icon} name="hand" size=${18} /><span class="govuk-visually-hidden">${t("tile.hand")}</span></span>`}
    ${isSpeaking && html`<span class="tile__mark tile__mark--speaking"><${Icon} name="speaking" size=${18} /><span class="govuk-visually-hidden">${t("tile.speaking")}</span></span>`}
    ${!isScreen && !participant.microphone && html`<span class="tile__mark"><${Icon} name="microphone-off" size=${18} /><span class="govuk-visually-hidden">${t("tile.muted")}</span></span>`}
    <span class="tile__name">${name}${isSelf ? html` <span class="tile__you">${t("tile.you")}</span>` : null}${
      participant.is_handed_over && !isScreen ? html` <span class="tile__tag">${t("tile.handed_over")}</span>` : null}</span>
  </div>`;
}
