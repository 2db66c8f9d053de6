import assert from "node:assert/strict";
import { test } from "node:test";
import { tellPreference } from "../../../web/scripts/media/preference.js";
import { createStore } from "../../../web/scripts/store.js";
import { inside } from "../views.js";

test("the server hears whom the person keeps large, when that changes and after each loss", () => {
  const store = createStore();
  /** @type {unknown[]} */
  const asked = [];
  tellPreference(store, async (request, payload) => void asked.push([request, payload.participant]));
  const view = inside(["a", "b", "c"]);
  const told = (/** @type {any} */ data) => store.dispatch({ type: "notified", name: "meeting.updated", data, at: 1, nowMs: 1 });
  store.dispatch({ type: "link", phase: "open", nowMs: 1 });
  told(view);
  assert.deepEqual(asked, []);
  store.dispatch({ type: "enlarged", id: "b" });
  told(view);
  store.dispatch({ type: "enlarged", id: "c" });
  assert.deepEqual(asked.splice(0), [["media.prefer", "b"], ["media.prefer", "c"]]);
  store.dispatch({ type: "link", phase: "lost", nowMs: 2 });
  assert.deepEqual(asked, []);
  store.dispatch({ type: "link", phase: "open", nowMs: 3 });
  assert.deepEqual(asked.splice(0), [["media.prefer", "c"]]);
  told({ ...view, presenter: "b" });
  assert.deepEqual(asked.splice(0), [["media.prefer", null]]);
});
