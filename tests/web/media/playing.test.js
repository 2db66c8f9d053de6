import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { isHeldBack, playAll } from "../../../web/scripts/media/playing.js";

const SCRIPTS = new URL("../../../web/scripts/", import.meta.url);

/** @param {string} name of the DOMException */
const refusal = (name) => Object.assign(new Error(name), { name });

test("everything is started while the press is handled, whatever the first says", async () => {
  /** @type {string[]} */
  const started = [];
  const element = (/** @type {string} */ name) => ({
    play: () => {
      started.push(name);
      return new Promise((/** @type {(value: void) => void} */ resolve) => setTimeout(resolve));
    },
  });
  const all = playAll([element("a"), element("b")]);
  assert.deepEqual(started, ["a", "b"], "before the handler has returned");
  assert.equal(await all, true);
});

test("what is held back is told from what is interrupted", async () => {
  const fails = (/** @type {string} */ name) => ({ play: () => Promise.reject(refusal(name)) });
  assert.equal(await playAll([fails("AbortError")]), true);
  assert.equal(await playAll([fails("AbortError"), fails("NotAllowedError")]), false);
  assert.deepEqual([isHeldBack(refusal("NotAllowedError")), isHeldBack(refusal("AbortError")), isHeldBack(undefined)], [true, false, false]);
});

test("every picture plays in its place on a phone, without sound of its own", () => {
  const names = /** @type {string[]} */ (readdirSync(SCRIPTS, { recursive: true })).filter((name) => name.endsWith(".js"));
  const videos = names.flatMap((name) => readFileSync(new URL(name, SCRIPTS), "utf8").match(/<video\b[^>]*/g) ?? []);
  assert.ok(videos.length >= 3);
  for (const video of videos) assert.match(video, /\bautoplay\b.*\bplaysinline\b.*\bmuted\b/);
});
