/** Entry of the meeting document: facts from the page, texts from the server, then the views. */

import { io } from "../vendor/socket.io.js";
import { render } from "../vendor/preact.js";
import { signal } from "../vendor/signals.js";
import { createActions } from "./actions.js";
import { createCaptions } from "./captions.js";
import { App } from "./components/app.js";
import { Controller } from "./controller.js";
import { enter } from "./entry.js";
import { html } from "./html.js";
import { watchFeedback } from "./media/feedback.js";
import { watchFrames } from "./media/frames.js";
import { watchMutedVoice } from "./media/muted_voice.js";
import { tellPreference } from "./media/preference.js";
import { watchQuality } from "./media/watch.js";
import { createPreferences } from "./preferences.js";
import { createStore } from "./store.js";
import { loadText } from "./text.js";

const TICK_MS = 1000;

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
/** @type {import("./types.js").Facts} */
const facts = JSON.parse(document.getElementById("facts")?.textContent ?? "{}");

const visit = enter(facts.address);
await loadText(facts.lang, ["meeting"]);
const store = createStore();
const preferences = createPreferences(localStorage);
if (preferences.choices.value.layout !== store.state.value.stage.layout) store.dispatch({ type: "layout" });
const controller = new Controller(store, facts, visit, io, preferences);
const tick = signal(Date.now());
setInterval(() => {
  tick.value = Date.now();
}, TICK_MS);
const captions = createCaptions(controller);
const app = {
  captions, facts, visit, store, tick, preferences, volume: signal(1), devices: controller.own.devices, actions: createActions(controller),
};
controller.open();
if (visit.wasInside && visit.seat) void controller.returnToSeat();
watchQuality(controller);
watchFrames(controller);
watchMutedVoice(controller);
watchFeedback(controller);
tellPreference(store, app.actions.ask);
root.replaceChildren(); // what stood there before a script had run
render(html`<${App} app=${app} root=${root} />`, root);
