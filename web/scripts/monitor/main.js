/** Entry of the monitoring terminal: texts from the server, then the page. No device is asked for. */

import { render } from "../../vendor/preact.js";
import { signal } from "../../vendor/signals.js";
import { io } from "../../vendor/socket.io.js";
import { html } from "../html.js";
import { loadText } from "../text.js";
import { Monitor } from "./components/monitor.js";
import { Controller } from "./controller.js";

const TICK_MS = 1000;

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
/** @type {{protocol: number, lang: string}} */
const facts = JSON.parse(document.getElementById("facts")?.textContent ?? "{}");

await loadText(facts.lang, ["meeting", "desk", "monitor"]);
const controller = new Controller(io);
const tick = signal(Date.now());
setInterval(() => {
  tick.value = Date.now();
}, TICK_MS);
controller.links.open();
render(html`<${Monitor} app=${{ controller, tick }} root=${root} />`, root);
