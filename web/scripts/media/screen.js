/**
 * Asking the browser for a screen, window or tab to present. A document is sent sharp and seldom,
 * moving pictures smooth and smaller.
 *
 * @typedef {import("../types.js").Content} Content
 * @typedef {import("../types.js").Shown} Shown
 */

const MAX_WIDTH = 1920;
const MAX_HEIGHT = 1080;
/** @type {Record<Content, number>} */
const MAX_FPS = { detail: 10, motion: 25 };

export const canPresent = () => typeof navigator.mediaDevices?.getDisplayMedia === "function";

/**
 * @param {() => void} onEnded the browser's own "stop sharing" was pressed
 * @returns {Promise<MediaStreamTrack|null>} null when the person changed their mind
 */
export async function captureScreen(onEnded) {
  try {
    const options = /** @type {DisplayMediaStreamOptions} */ ({
      video: { frameRate: { max: MAX_FPS.detail }, width: { max: MAX_WIDTH }, height: { max: MAX_HEIGHT } },
      audio: false,
      selfBrowserSurface: "exclude", // this page in itself, without end
      surfaceSwitching: "include",
    });
    const stream = await navigator.mediaDevices.getDisplayMedia(options);
    const track = stream.getVideoTracks()[0];
    track.contentHint = "detail";
    track.addEventListener("ended", onEnded);
    return track;
  } catch (error) {
    console.info("nothing is presented", error);
    return null;
  }
}

/** @param {MediaStreamTrack} track @returns {Shown["surface"]} */
export function surfaceOf(track) {
  const { displaySurface = "" } = track.getSettings();
  return displaySurface === "monitor" || displaySurface === "window" || displaySurface === "browser" ? displaySurface : "other";
}

/** @param {MediaStreamTrack} track @param {Content} content */
export async function prepareFor(track, content) {
  track.contentHint = content;
  await track.applyConstraints({ frameRate: { max: MAX_FPS[content] }, width: { max: MAX_WIDTH }, height: { max: MAX_HEIGHT } });
}
