/** What an officer can do with a room. The server checks each again; some ask first. */

import { html } from "../../html.js";
import { t } from "../../text.js";
import { Press } from "./alerts.js";
import { useDesk } from "./context.js";

/** @typedef {import("../types.js").DeskRoom} DeskRoom */
/** @typedef {import("../types.js").DeskMeeting} DeskMeeting */

/** @param {{room: DeskRoom, meeting: DeskMeeting}} props */
export function Actions({ room, meeting }) {
  const { app, open } = useDesk();
  const may = (/** @type {string} */ permission) => meeting.may.includes(permission);
  const tell = (/** @type {string} */ request) => app.controller.tell(request, room);
  const expected = meeting.waiting.filter((one) => one.is_knocking && one.knock.is_expected).length;
  return html`<div class="desk-actions">
    ${may("lock") && html`<${Press} label=${t("desk.lock")} room=${room} onClick=${() => tell("room.lock")} />`}
    ${may("unlock") && html`<${Press} label=${t("desk.unlock")} room=${room} opensDialog=${true} onClick=${() => open({ kind: "unlock", room })} />`}
    ${may("lock") && expected > 1 && html`<${Press} label=${t("door.admit_expected")} room=${room} onClick=${() => tell("knock.admit_expected")} />`}
    ${may("pause") && (meeting.paused === null
      ? html`<${Press} label=${t("desk.pause")} room=${room} opensDialog=${true} onClick=${() => open({ kind: "pause", room })} />`
      : html`<${Press} label=${t("desk.resume")} room=${room} onClick=${() => tell("room.resume")} />`)}
    ${may("message") && html`<${Press} label=${t("desk.message")} room=${room} opensDialog=${true} onClick=${() => open({ kind: "message", room })} />`}
    <details class="desk-more">
      <summary>${t("desk.more")}<span class="govuk-visually-hidden"> ${room.name}</span></summary>
      <div class="desk-more__buttons">
        ${may("extend") && meeting.ends_at !== null && html`<${Press} label=${t("desk.extend")} room=${room} opensDialog=${true} onClick=${() => open({ kind: "extend", room })} />`}
        ${may("end") && html`<${Press} label=${t("room.end")} room=${room} isDanger=${true} opensDialog=${true} onClick=${() => open({ kind: "end", room })} />`}
        ${meeting.people.map((one) => html`<${OfPerson} key=${one.seat.id} room=${room} meeting=${meeting} seat=${one.seat} />`)}
      </div>
    </details>
  </div>`;
}

/** @param {{room: DeskRoom, meeting: DeskMeeting, seat: import("../types.js").ParticipantView}} props */
function OfPerson({ room, meeting, seat }) {
  const { open } = useDesk();
  const of = { room, participant: seat.id, name: seat.name };
  return html`<p class="desk-more__person"><span>${seat.name}</span>
    ${seat.role === "guest" && meeting.may.includes("send_back") && html`<${Press} label=${t("people.send_back")} room=${room} name=${seat.name} opensDialog=${true} onClick=${() => open({ kind: "send_back", ...of })} />`}
    ${meeting.may.includes("remove") && html`<${Press} label=${t("people.remove")} room=${room} name=${seat.name} isDanger=${true} opensDialog=${true} onClick=${() => open({ kind: "remove", ...of })} />`}
  </p>`;
}
