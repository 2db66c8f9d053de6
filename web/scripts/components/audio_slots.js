/** One audio element a receive slot. Asks for a press where the browser refuses to play. */

import { useEffect, useLayoutEffect, useRef } from "../../vendor/preact-hooks.js";
import { html } from "../html.js";
import { isHeldBack } from "../media/playing.js";
import { useApp, useAppState } from "./context.js";

export function AudioSlots() {
  const { slots } = useAppState().meeting;
  const audio = slots.filter((slot) => slot.kind === "audio");
  return html`<div hidden>${audio.map((slot) => html`<${AudioSlot} key=${slot.mid} slot=${slot} />`)}</div>`;
}

/** @param {{slot: import("../types.js").Slot}} props */
function AudioSlot({ slot }) {
  const { actions, devices, volume } = useApp();
  const { soundBlocked } = useAppState();
  const ref = useRef(/** @type {HTMLAudioElement|null} */ (null));
  const track = actions.track(slot.mid);
  const { speakerId } = devices.state.value;
  useLayoutEffect(() => {
    if (ref.current && track) ref.current.srcObject = new MediaStream([track]);
  }, [track]);
  useLayoutEffect(() => {
    if (!ref.current || !track || soundBlocked) return;
    ref.current.play().catch((/** @type {unknown} */ error) => isHeldBack(error) && actions.soundBlocked(true));
  }, [track, soundBlocked]);
  useEffect(() => {
    if (ref.current) ref.current.volume = volume.value;
  }, [volume.value]);
  useEffect(() => {
    if (ref.current && "setSinkId" in ref.current) ref.current.setSinkId(speakerId).catch(() => undefined); // empty: the standard one
  }, [speakerId]);
  return html`<audio ref=${ref} autoplay data-mid=${slot.mid} data-kind="audio" data-participant=${slot.participant ?? ""}></audio>`;
}
