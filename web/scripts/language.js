/** Switches the language of the page as it stands: nothing is loaded anew but the sentences. */

import { loadText } from "./text.js";

const COOKIE = "vmr-language";
const KEPT_S = 365 * 24 * 3600;
export const LANGUAGES = ["en", "cy"];

/** Remembered in a cookie that holds nothing else. @param {string} lang @param {string} protocol of the page's address */
export function cookieOf(lang, protocol) {
  return `${COOKIE}=${lang}; path=/; max-age=${KEPT_S}; samesite=lax${protocol === "https:" ? "; secure" : ""}`;
}

/** @param {string} lang @param {string[]} parts of the catalogue that this page needs */
export async function switchLanguage(lang, parts) {
  await loadText(lang, parts);
  document.cookie = cookieOf(lang, location.protocol);
  document.documentElement.lang = lang;
}
