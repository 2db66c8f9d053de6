import assert from "node:assert/strict";
import { test } from "node:test";
import * as ladder from "../../../web/scripts/state/ladder.js";

const { CONNECT_MS, GROUND, REBUILD_MS, RESTART_MS, SHAKY_MS, dueInMs, step } = ladder;

/** @param {...[import("../../../web/scripts/state/ladder.js").Event, number]} events */
function climb(...events) {
  let state = GROUND;
  let action = null;
  for (const [event, at] of events) [state, action] = step(state, event, at);
  return { rung: state.rung, action, state };
}

test("a short disturbance asks for nothing", () => {
  const shaky = climb(["opened", 0], ["connected", 50], ["disconnected", 1000], ["time", 1000 + SHAKY_MS - 1]);
  assert.deepEqual([shaky.rung, shaky.action], ["shaky", null]);
  assert.deepEqual(step(shaky.state, "connected", 2500)[0].rung, "connected");
});

test("two seconds bring an ICE restart, five more a new peer connection", () => {
  const restarted = climb(["opened", 0], ["connected", 0], ["disconnected", 1000], ["time", 1000 + SHAKY_MS]);
  assert.deepEqual([restarted.rung, restarted.action], ["restarting", "restart"]);
  assert.equal(dueInMs(restarted.state, 1000 + SHAKY_MS), RESTART_MS);
  const [rebuilt, action] = step(restarted.state, "time", 1000 + SHAKY_MS + RESTART_MS);
  assert.deepEqual([rebuilt.rung, action], ["rebuilding", "rebuild"]);
});

test("new peer connections come at growing intervals, up to a limit", () => {
  let state = climb(["opened", 0], ["time", CONNECT_MS]).state;
  assert.equal(dueInMs(state, CONNECT_MS), REBUILD_MS);
  for (let i = 0; i < 9; i += 1) [state] = step(state, "time", state.since + 60_000);
  assert.equal(dueInMs(state, state.since), ladder.MAX_REBUILD_MS);
  assert.equal(step(state, "connected", 0)[0].tries, 0);
});

test("a connection that fails goes to the next rung at once", () => {
  assert.equal(climb(["opened", 0], ["connected", 0], ["failed", 9000]).action, "restart");
  assert.equal(climb(["opened", 0], ["failed", 100]).action, "rebuild");
  const rebuilding = climb(["opened", 0], ["failed", 100], ["failed", 200]);
  assert.deepEqual([rebuilding.rung, rebuilding.action], ["rebuilding", null]);
  assert.equal(climb(["failed", 0]).rung, "idle");
});

test("a path that the server has lost is made anew at once, from every rung but the ground", () => {
  assert.equal(climb(["opened", 0], ["lost", 10]).action, "rebuild");
  assert.equal(climb(["opened", 0], ["connected", 10], ["lost", 20]).action, "rebuild");
  const again = climb(["opened", 0], ["connected", 10], ["disconnected", 20], ["lost", 30], ["lost", 40]);
  assert.deepEqual([again.rung, again.action, again.state.since], ["rebuilding", "rebuild", 40]);
  assert.deepEqual([climb(["lost", 0]).rung, climb(["lost", 0]).action], ["idle", null]);
});

test("nothing is tried while the server cannot be asked, and it is as soon as it can", () => {
  const events = /** @type {[import("../../../web/scripts/state/ladder.js").Event, number][]} */ ([
    ["opened", 0], ["connected", 0], ["disconnected", 1000], ["offline", 1100], ["time", 9000]]);
  const away = climb(...events);
  assert.deepEqual([away.action, dueInMs(away.state, 9000)], [null, null]);
  assert.equal(step(away.state, "online", 9001)[1], "restart");
});

test("a closed connection rests", () => {
  const closed = climb(["opened", 0], ["disconnected", 10], ["closed", 20]);
  assert.deepEqual([closed.rung, dueInMs(closed.state, 20)], ["idle", null]);
});
