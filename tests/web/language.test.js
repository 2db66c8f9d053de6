import assert from "node:assert/strict";
import { test } from "node:test";
import { effect } from "../../web/vendor/signals.js";
import { cookieOf } from "../../web/scripts/language.js";
import { clockTime } from "../../web/scripts/state/clock.js";
import { language, setText, t } from "../../web/scripts/text.js";

test("whoever looked a sentence up is told of another language", () => {
  setText({ "a.b": "Start" }, "en");
  /** @type {string[]} */
  const drawn = [];
  const stop = effect(() => void drawn.push(`${language()}: ${t("a.b")}`));
  setText({ "a.b": "Dechrau" }, "cy");
  stop();
  assert.deepEqual(drawn, ["en: Start", "cy: Dechrau"]);
});

test("the cookie holds the language and nothing else, and is secure where the page is", () => {
  assert.equal(cookieOf("cy", "http:"), "vmr-language=cy; path=/; max-age=31536000; samesite=lax");
  assert.match(cookieOf("en", "https:"), /^vmr-language=en; .*; secure$/);
});

test("times are written as the language writes them", () => {
  assert.match(clockTime(0, "cy"), /^\d\d:\d\d$/);
});
