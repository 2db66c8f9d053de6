/**
 * What a browser keeps of its devices from one visit to the next: those that were chosen, of each
 * kind the latest first, how sound is prepared, and whether the camera blurs. Pure.
 *
 * @typedef {{echoCancellation: boolean, noiseSuppression: boolean, autoGainControl: boolean}} Processing
 * @typedef {"camera"|"microphone"|"speaker"} DeviceKind
 * @typedef {{camera: string[], microphone: string[], speaker: string[], processing: Processing,
 *   isBlurred: boolean}} Remembered
 */

/** Beyond, the one chosen longest ago is forgotten. */
export const MAX_REMEMBERED = 8;

/** @type {Remembered} */
export const NOTHING_REMEMBERED = {
  camera: [], microphone: [], speaker: [],
  processing: { echoCancellation: true, noiseSuppression: true, autoGainControl: true }, isBlurred: false,
};

/** @param {string|null} text what was kept; anything else than that is nothing @returns {Remembered} */
export function parse(text) {
  const found = record(text);
  const sound = /** @type {Record<string, unknown>} */ (found.processing ?? {});
  const isOn = (/** @type {string} */ name) => sound[name] !== false;
  return {
    camera: ids(found.camera), microphone: ids(found.microphone), speaker: ids(found.speaker),
    processing: {
      echoCancellation: isOn("echoCancellation"), noiseSuppression: isOn("noiseSuppression"), autoGainControl: isOn("autoGainControl"),
    },
    isBlurred: found.isBlurred === true,
  };
}

/** @param {string|null} text @returns {Record<string, unknown>} */
function record(text) {
  try {
    const found = JSON.parse(text ?? "{}");
    return found && typeof found === "object" ? found : {};
  } catch {
    return {};
  }
}

/** @param {unknown} value @returns {string[]} */
function ids(value) {
  const list = Array.isArray(value) ? value : [];
  return list.filter((one) => typeof one === "string" && one !== "").slice(0, MAX_REMEMBERED);
}

/** @param {Remembered} remembered @param {DeviceKind} kind @param {string} id @returns {Remembered} */
export function remember(remembered, kind, id) {
  const others = remembered[kind].filter((one) => one !== id);
  return { ...remembered, [kind]: [id, ...others].slice(0, MAX_REMEMBERED) };
}

/** The one chosen last of those that are here; empty: none of them is. @param {string[]} chosen @param {string[]} here */
export function pick(chosen, here) {
  return chosen.find((id) => here.includes(id)) ?? "";
}
