/**
 * Puts a track into a video element and tells when its first frame is really on screen. At once with
 * the element, not after it was painted: a frame's time sooner when somebody joins.
 */

import { useLayoutEffect, useRef, useState } from "../../vendor/preact-hooks.js";
import { isHeldBack } from "../media/playing.js";

/**
 * @param {MediaStreamTrack|null} track
 * @param {() => void} [onHeldBack] the browser wants a press first (Safari on a low battery, pictures without sound too)
 * @returns {{ref: {current: HTMLVideoElement|null}, isLive: boolean}}
 */
export function useVideo(track, onHeldBack) {
  const ref = useRef(/** @type {HTMLVideoElement|null} */ (null));
  const [live, setLive] = useState(/** @type {MediaStreamTrack|null} */ (null));
  useLayoutEffect(() => {
    const video = ref.current;
    if (!video || !track) return undefined;
    video.muted = true;
    video.srcObject = new MediaStream([track]);
    video.play().catch((/** @type {unknown} */ error) => isHeldBack(error) && onHeldBack?.());
    const cancel = onFrame(video, () => setLive(track));
    return () => {
      cancel();
      setLive(null);
      video.srcObject = null;
    };
  }, [track]);
  return { ref, isLive: Boolean(track) && live === track };
}

/** @param {HTMLVideoElement} video @param {() => void} call */
function onFrame(video, call) {
  if (!video.requestVideoFrameCallback) {
    video.addEventListener("loadeddata", call, { once: true });
    return () => video.removeEventListener("loadeddata", call);
  }
  const handle = video.requestVideoFrameCallback(call);
  return () => video.cancelVideoFrameCallback(handle);
}
