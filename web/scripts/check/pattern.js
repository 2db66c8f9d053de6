/** A picture of noise: what is sent to measure a network by, so that nobody's face is. */

const WIDTH = 320;
const HEIGHT = 180;
const FPS = 20;
const PIXELS = WIDTH * HEIGHT;
const OPAQUE = 0xff000000;

/** @returns {{track: MediaStreamTrack, stop: () => void}} */
export function startPattern() {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const noise = Uint32Array.from({ length: PIXELS * 2 }, () => Math.floor(Math.random() * 0x1000000) + OPAQUE);
  const picture = context.createImageData(WIDTH, HEIGHT);
  const pixels = new Uint32Array(picture.data.buffer);
  const draw = () => {
    const start = Math.floor(Math.random() * PIXELS);
    pixels.set(noise.subarray(start, start + PIXELS));
    context.putImageData(picture, 0, 0);
  };
  draw();
  const timer = setInterval(draw, 1000 / FPS);
  const track = canvas.captureStream(FPS).getVideoTracks()[0];
  track.contentHint = "motion";
  return {
    track,
    stop() {
      clearInterval(timer);
      track.stop();
    },
  };
}
