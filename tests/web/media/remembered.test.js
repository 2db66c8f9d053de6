import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_REMEMBERED, NOTHING_REMEMBERED, parse, pick, remember } from "../../../web/scripts/media/remembered.js";

test("what was chosen last comes first, each device once, and the list is bounded", () => {
  let kept = NOTHING_REMEMBERED;
  for (const id of ["desk", "headset", "desk"]) kept = remember(kept, "microphone", id);
  assert.deepEqual([kept.microphone, kept.camera], [["desk", "headset"], []]);
  for (let i = 0; i < MAX_REMEMBERED * 2; i += 1) kept = remember(kept, "camera", `c${i}`);
  assert.deepEqual([kept.camera.length, kept.camera[0]], [MAX_REMEMBERED, `c${MAX_REMEMBERED * 2 - 1}`]);
});

test("of several remembered devices the last chosen one that is here is used", () => {
  assert.equal(pick(["headset", "desk"], ["built-in", "desk"]), "desk");
  assert.equal(pick(["headset"], ["built-in"]), "");
});

test("what was kept is read again as it was written", () => {
  const kept = { ...remember(NOTHING_REMEMBERED, "speaker", "s1"), isBlurred: true,
    processing: { echoCancellation: true, noiseSuppression: false, autoGainControl: true } };
  assert.deepEqual(parse(JSON.stringify(kept)), kept);
});

test("anything else that is found there is nothing", () => {
  const strange = [null, "", "{", "null", "[]", "7", '{"camera":"x","microphone":[1,"",null],"processing":null}',
    '{"cameraId":"of an older version"}'];
  for (const text of strange) assert.deepEqual(parse(text), NOTHING_REMEMBERED, String(text));
});
