/** Hosts who tried to join at no enrolled terminal: one quiet line a room, with a count. */

import { html } from "../../html.js";
import { clockTime } from "../../state/clock.js";
import { t } from "../../text.js";
import { useDeskState } from "./context.js";

export function RefusedHosts() {
  const { rooms, order } = useDeskState();
  const concerned = order.map((id) => rooms[id]).filter((room) => room?.hosts_refused);
  if (!concerned.length) return null;
  return html`<section class="desk__refused" aria-labelledby="refused-heading">
    <h2 class="govuk-heading-s" id="refused-heading">${t("desk.hosts_refused")}</h2>
    <ul class="govuk-list">${concerned.map((room) => html`<li key=${room.id} data-refused=${room.name}>
      <strong>${room.name}</strong>: ${t(room.hosts_refused?.count === 1 ? "desk.hosts_refused.one" : "desk.hosts_refused.many", {
        count: room.hosts_refused?.count ?? 0, time: clockTime(room.hosts_refused?.last_at ?? 0) })}
    </li>`)}</ul>
  </section>`;
}
