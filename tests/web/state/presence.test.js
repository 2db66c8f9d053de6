import assert from "node:assert/strict";
import { test } from "node:test";
import { truth } from "../../../web/scripts/state/presence.js";
import { inside, participant, ROOM } from "../views.js";

/** @param {Partial<import("../../../web/scripts/types.js").InsideView>} [change] */
const room = (change = {}) => inside(["me", "host", "guest"], {
  presence: { seen_by: ["host", "guest"], heard_by: ["host"], monitors: 0, is_recorded: false }, ...change,
});

test("who sees and hears is what the server has bound, by name", () => {
  const found = truth(room());
  assert.deepEqual([found.seen, found.heard], [["Name host", "Name guest"], ["Name host"]]);
  assert.deepEqual([found.whyUnseen, found.whyUnheard, found.recording], ["", "", "presence.not_recorded"]);
});

test("every person beside another counts", () => {
  const persons = [{ id: "g-1", name: "Lawyer", is_attested: true }, { id: "g-2", name: "Interpreter", is_attested: true }];
  const participants = [participant("me"), participant("host"), participant("guest", { persons })];
  assert.deepEqual(truth(room({ participants })).seen, ["Name host", "Lawyer", "Interpreter"]);
});

test("nobody is said with its reason", () => {
  const presence = { seen_by: [], heard_by: [], monitors: 0, is_recorded: false };
  const why = (/** @type {any} */ change) => {
    const found = truth(room({ presence, ...change }));
    return [found.whyUnseen, found.whyUnheard].map((key) => key.replace("presence.why.", ""));
  };
  const silent = [participant("me", { camera: false, microphone: false }), participant("host")];
  assert.deepEqual(why({ participants: silent }), ["camera_off", "muted"]);
  assert.deepEqual(why({ participants: silent, paused: "" }), ["paused", "paused"]);
  assert.deepEqual(why({ participants: silent, presenter: "me" }), ["alone", "muted"]);
  assert.deepEqual(why({}), ["alone", "alone"]);
});

test("in a private check only the checking host is named", () => {
  const presence = { seen_by: ["host"], heard_by: ["host"], monitors: 0, is_recorded: false };
  assert.deepEqual(truth(room({ presence })).seen, ["Name host"]);
});

test("a monitor is told, a recording is told, and a demonstration too", () => {
  const watched = { seen_by: [], heard_by: [], monitors: 1, is_recorded: true };
  assert.deepEqual([truth(room({ presence: watched })).monitors, truth(room({ presence: watched })).recording], [1, "presence.recorded"]);
  assert.equal(truth(room({ room: { ...ROOM, recording: "unrecorded_demonstration" } })).recording, "recording.unrecorded_demonstration");
});
