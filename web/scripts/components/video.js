/**
 * Puts a track into a video element, or its player into a box, and tells when its first frame is really
 * on screen. At once with the element, not after it was painted: a frame's time sooner when somebody joins.
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
    return play(video, () => setLive(track), () => setLive(null), onHeldBack);
  }, [track]);
  return { ref, isLive: Boolean(track) && live === track };
}

/**
 * @param {MediaStreamTrack|null} track
 * @param {(track: MediaStreamTrack) => HTMLVideoElement} take
 * @param {() => void} onHeldBack
 * @returns {{ref: {current: HTMLElement|null}, isLive: boolean}} of the box that holds the element
 */
export function usePlayer(track, take, onHeldBack) {
  const ref = useRef(/** @type {HTMLElement|null} */ (null));
  const [live, setLive] = useState(/** @type {MediaStreamTrack|null} */ (null));
  useLayoutEffect(() => {
    if (!ref.current || !track) return undefined;
    const video = take(track);
    ref.current.append(video);
    const stop = play(video, () => setLive(track), () => setLive(null), onHeldBack);
    return () => {
      stop();
      video.remove();
    };
  }, [track]);
  return { ref, isLive: Boolean(track) && live === track };
}

/** @param {HTMLVideoElement} video @param {() => void} onLive @param {() => void} onOver @param {() => void} [onHeldBack] */
function play(video, onLive, onOver, onHeldBack) {
  video.play().catch((/** @type {unknown} */ error) => isHeldBack(error) && onHeldBack?.());
  const cancel = onFrame(video, onLive);
  return () => {
    cancel();
    onOver();
    video.srcObject = null;
  };
}

/** At once where one has come before. @param {HTMLVideoElement} video @param {() => void} call */
function onFrame(video, call) {
  if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
    call();
    return () => undefined;
  }
  if (!video.requestVideoFrameCallback) {
    video.addEventListener("loadeddata", call, { once: true });
    return () => video.removeEventListener("loadeddata", call);
  }
  const handle = video.requestVideoFrameCallback(call);
  return () => video.cancelVideoFrameCallback(handle);
}
