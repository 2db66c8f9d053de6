/** Entry of the duty desk: texts from the server, then the page. */

import { render } from "../../vendor/preact.js";
import { signal } from "../../vendor/signals.js";
import { io } from "../../vendor/socket.io.js";
import { html } from "../html.js";
import { loadText } from "../text.js";
import { Desk } from "./components/desk.js";
import { Controller } from "./controller.js";
import { Notifications } from "./notifications.js";
import { Sounds } from "./sounds.js";

const TICK_MS = 1000;

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
/** @type {{protocol: number, lang: string}} */
const facts = JSON.parse(document.getElementById("facts")?.textContent ?? "{}");

await loadText(facts.lang, ["meeting", "desk"]);
const controller = new Controller(io, new Sounds(), new Notifications());
const tick = signal(Date.now());
setInterval(() => {
  tick.value = Date.now();
}, TICK_MS);
controller.link.open();
render(html`<${Desk} app=${{ controller, tick }} root=${root} />`, root);
