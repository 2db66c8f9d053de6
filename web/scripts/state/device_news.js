/**
 * What is told of one's own devices, and the advice before joining. Pure.
 *
 * @typedef {import("../media/devices.js").Change} Change
 */

/** A headset by its name, as makers and browsers give it. */
const HEADSET = /head-?(set|phone)|ear-?(phone|bud|pod)|airpod|hands-?free|\bbuds\b/i;

/** @param {Change} change @returns {import("../types.js").AlertText} */
export function deviceNews({ kind, lost, now }) {
  const what = lost ? (now ? "changed" : "lost") : now ? "back" : "there";
  return {
    tag: `device-${kind}`, key: `device.${kind}.${what}`, values: { lost, now },
    tone: what === "back" ? "good" : "warning", assertive: true,
  };
}

/** @param {string[]} labels of the microphone and the speaker in use */
export function usesHeadset(labels) {
  return labels.some((label) => HEADSET.test(label));
}

/**
 * As what one joins with these: `both`, `sound`, `picture` or `nothing`.
 * @param {{cameraTrack: unknown, microphoneTrack: unknown, isMuted: boolean}} devices
 */
export function joinsWith({ cameraTrack, microphoneTrack, isMuted }) {
  const isHeard = Boolean(microphoneTrack) && !isMuted;
  if (cameraTrack) return isHeard ? "both" : "picture";
  return isHeard ? "sound" : "nothing";
}
