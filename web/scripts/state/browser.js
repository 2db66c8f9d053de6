/**
 * Which browser this is, as far as the way to allow a camera differs. Pure: a user agent string.
 *
 * @typedef {"android"|"chrome"|"edge"|"firefox"|"ios"|"ios_other"|"safari"|"other"} Browser
 */

/** The first that fits. iPads call themselves Macs, but have a touch screen. @type {[Browser, RegExp][]} */
const SIGNS = [
  ["ios_other", /(iPhone|iPad|iPod).*(CriOS|FxiOS|EdgiOS)/],
  ["ios", /iPhone|iPad|iPod/],
  ["android", /Android/],
  ["firefox", /Firefox\//],
  ["edge", /Edg\//],
  ["chrome", /Chrome\//],
  ["safari", /Safari\//],
];

/** @param {string} userAgent @param {number} [touchPoints] @returns {Browser} */
export function browserOf(userAgent, touchPoints = 0) {
  const found = SIGNS.find(([, sign]) => sign.test(userAgent))?.[0] ?? "other";
  return found === "safari" && touchPoints > 1 ? "ios" : found;
}
