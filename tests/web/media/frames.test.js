import assert from "node:assert/strict";
import { test } from "node:test";
import { readFrames } from "../../../web/scripts/media/frames.js";

/** @param {any[]} stats */
const connection = (stats) => ({
  getStats: async () => stats,
  getTransceivers: () => [{ mid: "11", receiver: { track: { id: "t11" } } }, { mid: null, receiver: { track: { id: "t12" } } }],
});
const VIDEO = { type: "inbound-rtp", kind: "video" };

test("frames are known by the mid, or else by the track", async () => {
  const stats = [
    { ...VIDEO, mid: "12", framesDecoded: 7 }, { ...VIDEO, trackIdentifier: "t11", framesDecoded: 5 },
    { type: "inbound-rtp", kind: "audio", mid: "3" }, { type: "outbound-rtp", kind: "video", mid: "1", framesEncoded: 9 },
  ];
  assert.deepEqual(await readFrames(connection(stats)), { 11: 5, 12: 7 });
  assert.deepEqual(await readFrames(connection([{ ...VIDEO, mid: "12" }])), { 12: 0 });
});

test("nothing is judged where it is not said whose the frames are", async () => {
  assert.equal(await readFrames(connection([{ ...VIDEO, framesDecoded: 7 }])), null);
  assert.equal(await readFrames(connection([{ ...VIDEO, trackIdentifier: "t12", framesDecoded: 7 }])), null);
});
