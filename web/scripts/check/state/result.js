/** What the office is told of a test by a personal link: words of a fixed list. Pure. */

/** @type {Record<import("./browser.js").BrowserName, string>} */
const BRANDS = {
  chrome: "Chrome", edge: "Edge", firefox: "Firefox", safari: "Safari", samsung: "Samsung Internet", opera: "Opera", other: "",
};
const VERSION_MAX = 9999;

/** Null while something was not tested: nobody is told of half a test. @param {import("./verdict.js").Finding[]} findings @param {import("./browser.js").Browser} browser */
export function resultOf(findings, { name, version }) {
  if (findings.some(({ mark }) => mark === "untested")) return null;
  const problems = findings.filter(({ mark }) => mark === "bad").map(({ id }) => id);
  return { browser: BRANDS[name], version: Math.min(version, VERSION_MAX), problems };
}
