import assert from "node:assert/strict";
import { test } from "node:test";
import { fitness, readBrowser } from "../../../web/scripts/check/state/browser.js";

const AGENTS = {
  chrome: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
  edge: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
  firefox: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  safari: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15",
  iphone: "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/122.0.6261.89 Mobile/15E148 Safari/604.1",
  samsung: "Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/24.0 Chrome/117.0.0.0 Mobile Safari/537.36",
  headless: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36",
};
const HERE = { canMeet: true, touchPoints: 0 };
const read = (/** @type {keyof typeof AGENTS} */ name, here = HERE) => readBrowser(AGENTS[name], here);

test("browsers are told apart, also those that say that they are another", () => {
  const found = Object.fromEntries(Object.keys(AGENTS).map((name) => {
    const { name: of, version, system } = read(/** @type {keyof typeof AGENTS} */ (name));
    return [name, `${of} ${version} ${system}`];
  }));
  assert.deepEqual(found, {
    chrome: "chrome 140 windows", edge: "edge 140 windows", firefox: "firefox 140 linux", safari: "safari 17 macos",
    iphone: "chrome 122 ios", samsung: "samsung 24 android", headless: "chrome 156 linux",
  });
});

test("an iPad that calls itself a Macintosh is known by its fingers", () => {
  assert.equal(read("safari", { canMeet: true, touchPoints: 5 }).system, "ios");
});

test("what no page knows is unknown, and unsupported only where it cannot meet", () => {
  const other = readBrowser("Mozilla/5.0 (SomethingNew)", HERE);
  assert.deepEqual([other.name, other.version, other.system, fitness(other)], ["other", 0, "other", "unknown"]);
  assert.equal(fitness({ ...other, canMeet: false }), "unsupported");
});

test("an old browser is told so, but not by the number of another one on an iPhone", () => {
  const chrome = read("chrome");
  assert.deepEqual([fitness(chrome), fitness({ ...chrome, version: 99 })], ["good", "old"]);
  assert.equal(fitness({ ...read("iphone"), version: 12 }), "good");
});
