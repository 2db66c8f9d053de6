/** The monitoring terminal: first the choice of rooms, then the wall, with what must be seen on top. */

import { useEffect, useState } from "../../../vendor/preact-hooks.js";
import { html } from "../../html.js";
import { t } from "../../text.js";
import { layoutOf } from "../state.js";
import { Choose } from "./choose.js";
import { MonitorContext, useMonitor, useWall } from "./context.js";
import { MonitorDialog } from "./dialogs.js";
import { Tile } from "./tile.js";
import { Asking, Connection, Problem } from "./top.js";

/** @param {{app: import("./context.js").MonitorApp, root: HTMLElement}} props */
export function Monitor({ app, root }) {
  const state = app.controller.state.value;
  const [dialog, open] = useState(/** @type {import("../types.js").WallDialog|null} */ (null));
  const hasWall = state.wall.length > 0;
  usePage(root, state, app.controller.question !== null);
  return html`<${MonitorContext.Provider} value=${{ app, open }}>
    <${Said} said=${app.controller.said.value} />
    <${Connection} /><${Asking} /><${Problem} />
    ${state.facts && !hasWall && html`<main class="monitor__width monitor__choose" id="main"><${Choose} /></main>`}
    ${hasWall && html`<main class="monitor__main" id="main"><${Wall} /></main>`}
    ${dialog && html`<${MonitorDialog} dialog=${dialog} close=${() => open(null)} />`}
  <//>`;
}

function Wall() {
  const { open } = useMonitor();
  const state = useWall();
  const { columns, rows } = layoutOf(state.wall.length, state.focused !== null);
  const isStale = state.link !== "open";
  return html`<div class="monitor__bar">
      <h1 class="monitor__title" id="view-heading" tabindex="-1">${t("monitor.title")} <span>${state.facts?.establishment}</span></h1>
      <p class="monitor__silent">${t("monitor.silent")}</p>
      <button type="button" class="monitor__button" aria-haspopup="dialog" onClick=${() => open({ kind: "rooms" })}>${t("monitor.rooms")}</button>
    </div>
    <div class=${`wall ${state.focused ? "wall--focused" : ""} ${isStale ? "wall--stale" : ""}`}
      style=${{ "--columns": columns, "--rows": rows }} inert=${isStale}>
      ${state.wall.map((id) => state.rooms[id] && html`<${Tile} key=${id} room=${state.rooms[id]} isFocused=${id === state.focused} />`)}
    </div>`;
}

/** Told to screen readers at once. @param {{said: {count: number, text: string}}} props */
function Said({ said }) {
  return html`<div class="govuk-visually-hidden" role="alert" aria-live="assertive" aria-atomic="true">
    ${said.text && html`<p key=${said.count}>${said.text}</p>`}
  </div>`;
}

/** The root's attributes and the title. @param {HTMLElement} root @param {import("../types.js").WallState} state @param {boolean} isAsked */
function usePage(root, state, isAsked) {
  useEffect(() => {
    root.dataset.view = !state.facts ? "loading" : state.wall.length ? "wall" : "choose";
    root.dataset.link = state.link;
    const title = t("monitor.document_title");
    if (state.link !== "open" && state.facts) document.title = t("monitor.title_lost", { title });
    else document.title = isAsked ? t("monitor.title_asked", { title }) : title;
  });
}
