import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { PREPARED, Players } from "../../../web/scripts/media/players.js";

/** What a browser's video element is to a player. */
class Video {
  /** @type {{tracks: unknown[]}|null} */
  srcObject = null;
  isPlaying = false;

  play() {
    this.isPlaying = true;
    return Promise.reject(new Error("held back"));
  }
}

/** @param {string} id @returns {MediaStreamTrack} */
const track = (id) => /** @type {any} */ ({ id });
/** @param {HTMLVideoElement} player @returns {any} */
const streamOf = (player) => player.srcObject;

/** @type {Video[]} */
let made = [];
beforeEach(() => {
  made = [];
  Object.assign(globalThis, {
    document: { createElement: () => made[made.push(new Video()) - 1] },
    MediaStream: class { constructor(/** @type {unknown[]} */ tracks) { this.tracks = tracks; } },
  });
});

test("the first pictures of a join are played before anybody shows them, and each is taken once", () => {
  const players = new Players();
  const tracks = Array.from({ length: PREPARED + 2 }, (_, i) => track(`t${i}`));
  players.prepare(tracks);
  assert.equal(made.length, PREPARED);
  assert.ok(made.every((one) => one.isPlaying));
  const first = players.take(/** @type {MediaStreamTrack} */ (tracks[0]));
  assert.equal(first, made[0]);
  assert.deepEqual(streamOf(first).tracks, [tracks[0]]);
  assert.notEqual(players.take(/** @type {MediaStreamTrack} */ (tracks[0])), first);
});

test("a picture that nothing was prepared for gets a player of its own, silent", () => {
  const own = track("own");
  const player = new Players().take(own);
  assert.deepEqual(streamOf(player).tracks, [own]);
  assert.equal(player.muted, true);
});

test("players that nobody took play no more after a join that came to nothing; who took one keeps it", () => {
  const players = new Players();
  const tracks = [track("a"), track("b")];
  players.prepare(tracks);
  const taken = players.take(/** @type {MediaStreamTrack} */ (tracks[0]));
  players.close();
  assert.ok(taken.srcObject);
  assert.equal(made[1]?.srcObject, null);
  assert.notEqual(players.take(/** @type {MediaStreamTrack} */ (tracks[1])), made[1]);
});

test("a picture that may show who was there before is not given away", () => {
  const players = new Players();
  const [one, two] = [track("a"), track("b")];
  players.prepare([one, two]);
  for (const participant of [null, "ada", "ada"]) players.bind(one, participant);
  for (const participant of ["ada", "ben"]) players.bind(two, participant);
  assert.equal(players.take(one), made[0]);
  assert.notEqual(players.take(two), made[1]);
});
