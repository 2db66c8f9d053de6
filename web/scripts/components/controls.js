/** The control bar. Each button is shown when this seat may use it; the server checks anyway. */

import { useEffect, useState } from "../../vendor/preact-hooks.js";
import { html } from "../html.js";
import { canPresent } from "../media/screen.js";
import { isEncoded, may, you } from "../state/meeting.js";
import { t } from "../text.js";
import { hangUp, isHandUp, isPrisoners, isTaken, toggleHand, togglePresent } from "./acts.js";
import { useApp, useAppState } from "./context.js";
import { Icon } from "./icon.js";
import { Volume } from "./volume.js";

/** @typedef {import("../types.js").InsideView} InsideView */
/** @typedef {(dialog: {kind: string}) => void} OpenDialog */

/**
 * @param {{view: InsideView, open: OpenDialog, frame: {current: HTMLElement|null},
 *   isPanelOpen: boolean, togglePanel: () => void}} props
 */
export function Controls({ view, open, frame, isPanelOpen, togglePanel }) {
  const app = useApp();
  const { actions } = app;
  const { stage } = useAppState();
  const isSeat = isPrisoners(view);
  const isGuest = !isSeat && !may(view, "admit");
  return html`<section class=${`controls ${isSeat ? "controls--8" : ""} ${isGuest ? "controls--11" : ""}`} aria-label=${t("controls.title")}>
    <div class="controls__group controls__group--own">
      <${OwnMedia} view=${view} />
      ${may(view, "present") && canPresent() && html`<${Present} view=${view} open=${open} />`}
      ${may(view, "raise_hand") && html`<${Control} icon="hand" label=${t(isHandUp(view) ? "control.lower_hand" : "control.raise_hand")}
        tone=${isHandUp(view) ? "on" : ""} onClick=${() => toggleHand(view, actions)} />`}
      ${isSeat && html`<${Volume} />`}
    </div>
    <div class="controls__group">
      <${Control} icon=${stage.layout === "speaker" ? "layout" : "grid"} label=${t("control.layout")}
        title=${t(`layout.${stage.layout}`)} onClick=${actions.nextLayout} />
      ${!isSeat && html`<${CaptionsControl} />`}
      ${!isSeat && html`<${FullPicture} frame=${frame} />
        <${Control} icon="people" label=${t("control.people")} isPressed=${isPanelOpen} onClick=${togglePanel} badge=${view.may.includes("admit") ? view.knocks.length : view.at_door} />
        <${Control} icon="devices" label=${t("control.devices")} opensDialog=${true} onClick=${() => open({ kind: "devices" })} />`}
    </div>
    <div class="controls__group controls__group--leave">
      ${(isSeat || isGuest) && may(view, "ready_to_leave") && html`<${Control} icon="leave" label=${t("control.ready_to_leave")} onClick=${actions.readyToLeave} />`}
      ${may(view, "call_staff") && html`<${Control} icon="bell" label=${t("control.call_staff")} onClick=${() => actions.tell("staff.call")} />`}
      <${Control} icon="phone-down" label=${t("control.hang_up")} tone="danger"
        opensDialog=${may(view, "admit")} onClick=${() => hangUp(view, app, open)} />
    </div>
    ${isSeat && may(view, "step_up") && html`<button type="button" class="controls__staff" aria-haspopup="dialog"
      onClick=${() => open({ kind: "step_up" })}>${t("control.staff")}</button>`}
  </section>`;
}

/** @param {{view: InsideView}} props */
function OwnMedia({ view }) {
  const { actions, devices } = useApp();
  const { camera, cameraTrack, isMuted, microphoneTrack } = devices.state.value;
  const encoded = isEncoded(view) ? you(view) : undefined;
  const isSilent = encoded ? !encoded.microphone : isMuted || !microphoneTrack;
  const isSeen = encoded ? encoded.camera : Boolean(cameraTrack);
  return html`
    <${Control} icon=${isSilent ? "microphone-off" : "microphone"} label=${t(isSilent ? "control.unmute" : "control.mute")}
      tone=${isSilent ? "off" : ""} onClick=${actions.toggleMicrophone} />
    <${Control} icon=${isSeen ? "camera" : "camera-off"} label=${t(isSeen ? "control.stop_camera" : "control.start_camera")}
      tone=${isSeen ? "" : "off"} isBusy=${camera === "opening"} onClick=${actions.toggleCamera} />`;
}

/** @param {{view: InsideView, open: OpenDialog}} props */
function Present({ view, open }) {
  const app = useApp();
  const { isPresenting } = useAppState();
  return html`<${Control} icon=${isPresenting ? "screen-off" : "screen"} label=${t(isPresenting ? "control.stop_presenting" : "control.present")}
    tone=${isPresenting ? "on" : ""} opensDialog=${!isPresenting && isTaken(view)} onClick=${() => togglePresent(view, app, open)} />`;
}

/** Where this browser can make them on this device. */
function CaptionsControl() {
  const { captions } = useApp();
  const { phase } = captions.state.value;
  if (phase === "none") return null;
  return html`<${Control} icon="captions" label=${t("control.captions")} isPressed=${phase !== "off"} onClick=${captions.toggle} />`;
}

/** @param {{frame: {current: HTMLElement|null}}} props */
function FullPicture({ frame }) {
  const [isFull, setFull] = useState(false);
  useEffect(() => {
    const changed = () => setFull(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", changed);
    return () => document.removeEventListener("fullscreenchange", changed);
  }, []);
  if (!document.fullscreenEnabled) return null;
  const toggle = () => (isFull ? document.exitFullscreen() : frame.current?.requestFullscreen());
  return html`<${Control} icon="full" label=${t("control.full")} isPressed=${isFull} onClick=${toggle} />`;
}

/**
 * @param {{icon: string, label: string, onClick: () => unknown, tone?: string, title?: string,
 *   isPressed?: boolean, isBusy?: boolean, opensDialog?: boolean, badge?: number}} props
 */
export function Control({ icon, label, onClick, tone = "", title, isPressed, isBusy, opensDialog, badge = 0 }) {
  return html`<button type="button" class=${`control ${tone ? `control--${tone}` : ""}`} title=${title}
      aria-pressed=${isPressed} aria-haspopup=${opensDialog ? "dialog" : undefined} aria-disabled=${isBusy || undefined}
      onClick=${() => !isBusy && onClick()}>
    <span class="control__icon"><${Icon} name=${icon} />${badge > 0 && html`<span class="control__badge" aria-hidden="true">${badge}</span>`}</span>
    <span class="control__label">${label}</span>
  </button>`;
}
