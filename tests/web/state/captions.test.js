import assert from "node:assert/strict";
import { test } from "node:test";
import { KEPT_MS, MAX_LINES, NO_CAPTIONS, addSaid, forgetOld } from "../../../web/scripts/state/captions.js";

/** @param {string} text @param {boolean} [isFinal] @param {number} [nowMs] */
const say = (text, isFinal = true, nowMs = 0) => ({ text, isFinal, speaker: "Ada", nowMs });

test("a line grows until it is final, and keeps who spoke when it began", () => {
  let captions = addSaid(NO_CAPTIONS, say("I came", false));
  captions = addSaid(captions, { ...say("I came home", true, 5), speaker: "Bob" });
  captions = addSaid(captions, say("And then", false));
  assert.deepEqual(captions.lines.map(({ id, speaker, text, isFinal }) => [id, speaker, text, isFinal]),
    [[1, "Ada", "I came home", true], [2, "Ada", "And then", false]]);
});

test("nothing said is no line", () => assert.equal(addSaid(NO_CAPTIONS, say("  ")), NO_CAPTIONS));

test("only the last lines are kept, and none for long", () => {
  let captions = NO_CAPTIONS;
  for (let i = 0; i < MAX_LINES * 2; i += 1) captions = addSaid(captions, say(`line ${i}`, true, i));
  assert.deepEqual(captions.lines.map((one) => one.text), ["line 3", "line 4", "line 5"]);
  assert.equal(forgetOld(captions, 5), captions);
  assert.deepEqual(forgetOld(captions, KEPT_MS + 5).lines, []);
});
