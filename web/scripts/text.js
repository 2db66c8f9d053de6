/**
 * Every sentence on screen comes from here, by key; nothing is written in a component. Whoever
 * looks one up while it draws draws again when the language changes.
 */

import { signal } from "../vendor/signals.js";

/** @type {{lang: string, sentences: Record<string, string>}} */
const NOTHING = { lang: "en", sentences: {} };
const catalogue = signal(NOTHING);

/** @param {Record<string, string>} sentences @param {string} [lang] */
export function setText(sentences, lang = "en") {
  catalogue.value = { lang, sentences };
}

/** The language of what is shown, as `lang` attributes and `Intl` want it. */
export function language() {
  return catalogue.value.lang;
}

/** @param {string} lang @param {string[]} parts of the catalogue that this page needs */
export async function loadText(lang, parts) {
  const loaded = await Promise.all(parts.map((part) => loadPart(lang, part)));
  setText(Object.assign({}, ...loaded), lang);
}

/** @param {string} lang @param {string} part @returns {Promise<Record<string, string>>} */
async function loadPart(lang, part) {
  const response = await fetch(`/text/${lang}/${part}.json`);
  if (!response.ok) throw new Error(`no text for ${lang}, ${part}: ${response.status}`);
  return response.json();
}

/** @param {string} key */
export function has(key) {
  return Object.hasOwn(catalogue.value.sentences, key);
}

/**
 * The sentence of a key with `{name}` filled in; the key itself when it is unknown.
 * @param {string} key
 * @param {Record<string, string|number>} [values]
 */
export function t(key, values = {}) {
  const sentence = has(key) ? catalogue.value.sentences[key] : key;
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
