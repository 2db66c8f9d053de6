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

test("a presentation has the speaker beside it, and nobody else does", () => {
  const speaking = stage.follow(EMPTY_STAGE, "c", "a", T);
  const { large: shown, beside } = stage.arrange(speaking, inside(["a", "b", "c"], { presenter: "b" }));
  assert.deepEqual([shown?.kind, beside], ["screen", { id: "c", kind: "camera" }]);
  assert.equal(stage.arrange(speaking, inside(["a", "b", "c"])).beside, null);
  const held = stage.enlarge(speaking, "b");
  assert.equal(stage.arrange(held, inside(["a", "b", "c"], { presenter: "b" })).beside, null);
});

test("one's own picture is among the others, in a corner or hidden", () => {
  const view = inside(["a", "b", "c"]);
  const kinds = (/** @type {import("../../../web/scripts/types.js").StageState} */ state) => {
    const { small, floating } = stage.arrange(state, view);
    return [small.map((one) => one.id).join(""), floating?.id ?? ""];
  };
  assert.deepEqual(kinds(EMPTY_STAGE), ["ca", ""]);
  const moved = stage.moveSelf(EMPTY_STAGE, "top-left");
  assert.deepEqual(kinds(moved), ["c", "a"]);
  assert.deepEqual(kinds(stage.hideSelf(moved, true)), ["c", ""]);
  assert.deepEqual(kinds(stage.hideSelf(EMPTY_STAGE, true)), ["c", ""]);
  assert.deepEqual(kinds(stage.hideSelf(stage.hideSelf(moved, true), false)), ["c", "a"]);
  assert.deepEqual(kinds(stage.nextLayout(moved)), ["bc", "a"]);
});

test("one's own picture goes round by a press, and to a corner by arrow key and pointer", () => {
  const round = [1, 2, 3, 4, 5].reduce((places) => [...places, stage.placeAfter(places[places.length - 1])], [stage.SELF_PLACES[0]]);
  assert.deepEqual(round, [...stage.SELF_PLACES, "strip"]);
  assert.equal(stage.placeTowards("strip", "ArrowLeft"), "bottom-left");
  assert.equal(stage.placeTowards("bottom-left", "ArrowUp"), "top-left");
  assert.equal(stage.placeTowards("top-left", "ArrowRight"), "top-right");
  assert.equal(stage.placeTowards("top-right", "ArrowDown"), "bottom-right");
  assert.equal(stage.placeTowards("top-right", "ArrowUp"), "top-right");
  assert.equal(stage.placeTowards("top-right", "Enter"), "top-right");
  assert.deepEqual([stage.cornerAt(0.1, 0.2), stage.cornerAt(0.9, 0.2), stage.cornerAt(0.2, 0.7), stage.cornerAt(0.5, 0.5)],
    ["top-left", "top-right", "bottom-left", "bottom-right"]);
});

test("where one's own picture is outlasts the view, whom one enlarged does not", () => {
  const state = stage.enlarge(stage.hideSelf(stage.moveSelf(stage.nextLayout(EMPTY_STAGE), "top-left"), true), "b");
  assert.deepEqual(stage.clear(state), { ...EMPTY_STAGE, layout: "grid", selfPlace: "top-left", isSelfHidden: true });
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
