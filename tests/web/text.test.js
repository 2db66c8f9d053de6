import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { has, setText, t } from "../../web/scripts/text.js";

const WEB = new URL("../../web/", import.meta.url);
/** @type {Record<string, string>} */
const ENGLISH = Object.assign({}, ...readdirSync(new URL("text/en/", WEB)).map((name) => part(name)));
/** The parts of the catalogue that each live page fetches, by its first script. */
const FETCHED = {
  "main.js": ["meeting"],
  "check/main.js": ["meeting", "self_test"],
  "desk/main.js": ["meeting", "desk"],
  "monitor/main.js": ["meeting", "desk", "monitor"],
};
/** Families of keys that are put together from words of the protocol. */
const FAMILIES = [
  "alert", "camera", "claim", "confirmation", "declaration", "desk", "monitor", "dialog", "ended", "error", "language", "layout", "microphone", "people",
  "device", "expected", "help", "part", "policy", "notice", "presence", "preview", "shortcut", "sound", "quality", "recording", "role", "saving", "self", "self_test", "tile", "title", "trouble",
];

/** Families of keys that the server chooses; tests/signalling/staff/test_wiring.py, tests/vmr/test_record_text.py and
 * tests/signalling/bookings/test_request_pages.py check them. */
const OF_THE_SERVER = ["staff", "mail", "record", "request"];

/** @param {string} folder @param {string} ending @returns {string[]} */
function sources(folder, ending) {
  const names = /** @type {string[]} */ (readdirSync(new URL(folder, WEB), { recursive: true }));
  return names.filter((name) => name.endsWith(ending)).map((name) => readFileSync(new URL(`${folder}/${name}`, WEB), "utf8"));
}

/** @param {string} name @param {string} [lang] @returns {Record<string, string>} */
function part(name, lang = "en") {
  return JSON.parse(readFileSync(new URL(`text/${lang}/${name}`, WEB), "utf8"));
}

/** The text of a script and of all that it imports. @param {URL} url @param {Set<string>} [seen] @returns {string} */
function wholeScript(url, seen = new Set()) {
  if (seen.has(url.href) || url.href.includes("/vendor/")) return "";
  seen.add(url.href);
  const text = readFileSync(url, "utf8");
  const imported = Array.from(text.matchAll(/\bfrom "(\.[^"]+)"/g), (match) => wholeScript(new URL(match[1], url), seen));
  return [text, ...imported].join("\n");
}

const CODE = [...sources("scripts", ".js"), ...sources("pages", ".html")].join("\n");
const NAMED = new Set(Array.from(CODE.matchAll(/["'`]([a-z_]+(?:\.[a-z0-9_]+)+)["'`]/g), (match) => match[1]));

test("a sentence is found by its key and its values are filled in", () => {
  setText({ "a.b": "{count} people, {name}" });
  assert.equal(t("a.b", { count: 2, name: "Ada {count}" }), "2 people, Ada {count}");
  assert.equal(t("a.b"), "{count} people, {name}");
  assert.equal(t("a.missing"), "a.missing");
  assert.deepEqual([has("a.b"), has("toString")], [true, false]);
});

test("every key that the pages look up has its sentence", () => {
  const looked = Array.from(CODE.matchAll(/\bt\(\s*["']([^"'`]+)["']/g), (match) => match[1]);
  assert.ok(looked.length > 100);
  assert.deepEqual(looked.filter((key) => !(key in ENGLISH)), []);
  const chosen = [...NAMED].filter((key) => FAMILIES.includes(key.split(".")[0]) && !isMessage(key));
  assert.deepEqual(chosen.filter((key) => !(key in ENGLISH)), []);
});

for (const [script, parts] of Object.entries(FETCHED)) {
  test(`${script} finds every sentence it looks up in what its page fetches`, () => {
    const text = wholeScript(new URL(`scripts/${script}`, WEB));
    assert.ok(text.includes(`loadText(facts.lang, ${JSON.stringify(parts).replaceAll(",", ", ")})`), "it fetches these");
    const held = Object.assign({}, ...parts.map((name) => part(`${name}.json`)));
    const named = Array.from(text.matchAll(/["'`]([a-z_]+(?:\.[a-z0-9_]+)+)["'`]/g), (match) => match[1]);
    const looked = named.filter((key) => key in ENGLISH && !isMessage(key));
    assert.ok(looked.length > 60, String(looked.length));
    assert.deepEqual(looked.filter((key) => !(key in held)), []);
    const families = new Set(Array.from(text.matchAll(/\bt\(`([a-z_]+\.)/g), (match) => match[1]));
    assert.deepEqual(Object.keys(ENGLISH).filter((key) => families.has(key.replace(/\..*/, ".")) && !(key in held)), []);
  });
}

test("each key is in one part, and its first word tells which", () => {
  for (const lang of readdirSync(new URL("text/", WEB))) {
    const names = readdirSync(new URL(`text/${lang}/`, WEB)).map((name) => name.replace(".json", ""));
    for (const name of names) {
      const text = readFileSync(new URL(`text/${lang}/${name}.json`, WEB), "utf8");
      const keys = Array.from(text.matchAll(/^ *"([a-z0-9_.]+)": "/gm), (match) => match[1]);
      assert.deepEqual(keys, Object.keys(JSON.parse(text)), `${lang}/${name}: once each, one a line`);
      assert.deepEqual(keys.filter((key) => partOf(key.split(".")[0], names) !== name), [], `${lang}/${name}: web/README.md says where`);
    }
  }
});

/** @param {string} word that a key begins with @param {string[]} names of the parts there are */
function partOf(word, names) {
  if (word === "index" || word === "not_found") return "site";
  return names.includes(word) ? word : "meeting";
}

/** The parts that participants read: whoever adds a sentence to one language adds it to the other. */
const PARTICIPANTS = ["self_test", "mail", "meeting", "request", "site"];
/** What may read the same in both. */
const SAME = ["language.en", "language.cy", "device.camera", "index.help", "self_test.of.camera", "self_test.mark.bad"];
const NAMES = /^self_test\.(browser|system)\./;

test("every sentence of participants is in English and in Welsh, with the same values", () => {
  const names = readdirSync(new URL("text/en/", WEB)).filter((name) => PARTICIPANTS.includes(name.replace(".json", "")));
  assert.deepEqual(readdirSync(new URL("text/cy/", WEB)).sort(), names.sort());
  for (const name of names) {
    const [english, welsh] = [part(name), part(name, "cy")];
    assert.deepEqual(Object.keys(english).filter((key) => !(key in welsh)), [], `${name}: without Welsh`);
    assert.deepEqual(Object.keys(welsh).filter((key) => !(key in english)), [], `${name}: without English`);
    const differ = Object.keys(english).filter((key) => values(english[key]) !== values(welsh[key]));
    assert.deepEqual(differ, [], `${name}: other values`);
    const same = Object.keys(english).filter((key) => /[a-z]{3}/.test(english[key].replace(/\{\w+\}/g, "")) && english[key] === welsh[key]);
    assert.deepEqual(same.filter((key) => !SAME.includes(key) && !NAMES.test(key)), [], `${name}: English left standing`);
  }
});

/** @param {string} sentence */
function values(sentence) {
  return Array.from(sentence.matchAll(/\{\w+\}/g), (match) => match[0]).sort().join();
}

test("people in a meeting fetch none of the sentences of staff", () => {
  const staff = ["staff", "desk", "monitor", "record", "mail", "request"];
  assert.deepEqual(Object.keys(part("meeting.json")).filter((key) => staff.includes(key.split(".")[0])), []);
  assert.ok(readFileSync(new URL("pages/meeting.html", WEB), "utf8").includes('href="/text/{{ lang }}/meeting.json"'));
});

test("no sentence is left that nothing looks up", () => {
  const unused = Object.keys(ENGLISH).filter((key) => !NAMED.has(key) && ![...FAMILIES, ...OF_THE_SERVER].includes(key.split(".")[0]));
  assert.deepEqual(unused, []);
});

test("every ending, role and problem of a form has words", () => {
  const endings = ["hung_up", "refused", "removed", "meeting_ended", "room_changed", "slot_over", "host_gone", "waited_too_long",
    "pin_attempts_used", "pin_timed_out", "moved", "connection_lost", "broken_off", "next_slot", "other"];
  for (const code of endings) assert.ok(ENGLISH[`ended.${code}`] && ENGLISH[`ended.${code}.more`], code);
  for (const how of ["invited", "admitted", "admitted_after_lock", "host_pin", "returned"]) assert.ok(ENGLISH[`alert.joined.${how}`], how);
  for (const how of ["hung_up", "removed", "sent_back", "lost", "moved"]) assert.ok(ENGLISH[`alert.left.${how}`], how);
});

/** `room.lock` and its like are requests, `quality.changed` is told by the server: no texts. @param {string} key */
function isMessage(key) {
  return CODE.includes(`request("${key}"`) || CODE.includes(`tell("${key}"`) || CODE.includes(`request: "${key}"`)
    || CODE.includes(`case "${key}":`) || CODE.includes(`ask("${key}"`) || CODE.includes(`"${key}": (`);
}
