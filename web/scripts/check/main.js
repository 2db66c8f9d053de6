/** Entry of the self-test: facts from the page, texts from the server, then the test. */

import { render } from "../../vendor/preact.js";
import { signal } from "../../vendor/signals.js";
import { html } from "../html.js";
import { LocalDevices } from "../media/devices.js";
import { createStore } from "../store.js";
import { loadText } from "../text.js";
import { enterAttached } from "./attached.js";
import { CheckApp } from "./components/app.js";
import { READY, reduce } from "./state/test.js";
import { readBrowser } from "./state/browser.js";
import { Tester } from "./tester.js";

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
/** @type {import("./components/context.js").CheckFacts} */
const facts = JSON.parse(document.getElementById("facts")?.textContent ?? "{}");

await loadText(facts.lang, ["meeting", "self_test"]);
const test = signal(READY);
const dispatch = (/** @type {import("./state/test.js").Action} */ action) => {
  test.value = reduce(test.value, action);
};
const devices = new LocalDevices(localStorage, () => undefined, () => undefined, () => false);
const tester = new Tester({ dispatch, test: () => test.value, devices, hasRelays: facts.has_relays });
const canMeet = "RTCPeerConnection" in window && Boolean(navigator.mediaDevices?.getUserMedia);
const browser = readBrowser(navigator.userAgent, { canMeet, touchPoints: navigator.maxTouchPoints });

/** @type {AudioContext|null} */
let context = null;
const audioContext = () => (context ??= new AudioContext());
const actions = {
  audioContext,
  chooseDevice: (/** @type {import("../media/devices.js").Choice} */ choice, /** @type {string} */ id) => devices.choose(choice, id),
  setBlurred: (/** @type {boolean} */ isBlurred) => devices.setBlurred(isBlurred),
};

/** @type {any} What the device list of the meeting page needs: nothing of a meeting. */
const app = { facts, store: createStore(), devices, actions };
const attached = enterAttached(location, history, sessionStorage);
const check = { attached, facts, test, dispatch, tester, devices, browser, audioContext };
root.replaceChildren();
render(html`<${CheckApp} app=${app} check=${check} root=${root} />`, root);
