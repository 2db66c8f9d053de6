import assert from "node:assert/strict";
import { test } from "node:test";

import { codecsToOffer, holdPictures, preferCodecs, screenLayer } from "../../../web/scripts/media/peer.js";

/** @param {string[]} types */
const codecs = (...types) => types.map((mimeType) => ({ mimeType }));

test("sound with copies is offered before sound without, and nothing else", () => {
  const known = codecs("audio/opus", "audio/red", "audio/G722", "audio/PCMU", "audio/CN", "audio/telephone-event");
  assert.deepEqual(codecsToOffer(known), codecs("audio/red", "audio/opus"));
});

test("a browser without copies offers its sound alone", () => {
  assert.deepEqual(codecsToOffer(codecs("audio/opus", "audio/G722")), codecs("audio/opus"));
});

test("pictures keep the browser's order, and no other way of packing H.264 is offered", () => {
  const packed = { mimeType: "video/H264", sdpFmtpLine: "packetization-mode=1;profile-level-id=42e01f" };
  const single = { mimeType: "video/H264", sdpFmtpLine: "packetization-mode=0;profile-level-id=42e01f" };
  const known = [...codecs("video/VP8", "video/rtx", "video/VP9"), packed, single, ...codecs("video/AV1", "video/red", "video/ulpfec")];
  assert.deepEqual(codecsToOffer(known), [...codecs("video/VP8", "video/rtx"), packed]);
});

test("a browser that knows nothing we use is asked for nothing", () => {
  assert.deepEqual(codecsToOffer(codecs("audio/PCMU")), []);
});

test("pictures are held and let go again, sound and what cannot be asked are left alone", () => {
  const picture = { track: { id: "p", kind: "video" }, jitterBufferTarget: null };
  const other = { track: { id: "o", kind: "video" }, jitterBufferTarget: null };
  const sound = { track: { id: "s", kind: "audio" }, jitterBufferTarget: null };
  const old = { track: { id: "p", kind: "video" } };
  const all = [picture, other, sound, old];
  holdPictures(all, (id) => (id === "o" ? null : 150));
  assert.deepEqual(all.map((one) => "jitterBufferTarget" in one ? one.jitterBufferTarget : "untouched"), [150, null, null, "untouched"]);
  holdPictures(all, () => null);
  assert.equal(picture.jitterBufferTarget, null);
});

test("a document is sent in full size and seldom, moving pictures often and no larger than they need be", () => {
  const track = /** @type {MediaStreamTrack} */ (/** @type {unknown} */ ({ getSettings: () => ({ width: 1920, height: 1080 }) }));
  const [document, film] = [screenLayer(track, "detail"), screenLayer(track, "motion")];
  assert.deepEqual([document.scaleResolutionDownBy, film.scaleResolutionDownBy], [1, 1.5]);
  assert.ok((document.maxFramerate ?? 0) < (film.maxFramerate ?? 0));
  assert.equal(screenLayer(null, "motion").scaleResolutionDownBy, 1);
});

/** What Safari 18 names for pictures, in its order. */
const SAFARI = [
  { mimeType: "video/H264", sdpFmtpLine: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=640c1f" },
  { mimeType: "video/H264", sdpFmtpLine: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f" },
  { mimeType: "video/H264", sdpFmtpLine: "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f" },
  { mimeType: "video/rtx" }, { mimeType: "video/H265" }, { mimeType: "video/VP8" }, { mimeType: "video/VP9", sdpFmtpLine: "profile-id=0" },
  { mimeType: "video/red" }, { mimeType: "video/ulpfec" },
].map((one) => ({ ...one, clockRate: 90000 }));

/** @param {string} kind @param {boolean} canPrefer */
function transceiver(kind, canPrefer = true) {
  /** @type {any[][]} */
  const preferred = [];
  const made = { receiver: { track: { kind } }, ...(canPrefer ? { setCodecPreferences: (/** @type {any[]} */ list) => preferred.push(list) } : {}) };
  return { made: /** @type {any} */ (made), preferred };
}

test("Safari offers H.264, in its own order, and nothing that it has not named", () => {
  const { made, preferred } = transceiver("video");
  preferCodecs(made, () => ({ codecs: SAFARI, headerExtensions: [] }));
  const [list] = preferred;
  assert.deepEqual(list.map((one) => one.mimeType), ["video/H264", "video/H264", "video/rtx", "video/VP8"]);
  assert.ok(list.every((one) => SAFARI.includes(one)), "the very entries it gave");
});

test("a browser that cannot be asked for its codecs, or told, keeps its own list", () => {
  const mute = transceiver("video");
  preferCodecs(mute.made, () => null);
  assert.deepEqual(mute.preferred, []);
  preferCodecs(transceiver("audio", false).made, () => ({ codecs: [{ mimeType: "audio/opus", clockRate: 48000 }], headerExtensions: [] }));
});
