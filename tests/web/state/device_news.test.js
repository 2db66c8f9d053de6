import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { deviceNews, joinsWith, usesHeadset } from "../../../web/scripts/state/device_news.js";

const ENGLISH = JSON.parse(readFileSync(new URL("../../../web/text/en/meeting.json", import.meta.url), "utf8"));

test("what became of a device has a sentence with its names", () => {
  for (const kind of /** @type {const} */ (["camera", "microphone"])) {
    const told = [["Old", "New"], ["Old", ""], ["", "New"], ["", ""]].map(([lost, now]) => deviceNews({ kind, lost, now }));
    assert.deepEqual(told.map((one) => one.key.split(".")[2]), ["changed", "lost", "back", "there"]);
    for (const { key, values } of told) {
      const named = Array.from(/** @type {string} */ (ENGLISH[key]).matchAll(/\{(\w+)\}/g), ([, name]) => name);
      for (const name of named) assert.ok(values?.[name], `${key}: ${name}`);
    }
  }
});

test("a speaker that is lost, or back, is told with its name", () => {
  for (const [lost, now, what] of [["Old", "", "lost"], ["", "New", "back"]]) {
    const { key } = deviceNews({ kind: "speaker", lost, now });
    assert.equal(key, `device.speaker.${what}`);
    assert.ok(ENGLISH[key].includes(lost ? "{lost}" : "{now}"));
  }
});

test("the newest news of one device replaces the older, and is told at once", () => {
  const news = deviceNews({ kind: "camera", lost: "Old", now: "" });
  assert.deepEqual([news.tag, news.assertive, news.tone], ["device-camera", true, "warning"]);
});

test("one is told as what one joins", () => {
  const track = {};
  const of = (/** @type {unknown} */ camera, /** @type {unknown} */ microphone, isMuted = false) =>
    joinsWith({ cameraTrack: camera, microphoneTrack: microphone, isMuted });
  assert.deepEqual([of(track, track), of(null, track), of(track, null), of(null, null)], ["both", "sound", "picture", "nothing"]);
  assert.deepEqual([of(track, track, true), of(null, track, true)], ["picture", "nothing"]);
});

test("a headset is known by its name", () => {
  for (const label of ["Jabra EVOLVE 20 Headset", "AirPods Pro", "Earphones (USB)", "WH-1000 Hands-Free AG Audio", "Galaxy Buds"]) {
    assert.equal(usesHeadset([label]), true, label);
  }
  assert.equal(usesHeadset(["Built-in Microphone", "Speakers (Realtek)", ""]), false);
});
