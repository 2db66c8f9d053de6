/** How loud a track is, 0 to 1, about 20 times a second. Returns the function that stops it. */

const INTERVAL_MS = 50;
const FFT_SIZE = 512;
const FLOOR_DB = -60;
const CEILING_DB = -12;

/** @param {AudioContext} context @param {MediaStreamTrack} track @param {(level: number) => void} onLevel */
export function watchLevel(context, track, onLevel) {
  const source = context.createMediaStreamSource(new MediaStream([track]));
  const analyser = new AnalyserNode(context, { fftSize: FFT_SIZE });
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    onLevel(levelOf(samples));
  }, INTERVAL_MS);
  return () => {
    clearInterval(timer);
    source.disconnect();
  };
}

/** Root mean square on a decibel scale. @param {Float32Array} samples */
export function levelOf(samples) {
  const power = samples.reduce((sum, value) => sum + value * value, 0) / samples.length;
  const decibels = 10 * Math.log10(power + 1e-12);
  return Math.min(1, Math.max(0, (decibels - FLOOR_DB) / (CEILING_DB - FLOOR_DB)));
}
