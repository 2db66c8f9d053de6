/**
 * One audio element a receive slot: of those inside at once, the others a little later, so that eight
 * players are not made before the first picture is shown. Asks for a press where the browser refuses
 * to play; then the others are there at once, for a press starts only what is there.
 */

import { useEffect, useLayoutEffect, useRef, useState } from "../../vendor/preact-hooks.js";
import { html } from "../html.js";
import { isHeldBack } from "../media/playing.js";
import { comingSlot } from "../state/moving.js";
import { useApp, useAppState } from "./context.js";

/** Whoever comes in has a picture by then. */
const SPARE_MS = 1000;

export function AudioSlots() {
  const { meeting, moving, soundBlocked } = useAppState();
  const { actions } = useApp();
  const [hasSpare, setSpare] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSpare(true), SPARE_MS);
    return () => clearTimeout(timer);
  }, []);
  useLayoutEffect(() => {
    if (soundBlocked) setSpare(true);
  }, [soundBlocked]);
  const audible = meeting.slots.filter((slot) => slot.kind === "audio" && (hasSpare || slot.participant));
  const coming = audible.map(({ kind, participant }) => participant && comingSlot(moving, meeting.slots, kind, participant)).filter((one) => one !== null && one !== "");
  const key = (/** @type {import("../types.js").Slot} */ slot) => actions.track(slot.mid)?.id ?? slot.mid;
  const all = [...audible.map((slot) => ({ slot, isComing: false })), ...coming.map((slot) => ({ slot, isComing: true }))];
  return html`<div hidden>${all.map(({ slot, isComing }) => html`<${AudioSlot} key=${key(slot)} slot=${slot} isComing=${isComing} />`)}</div>`;
}

/** @param {{slot: import("../types.js").Slot, isComing: boolean}} props `isComing`: plays unheard, to be there at once */
function AudioSlot({ slot, isComing }) {
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
  return html`<audio ref=${ref} autoplay muted=${isComing} data-mid=${slot.mid} data-kind="audio" data-participant=${slot.participant ?? ""}></audio>`;
}
