import assert from "node:assert/strict";
import { test } from "node:test";
import { keepVisit, parseFragment, readVisit } from "../../web/scripts/entry.js";
import { roomPath, testPath } from "../../web/scripts/room_path.js";

/** @returns {any} */
function storage() {
  /** @type {Map<string, string>} */
  const kept = new Map();
  return {
    getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => void kept.set(key, value),
  };
}

test("a fragment is a personal link, the host's, or nothing", () => {
  assert.deepEqual(parseFragment("#host"), { role: "host" });
  assert.deepEqual(parseFragment("#invite=abc-DEF_1"), { invite: "abc-DEF_1", role: "guest" });
  assert.deepEqual(parseFragment(""), {});
  assert.deepEqual(parseFragment("#main"), {});
});

test("a tab remembers its visit for each room apart", () => {
  const kept = storage();
  keepVisit("room-a", kept, { invite: "x" });
  keepVisit("room-a", kept, { names: ["Ada"] });
  assert.deepEqual(readVisit("room-a", kept), { invite: "x", role: "guest", names: ["Ada"], wasInside: false, seat: null });
  assert.equal(readVisit("room-b", kept).invite, "");
});

test("a damaged memory is a new visit", () => {
  const kept = storage();
  kept.setItem("vmr-visit:room-a", "{oops");
  assert.equal(readVisit("room-a", kept).role, "guest");
});

test("links and addresses lead to the room, with their fragment", () => {
  const path = "/r/k3v7q2mhx4ta";
  assert.equal(roomPath(" k3v7q2mhx4ta "), path);
  assert.equal(roomPath("K3V7 Q2MH X4TA"), path);
  assert.equal(roomPath("https://video.example/r/k3v7q2mhx4ta"), path);
  assert.equal(roomPath("https://video.example/r/k3v7q2mhx4ta#invite=T_0-k"), `${path}#invite=T_0-k`);
  assert.equal(roomPath("video.example/r/k3v7q2mhx4ta/#host"), `${path}#host`);
});

test("anything else leads nowhere", () => {
  for (const text of ["", "hello", "k3v7q2mhx4t", "k3v7q2mhx4t1", "javascript:alert(1)", "/r/../../x"]) {
    assert.equal(roomPath(text), null, text);
  }
});

test("the way to the self-test has the room in its fragment, and the personal link where there is one", () => {
  assert.equal(testPath("k3v7q2mhx4ta", ""), "/check#room=k3v7q2mhx4ta");
  assert.equal(testPath("k3v7q2mhx4ta", "T_0-k"), "/check#room=k3v7q2mhx4ta&invite=T_0-k");
});
