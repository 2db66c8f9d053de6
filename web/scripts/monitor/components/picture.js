/** The pictures of one tile: one in the wall, all in a closer look; and why there is none. */

import { useEffect } from "../../../vendor/preact-hooks.js";
import { Icon } from "../../components/icon.js";
import { useVideo } from "../../components/video.js";
import { calledAs } from "../../desk/state/who.js";
import { html } from "../../html.js";
import { t } from "../../text.js";
import { pictureOf } from "../state.js";
import { useMonitor, useWall } from "./context.js";

/** @typedef {import("../types.js").WallRoom} WallRoom */
/** @typedef {import("../types.js").TileFacts} TileFacts */

/** @param {{room: WallRoom, tile: TileFacts|undefined, isFocused: boolean}} props */
export function Pictures({ room, tile, isFocused }) {
  const { slots } = useWall();
  const bound = (slots[room.id] ?? []).filter((slot) => slot.participant !== null && slot.kind !== "audio");
  const shown = bound.filter((slot) => slot.kind === "screen" || isSent(room, slot.participant));
  const why = whyNone(room, tile, shown.length);
  return html`<div class=${`pictures pictures--${Math.min(shown.length, 9)}`}>
    ${shown.map((slot) => html`<${Picture} key=${slot.mid} room=${room} slot=${slot} withheld=${tile?.withheld[slot.participant ?? ""] ?? ""} isFocused=${isFocused} />`)}
    ${why && html`<p class="pictures__none">${why}</p>`}
  </div>`;
}

/** @param {WallRoom} room @param {string|null} participant */
function isSent(room, participant) {
  const person = room.meeting?.people.find((one) => one.id === participant);
  return Boolean(person?.camera);
}

/** @param {WallRoom} room @param {TileFacts|undefined} tile @param {number} shown @returns {string} */
function whyNone(room, tile, shown) {
  const { meeting } = room;
  if (!meeting || meeting.stage === "waiting") return t("monitor.none.waiting");
  if (meeting.paused || meeting.is_unwatched) return t("monitor.none.paused");
  if (shown) return tile?.is_starved ? t("monitor.none.starved") : "";
  if (!meeting.people.some((one) => one.camera && one.is_connected)) return t("monitor.none.cameras_off");
  return t("monitor.none.connecting");
}

/** In a closer look, what is amiss stands on the picture itself. @param {{room: WallRoom, slot: import("../types.js").Slot, withheld: string, isFocused: boolean}} props */
function Picture({ room, slot, withheld, isFocused }) {
  const { health } = useWall();
  const { controller } = useMonitor().app;
  void controller.connections.value;
  const participant = slot.participant ?? "";
  const { ref, isLive } = useVideo(controller.track(room.id, slot.mid));
  useEffect(() => {
    if (!ref.current) return undefined;
    return controller.screens.addVideo(room.id, { video: ref.current, participant, isCamera: slot.kind === "camera" });
  }, [participant, slot.mid]);
  const person = room.meeting?.people.find((one) => one.id === participant);
  const name = person ? calledAs(person, person.name) : "";
  const problem = slot.kind === "camera" ? (health[room.id]?.[participant] ?? pictureOf(room, participant)) : null;
  return html`<figure class="picture" data-participant=${participant} data-live=${String(isLive && !withheld)}>
    <video ref=${ref} class="picture__video" autoplay playsinline muted aria-label=${t("monitor.picture_of", { name })}></video>
    ${withheld && html`<p class="picture__withheld">${t(`monitor.withheld.${withheld}`)}</p>`}
    ${isFocused && problem && html`<p class="picture__problem badge badge--red" data-problem=${problem}><${Icon} name="camera-off" size=${16} /> ${t(`desk.picture.${problem}`)}</p>`}
    <figcaption class="picture__name">${name}${slot.kind === "screen" ? ` (${t("monitor.presentation")})` : ""}</figcaption>
  </figure>`;
}

/** Who is inside, by the names the room shows. @param {{room: WallRoom}} props */
export function People({ room }) {
  const { meeting } = room;
  if (!meeting) return null;
  const watchers = meeting.watchers.filter((one) => one.is_watching).map((one) => one.officer).join(", ");
  return html`<p class="wtile__people">
    ${t("monitor.inside", { names: meeting.people.map((one) => calledAs(one, one.name)).join(", ") || t("monitor.nobody") })}
    ${watchers && html` ${t("monitor.watched_by", { names: watchers })}`}
  </p>`;
}
