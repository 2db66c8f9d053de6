import assert from "node:assert/strict";
import { test } from "node:test";
import { TONES } from "../../../web/scripts/media/sounds.js";
import { alertFor } from "../../../web/scripts/state/alerts.js";

test("nothing is told by sound alone: each sound has its message on screen", () => {
  const data = { at_door: 1, how: "invited", name: "N", participant: "p", text: "T", minutes_left: 5, by: "host", reason: "" };
  for (const name of ["knock.received", ...Object.keys(TONES)]) assert.ok(alertFor(name, data), name);
});

test("nothing sounds for speech, mute of others or a change of the picture", () => {
  for (const name of ["speaker.changed", "slot.bound", "meeting.updated", "quality.changed"]) assert.equal(name in TONES, false);
});
