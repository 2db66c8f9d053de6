/**
 * Which browser this is, by what it says of itself, and whether a meeting works in it.
 *
 * @typedef {"chrome"|"edge"|"firefox"|"safari"|"samsung"|"opera"|"other"} BrowserName
 * @typedef {"windows"|"macos"|"ios"|"android"|"chromeos"|"linux"|"other"} System
 * @typedef {{name: BrowserName, version: number, system: System, canMeet: boolean}} Browser
 * @typedef {"good"|"old"|"unsupported"|"unknown"} Fitness
 */

/** The oldest that have all a meeting needs. @type {Partial<Record<BrowserName, number>>} */
export const OLDEST = { chrome: 100, edge: 100, firefox: 115, safari: 16, samsung: 19, opera: 86 };

/** In this order: each of the first says also that it is one of those after it. @type {[BrowserName, RegExp][]} */
const NAMES = [
  ["edge", /\bEdg(?:e|A|iOS)?\/(\d+)/], ["opera", /\bOPR\/(\d+)/], ["samsung", /\bSamsungBrowser\/(\d+)/],
  ["firefox", /\b(?:Firefox|FxiOS)\/(\d+)/], ["chrome", /\b(?:Chrome|CriOS|HeadlessChrome)\/(\d+)/],
  ["safari", /\bVersion\/(\d+)[\d.]* .*Safari\//],
];

/** @type {[System, RegExp][]} */
const SYSTEMS = [
  ["ios", /\b(?:iPhone|iPad|iPod)\b/], ["android", /\bAndroid\b/], ["chromeos", /\bCrOS\b/], ["windows", /\bWindows\b/],
  ["macos", /\bMacintosh\b/], ["linux", /\bLinux\b/],
];

/**
 * @param {string} agent `navigator.userAgent`
 * @param {{canMeet: boolean, touchPoints: number}} device an iPad calls itself a Macintosh, and has fingers
 * @returns {Browser}
 */
export function readBrowser(agent, { canMeet, touchPoints }) {
  const named = NAMES.map(([name, form]) => ({ name, found: form.exec(agent) })).find((one) => one.found);
  const system = SYSTEMS.find(([, form]) => form.test(agent))?.[0] ?? "other";
  return {
    name: named?.name ?? "other", version: Number(named?.found?.[1] ?? 0), canMeet,
    system: system === "macos" && touchPoints > 1 ? "ios" : system,
  };
}

/** @param {Browser} browser @returns {Fitness} */
export function fitness({ name, version, system, canMeet }) {
  if (!canMeet) return "unsupported";
  const oldest = OLDEST[name];
  if (oldest === undefined) return "unknown";
  // On iPhones and iPads every browser is Safari inside, and has a number of its own outside.
  return system === "ios" && name !== "safari" ? "good" : version < oldest ? "old" : "good";
}
