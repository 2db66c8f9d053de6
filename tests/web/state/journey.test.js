import assert from "node:assert/strict";
import { test } from "node:test";
import { START, beginJoin, beginReturn, end, failJoin, finishJoin, pageOf } from "../../../web/scripts/state/journey.js";
import { inside, waiting } from "../views.js";

const OVER = { code: "hung_up", canReturn: true, reason: "" };

test("pressing Start twice joins once", () => {
  const joining = beginJoin(START);
  assert.equal(joining.step, "joining");
  assert.equal(beginJoin(joining), joining);
});

test("a refused join goes back to the prejoin view with its problem", () => {
  const failed = failJoin(beginJoin(START), { code: "no_such_room", message: "No." });
  assert.deepEqual([failed.step, failed.problem?.code], ["prejoin", "no_such_room"]);
  assert.equal(beginJoin(failed).problem, null);
});

test("a terminal that comes back by itself stays one until it is over, and pressing Start makes it an ordinary join", () => {
  const back = beginReturn();
  assert.equal(beginJoin(back), back);
  assert.deepEqual([finishJoin(back).isReturn, failJoin(back, { code: "offline", message: "" }).isReturn], [true, true]);
  assert.equal(end(back, OVER).isReturn, undefined);
  assert.equal(finishJoin(beginJoin(START)).isReturn, undefined);
});

test("an ending is final, whatever the join says afterwards", () => {
  const over = end(beginJoin(START), OVER);
  assert.equal(finishJoin(over), over);
  assert.equal(failJoin(over, { code: "x", message: "" }), over);
  assert.equal(end(over, { ...OVER, code: "removed" }), over);
});

test("the view decides the page once the join was pressed", () => {
  const joined = finishJoin(beginJoin(START));
  assert.equal(pageOf(START, inside(["a"])), "prejoin");
  assert.equal(pageOf(joined, null), "prejoin");
  assert.equal(pageOf(joined, waiting()), "waiting");
  assert.equal(pageOf(joined, inside(["a"])), "meeting");
  assert.equal(pageOf(end(joined, OVER), inside(["a"])), "ended");
});
