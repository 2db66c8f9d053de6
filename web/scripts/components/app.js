/** The root of the meeting document: one view at a time, its attributes, title and focus. */

import { useEffect, useLayoutEffect, useRef } from "../../vendor/preact-hooks.js";
import { html } from "../html.js";
import { pageOf } from "../state/journey.js";
import { inside, isPaused } from "../state/meeting.js";
import { t } from "../text.js";
import { AppContext } from "./context.js";
import { Ended } from "./ended.js";
import { LiveRegions } from "./live_regions.js";
import { Meeting } from "./meeting.js";
import { Pin } from "./pin.js";
import { Prejoin } from "./prejoin.js";
import { Waiting } from "./waiting.js";

const VIEWS = { prejoin: Prejoin, pin: Pin, waiting: Waiting, meeting: Meeting, ended: Ended };

/** @param {{app: import("./context.js").AppValue, root: HTMLElement}} props */
export function App({ app, root }) {
  const { journey, meeting } = app.store.parts;
  const page = pageOf(journey, meeting.view);
  useAttributes(root, page, inside(meeting.view));
  useViewFocus(page, app.facts.room.name);
  return html`<${AppContext.Provider} value=${app}>
    <${LiveRegions} />
    <${VIEWS[page]} key=${page} />
  <//>`;
}

/**
 * With what is drawn, so that both are laid out once.
 * @param {HTMLElement} root
 * @param {string} page
 * @param {import("../types.js").InsideView|null} view
 */
function useAttributes(root, page, view) {
  useLayoutEffect(() => {
    root.dataset.view = page;
    set(root, "stage", view?.stage);
    set(root, "handedOver", view && String(view.is_handed_over));
    set(root, "paused", view && String(isPaused(view)));
  });
}

/** @param {HTMLElement} root @param {string} name @param {string|null|undefined} value */
function set(root, name, value) {
  if (value) root.dataset[name] = value;
  else delete root.dataset[name];
}

/** A change of view moves the focus to its heading; the first view leaves it alone. @param {string} page @param {string} room */
function useViewFocus(page, room) {
  const before = useRef("");
  const title = t(`title.${page}`, { room });
  useEffect(() => {
    document.title = title;
  }, [title]);
  useEffect(() => {
    if (before.current) document.getElementById("view-heading")?.focus();
    before.current = page;
  }, [page]);
}
