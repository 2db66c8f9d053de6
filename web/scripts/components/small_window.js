/**
 * The large picture in a small window on top of other programs: with its name and Mute where the
 * browser lets a page draw such a window, the bare picture where it knows that alone, and no button
 * where it knows neither.
 */

import { render } from "../../vendor/preact.js";
import { useEffect, useState } from "../../vendor/preact-hooks.js";
import { html } from "../html.js";
import { inside, isEncoded, participant, you } from "../state/meeting.js";
import { arrange } from "../state/stage.js";
import { t } from "../text.js";
import { AppContext, useApp, useAppState } from "./context.js";
import { Control } from "./controls.js";
import { Icon } from "./icon.js";
import { Tile } from "./tile.js";

const SIZE = { width: 384, height: 288 };

/** @typedef {{requestWindow: (size: {width: number, height: number}) => Promise<Window>}} PictureWindows */
/** @returns {PictureWindows|undefined} */
const windows = () => /** @type {any} */ (globalThis).documentPictureInPicture;
const canFloat = () => Boolean(windows()) || Boolean(document.pictureInPictureEnabled);

export function SmallWindowButton() {
  const app = useApp();
  const [opened, setOpened] = useState(/** @type {Window|null} */ (null));
  useEffect(() => () => opened?.close(), [opened]);
  useEffect(() => sinkVideo, []);
  if (!canFloat()) return null;
  const open = async () => {
    const made = await windows()?.requestWindow(SIZE).catch(() => null);
    if (made) fill(made, app, () => setOpened((now) => (now === made ? null : now)));
    if (made) setOpened(made);
    if (made === undefined) await floatVideo();
  };
  return html`<button type="button" class="stage__tool" aria-pressed=${opened !== null} onClick=${() => (opened ? opened.close() : open())}>
    <${Icon} name="small-window" size=${20} /><span class="stage__tool-word">${t("window.small")}</span></button>`;
}

/** The bare picture, as older browsers float it. */
async function floatVideo() {
  const video = /** @type {HTMLVideoElement|null} */ (document.querySelector(".tile--large video:not([hidden])"));
  if (document.pictureInPictureElement) await document.exitPictureInPicture();
  else await video?.requestPictureInPicture().catch((error) => console.warn("no small window", error));
}

/** A terminal that is handed over, and a page that has left, float nothing. */
function sinkVideo() {
  if (document.pictureInPictureElement) void document.exitPictureInPicture().catch(() => undefined);
}

/** @param {Window} made @param {import("./context.js").AppValue} app @param {() => void} onClose */
function fill(made, app, onClose) {
  const { document: inner } = made;
  for (const link of document.querySelectorAll('link[rel="stylesheet"]')) inner.head.append(copied(inner, link));
  inner.documentElement.lang = document.documentElement.lang;
  inner.title = document.title;
  inner.body.className = "small-window";
  render(html`<${AppContext.Provider} value=${app}><${SmallWindow} /><//>`, inner.body);
  made.addEventListener("pagehide", () => {
    render(null, inner.body);
    onClose();
  });
}

/** @param {Document} inner @param {Element} link */
function copied(inner, link) {
  const made = inner.createElement("link");
  made.rel = "stylesheet";
  made.href = /** @type {HTMLLinkElement} */ (link).href;
  return made;
}

function SmallWindow() {
  const { meeting, stage } = useAppState();
  const view = inside(meeting.view);
  if (!view) return null;
  const { large, small } = arrange({ ...stage, layout: "speaker" }, view);
  const picture = large ?? small[0];
  return html`<main class="meeting small-window__frame">
    <ul class="small-window__stage">
      ${picture && html`<${Tile} key=${`${picture.kind}-${picture.id}`} view=${view} picture=${picture} participant=${participant(view, picture.id)} isLarge=${true} />`}
    </ul>
    <div class="small-window__controls"><${Mute} view=${view} /></div>
  </main>`;
}

/** @param {{view: import("../types.js").InsideView}} props */
function Mute({ view }) {
  const { actions, devices } = useApp();
  const { isMuted, microphoneTrack } = devices.state.value;
  const isSilent = isEncoded(view) ? !you(view)?.microphone : isMuted || !microphoneTrack;
  return html`<${Control} icon=${isSilent ? "microphone-off" : "microphone"} label=${t(isSilent ? "control.unmute" : "control.mute")}
    tone=${isSilent ? "off" : ""} onClick=${actions.toggleMicrophone} />`;
}
