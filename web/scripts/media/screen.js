/** Asking the browser for a screen, window or tab to present. */

const MAX_FPS = 10;
const MAX_WIDTH = 1920;
const MAX_HEIGHT = 1080;

export const canPresent = () => typeof navigator.mediaDevices?.getDisplayMedia === "function";

/**
 * @param {() => void} onEnded the browser's own "stop sharing" was pressed
 * @returns {Promise<MediaStreamTrack|null>} null when the person changed their mind
 */
export async function captureScreen(onEnded) {
  try {
    const stream = await navigator.mediaDevices.getDisplayMedia({
      video: { frameRate: { max: MAX_FPS }, width: { max: MAX_WIDTH }, height: { max: MAX_HEIGHT } },
      audio: false,
    });
    const track = stream.getVideoTracks()[0];
    track.contentHint = "detail";
    track.addEventListener("ended", onEnded);
    return track;
  } catch (error) {
    console.info("nothing is presented", error);
    return null;
  }
}
