import assert from "node:assert/strict";
import { test } from "node:test";
import { enterAttached, parseAttached, roomOf } from "../../../web/scripts/check/attached.js";
import { resultOf } from "../../../web/scripts/check/state/result.js";

const TOKEN = "abcdefghijklmnop_-0123456789ABCD";

/** @param {string} hash */
function visit(hash) {
  /** @type {Map<string, string>} */
  const kept = new Map();
  /** @type {string[]} */
  const paths = [];
  /** @type {any} */
  const storage = { getItem: (/** @type {string} */ key) => kept.get(key) ?? null, setItem: (/** @type {string} */ key, /** @type {string} */ value) => void kept.set(key, value) };
  /** @type {any} */
  const history = { replaceState: (/** @type {any} */ _state, /** @type {string} */ _title, /** @type {string} */ path) => paths.push(path) };
  const enter = (/** @type {string} */ text) => enterAttached(/** @type {any} */ ({ hash: text, pathname: "/check" }), history, storage);
  return { found: enter(hash), again: enter(""), paths };
}

test("a personal link is taken from the fragment, which goes at once, and outlives a reload", () => {
  const { found, again, paths } = visit(`#room=k3v7q2mhx4ta&invite=${TOKEN}`);
  assert.deepEqual(found, { room: "k3v7q2mhx4ta", invite: TOKEN });
  assert.deepEqual(again, found);
  assert.deepEqual(paths, ["/check"]);
  assert.equal(roomOf(found), `/r/k3v7q2mhx4ta#invite=${TOKEN}`);
});

test("a room without a link leads back to the room alone", () => {
  assert.equal(roomOf(parseAttached("#room=k3v7q2mhx4ta")), "/r/k3v7q2mhx4ta");
});

test("what is no room of ours leads nowhere", () => {
  for (const text of ["", "#main", "#room=../../evil", `#invite=${TOKEN}`, "#room=K3V7Q2MHX4TA"]) {
    assert.deepEqual(parseAttached(text), { room: "", invite: "" }, text);
  }
  assert.equal(parseAttached("#room=k3v7q2mhx4ta&invite=a\"b").invite, "");
});

test("the office is told words of a list alone: the browser, and what did not work", () => {
  /** @type {any} */
  const findings = [
    { id: "camera", mark: "bad" }, { id: "udp", mark: "advice" }, { id: "speaker", mark: "todo" }, { id: "up", mark: "bad" },
  ];
  const browser = /** @type {const} */ ({ name: "chrome", version: 140, system: "windows", canMeet: true });
  assert.deepEqual(resultOf(findings, browser), { browser: "Chrome", version: 140, problems: ["camera", "up"] });
  assert.equal(resultOf([...findings, { id: "udp", mark: "untested" }], browser), null);
  assert.deepEqual(resultOf([], { ...browser, name: "other", version: 99999 }), { browser: "", version: 9999, problems: [] });
});
