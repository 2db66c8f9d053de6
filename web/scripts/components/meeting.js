/** Inside: top bar, stage with messages over it, panel, controls. Dialogs belong to this view. */

import { useEffect, useRef, useState } from "../../vendor/preact-hooks.js";
import { html } from "../html.js";
import { checked, inside, may } from "../state/meeting.js";
import { actsOf } from "./acts.js";
import { Alerts } from "./alerts.js";
import { AudioSlots } from "./audio_slots.js";
import { Captions } from "./captions.js";
import { useApp, useAppState } from "./context.js";
import { Controls } from "./controls.js";
import { MeetingDialog } from "./dialogs.js";
import { useKeys } from "./keys.js";
import { Notices } from "./notices.js";
import { Panel } from "./panel.js";
import { Stage } from "./stage.js";
import { useLeaveWarning, useWakeLock } from "./stay.js";
import { TopBar } from "./top_bar.js";

/** @typedef {{kind: string, participant?: string, person?: string}} DialogName */
const WIDE = "(min-width: 64em)";

export function Meeting() {
  const view = inside(useAppState().meeting.view);
  const [dialog, setDialog] = useState(/** @type {DialogName|null} */ (null));
  const [isPanelOpen, openPanel] = useState(false);
  const frame = useRef(/** @type {HTMLElement|null} */ (null));
  const isHost = Boolean(view && may(view, "admit"));
  const checking = view ? checked(view)?.id : undefined;
  useEffect(() => {
    if (isHost && matchMedia(WIDE).matches) openPanel(true);
  }, [isHost]);
  useEffect(() => {
    if (isHost && checking) openPanel(true);
  }, [isHost, checking]);
  const togglePanel = () => openPanel(!isPanelOpen);
  const acts = actsOf(view, { app: useApp(), open: setDialog, togglePanel });
  useKeys(acts);
  useWakeLock();
  useLeaveWarning();
  if (!view) return null;
  const hasPanel = isPanelOpen && !(view.is_handed_over && !isHost);
  return html`<div class="meeting-frame"><div ref=${frame} class=${`meeting ${hasPanel ? "meeting--panel" : ""} ${view.is_handed_over ? "meeting--seat" : ""}`}>
    <${TopBar} view=${view} open=${setDialog} />
    <main class="meeting__stage" id="main">
      <${Notices} view=${view} />
      <${Stage} view=${view} />
      <${Captions} />
      <${Alerts} />
    </main>
    ${hasPanel && html`<${Panel} view=${view} open=${setDialog} close=${() => openPanel(false)} />`}
    <${Controls} view=${view} open=${setDialog} frame=${frame} isPanelOpen=${hasPanel} togglePanel=${togglePanel} />
    <${AudioSlots} />
    ${dialog && html`<${MeetingDialog} key=${`${dialog.kind}${dialog.participant}`} dialog=${dialog} view=${view} acts=${Object.keys(acts)} open=${setDialog} close=${() => setDialog(null)} />`}
  </div></div>`;
}
