/** The duty desk: what rings on top, then a card a room in the order of urgency. */

import { useEffect, useRef, useState } from "../../../vendor/preact-hooks.js";
import { html } from "../../html.js";
import { clockTime } from "../../state/clock.js";
import { t } from "../../text.js";
import { ringing } from "../state/urgency.js";
import { DeskContext } from "./context.js";
import { DeskDialog } from "./dialogs.js";
import { RefusedHosts } from "./refused.js";
import { Room } from "./room.js";
import { Bands, Ringing } from "./top.js";

const HOLD_MS = 4000;

/** @typedef {import("../types.js").DeskState} DeskState */

/** @param {{app: import("./context.js").DeskApp, root: HTMLElement}} props */
export function Desk({ app, root }) {
  const state = app.controller.state.value;
  const [dialog, open] = useState(/** @type {import("../types.js").DeskDialog|null} */ (null));
  const hold = useOrder(app, Boolean(dialog));
  usePage(root, state, app.controller.sounds.played.value);
  const live = state.order.filter((id) => state.rooms[id]?.meeting);
  const idle = state.order.filter((id) => state.rooms[id] && !state.rooms[id].meeting);
  const isStale = state.link !== "open";
  return html`<${DeskContext.Provider} value=${{ app, open }}>
    <${Said} said=${app.controller.said.value} />
    <${Bands} />
    <main class="desk__width desk__main" id="main">
      <div class="desk__head">
        <h1 class="govuk-heading-l" id="view-heading" tabindex="-1">${t("desk.title")}${state.facts && html` <span class="desk__place">${state.facts.establishment}</span>`}</h1>
        <${Ringing} />
      </div>
      ${state.problem && html`<div class="desk__problem" role="alert"><p>${state.problem}</p>
        <button type="button" class="small" onClick=${() => app.controller.dispatch({ type: "problem", text: "" })}>${t("desk.dismiss")}</button></div>`}
      <${RefusedHosts} />
      <div class=${`desk__rooms ${isStale ? "desk__rooms--stale" : ""}`} inert=${isStale} ref=${hold}>
        ${live.map((id) => html`<${Room} key=${id} room=${state.rooms[id]} />`)}
      </div>
      ${state.facts && !live.length && html`<p class="govuk-body">${t("desk.no_meetings")}</p>`}
      ${idle.length > 0 && html`<section class="desk__idle" aria-label=${t("desk.idle")}>
        <h2 class="govuk-heading-s">${t("desk.idle")}</h2>
        <ul>${idle.map((id) => html`<${Idle} key=${id} room=${state.rooms[id]} />`)}</ul>
      </section>`}
    </main>
    ${dialog && html`<${DeskDialog} dialog=${dialog} close=${() => open(null)} />`}
  <//>`;
}

/** A room without a meeting, and what is booked there next. @param {{room: import("../types.js").DeskRoom}} props */
function Idle({ room }) {
  const next = room.next_slot;
  return html`<li data-room=${room.name}>${room.name}${next &&
    html`<span class="desk__next"> ${t("desk.next_slot", { from: clockTime(next.starts_at), to: clockTime(next.ends_at) })}</span>`}</li>`;
}

/** Told to screen readers at once. @param {{said: {count: number, text: string}}} props */
function Said({ said }) {
  return html`<div class="govuk-visually-hidden" role="alert" aria-live="assertive" aria-atomic="true">
    ${said.text && html`<p key=${said.count}>${said.text}</p>`}
  </div>`;
}

/**
 * Cards change places only while nobody is about to press something on them: not while the pointer
 * moves over them, the focus is among them, or a dialog is open.
 * @param {import("./context.js").DeskApp} app
 * @param {boolean} hasDialog
 */
function useOrder({ controller, tick }, hasDialog) {
  const rooms = useRef(/** @type {HTMLElement|null} */ (null));
  const movedAt = useRef(0);
  const { rooms: known } = controller.state.value;
  useEffect(() => {
    const moved = () => {
      movedAt.current = Date.now();
    };
    const element = rooms.current;
    element?.addEventListener("pointermove", moved);
    element?.addEventListener("pointerdown", moved);
    return () => {
      element?.removeEventListener("pointermove", moved);
      element?.removeEventListener("pointerdown", moved);
    };
  }, []);
  useEffect(() => {
    const isInUse = hasDialog || Date.now() - movedAt.current < HOLD_MS || rooms.current?.contains(document.activeElement);
    if (!isInUse) controller.dispatch({ type: "arrange" });
  }, [known, tick.value, hasDialog]);
  return rooms;
}

/** The root's attributes and the title. @param {HTMLElement} root @param {DeskState} state @param {number} sounds */
function usePage(root, state, sounds) {
  const count = ringing(state.rooms).length;
  useEffect(() => {
    root.dataset.view = state.facts ? "desk" : "loading";
    root.dataset.link = state.link;
    root.dataset.sounds = String(sounds);
    root.dataset.ringing = String(count);
    const title = t("desk.document_title");
    if (state.link !== "open" && state.facts) document.title = t("desk.title_lost", { title });
    else document.title = count ? t("desk.title_count", { count, title }) : title;
  });
}
