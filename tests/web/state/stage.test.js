import assert from "node:assert/strict";
import { test } from "node:test";
import * as stage from "../../../web/scripts/state/stage.js";
import { inside, participant } from "../views.js";

const { EMPTY_STAGE, HOLD_MS } = stage;
const T = 1_000_000;

/** @param {import("../../../web/scripts/types.js").StageState} state @param {any} [change] */
const large = (state, change) => stage.arrange(state, inside(["a", "b", "c"], change)).large;

test("the speaker becomes large", () => {
  assert.deepEqual(large(stage.follow(EMPTY_STAGE, "c", "a", T)), { id: "c", kind: "camera" });
});

test("nobody is replaced before they were large for a while", () => {
  const first = stage.follow(EMPTY_STAGE, "b", "a", T);
  const early = stage.follow(first, "c", "a", T + 500);
  assert.equal(large(early)?.id, "b");
  assert.equal(stage.waitMs(early, T + 500), HOLD_MS - 500);
  assert.equal(stage.settle(early, T + HOLD_MS - 1), early);
  assert.equal(large(stage.settle(early, T + HOLD_MS))?.id, "c");
});

test("a short interruption is forgotten", () => {
  const early = stage.follow(stage.follow(EMPTY_STAGE, "b", "a", T), "c", "a", T + 500);
  const back = stage.follow(early, "b", "a", T + 900);
  assert.deepEqual([back.next, stage.waitMs(back, T + 900)], [null, null]);
  assert.equal(stage.settle(back, T + HOLD_MS * 2), back);
});

test("oneself is never large, and silence changes nothing", () => {
  const shown = stage.follow(EMPTY_STAGE, "b", "a", T);
  assert.equal(large(stage.follow(shown, "a", "a", T + HOLD_MS * 2))?.id, "b");
  assert.equal(large(stage.follow(shown, null, "a", T + HOLD_MS * 2))?.id, "b");
});

test("before anybody speaks the first of the others is large", () => {
  assert.equal(large(EMPTY_STAGE)?.id, "b");
  assert.equal(stage.arrange(EMPTY_STAGE, inside(["a"])).large, null);
});

test("who was enlarged by hand stays large until let go", () => {
  const held = stage.enlarge(stage.follow(EMPTY_STAGE, "b", "a", T), "c");
  assert.equal(large(held)?.id, "c");
  assert.equal(large(stage.enlarge(held, "c"))?.id, "b");
});

test("a private ID check puts the guest on the stage", () => {
  const participants = [participant("a"), participant("b"), participant("c", { is_checking: true })];
  assert.equal(large(EMPTY_STAGE, { participants })?.id, "c");
});

test("a presentation takes the stage in every layout, one's own does not", () => {
  const grid = stage.nextLayout(EMPTY_STAGE);
  for (const one of [EMPTY_STAGE, grid]) {
    const { large: shown, small } = stage.arrange(one, inside(["a", "b"], { presenter: "b" }));
    assert.deepEqual(shown, { id: "b", kind: "screen" });
    assert.deepEqual(small.map((picture) => `${picture.id} ${picture.kind}`), ["b camera", "a camera"]);
  }
  assert.equal(large(EMPTY_STAGE, { presenter: "a" })?.kind, "camera");
});

test("whoever is enlarged by hand comes before grid and presentation", () => {
  const held = stage.enlarge(stage.nextLayout(EMPTY_STAGE), "c");
  assert.deepEqual(large(held), { id: "c", kind: "camera" });
  assert.deepEqual(large(held, { presenter: "b" }), { id: "c", kind: "camera" });
  assert.equal(stage.nextLayout(held).enlarged, null);
});

test("in the grid everybody is small and oneself is last", () => {
  const grid = stage.nextLayout(EMPTY_STAGE);
  const { large: shown, small } = stage.arrange(grid, inside(["a", "b", "c"]));
  assert.deepEqual([shown, small.map((one) => one.id)], [null, ["b", "c", "a"]]);
  assert.equal(stage.nextLayout(grid).layout, "speaker");
});

test("who has left is forgotten everywhere", () => {
  const state = { ...EMPTY_STAGE, shown: "b", next: "c", enlarged: "b" };
  const pruned = stage.prune(state, inside(["a", "c"]));
  assert.deepEqual([pruned.shown, pruned.next, pruned.enlarged], [null, "c", null]);
});
