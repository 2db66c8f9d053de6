/**
 * The server's clock as this page knows it, and times in words. The offset is the largest seen
 * (the least delayed notification tells best).
 */

const MINUTE_S = 60;
const HOUR_S = 3600;

/** @param {number} offset seconds @param {number} at server's clock @param {number} nowMs own clock */
export function correct(offset, at, nowMs) {
  const seen = at - nowMs / 1000;
  return Number.isFinite(offset) ? Math.max(offset, seen) : seen;
}

/** @param {number} offset @param {number} nowMs @returns {number} seconds by the server's clock */
export function serverNow(offset, nowMs) {
  return nowMs / 1000 + (Number.isFinite(offset) ? offset : 0);
}

/** @param {number} seconds @returns {string} `4:05`, `1:04:05` */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / HOUR_S);
  const minutes = Math.floor((whole % HOUR_S) / MINUTE_S);
  return `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(whole % MINUTE_S)}`;
}

/** @param {number} at seconds since the epoch @param {string} [lang] else the browser's @returns {string} `14:05` */
export function clockTime(at, lang) {
  return new Date(at * 1000).toLocaleTimeString(lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}
