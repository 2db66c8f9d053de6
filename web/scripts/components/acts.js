/** What this seat may do now, by what a key is for: the shortcuts and their list follow it. */

import { canPresent } from "../media/screen.js";
import { may } from "../state/meeting.js";

/** @typedef {import("../types.js").InsideView} InsideView */
/** @typedef {import("../state/shortcuts.js").Act} Act */

/**
 * @param {InsideView|null} view
 * @param {{app: import("./context.js").AppValue, open: (dialog: {kind: string}) => void, togglePanel: () => void}} page
 * @returns {Partial<Record<Act, () => unknown>>}
 */
export function actsOf(view, { app, open, togglePanel }) {
  if (!view || isPrisoners(view)) return {};
  const { actions } = app;
  return {
    microphone: actions.toggleMicrophone, camera: actions.toggleCamera, layout: actions.nextLayout,
    ...(may(view, "raise_hand") ? { hand: () => toggleHand(view, actions) } : {}),
    ...(may(view, "present") && canPresent() ? { present: () => togglePresent(view, app, open) } : {}),
    ...(app.captions.state.value.phase !== "none" ? { captions: app.captions.toggle } : {}),
    people: togglePanel, devices: () => open({ kind: "devices" }), list: () => open({ kind: "shortcuts" }),
  };
}

/**
 * A terminal that is handed over has its own few buttons, and no place to switch keys off: it has none.
 * @param {InsideView} view
 */
export const isPrisoners = (view) => view.is_handed_over && !may(view, "admit");

/** @param {InsideView} view */
export const isHandUp = (view) => view.raised_hands.includes(view.you);

/** @param {InsideView} view @param {import("../actions.js").Actions} actions */
export function toggleHand(view, actions) {
  return isHandUp(view) ? actions.tell("hand.lower", { participant: view.you }) : actions.tell("hand.raise");
}

/** Somebody else's presentation is taken over after a question. @param {InsideView} view @param {import("./context.js").AppValue} app @param {(dialog: {kind: string}) => void} open */
export function togglePresent(view, app, open) {
  if (app.store.state.value.isPresenting) return app.actions.stopPresenting();
  return isTaken(view) ? open({ kind: "take_over" }) : app.actions.present(false);
}

/** @param {InsideView} view */
export const isTaken = (view) => view.presenter !== null && view.presenter !== view.you;

/** A host is asked before hanging up: the meeting may end with them. @param {InsideView} view @param {import("./context.js").AppValue} app @param {(dialog: {kind: string}) => void} open */
export function hangUp(view, app, open) {
  return may(view, "admit") ? open({ kind: "leave" }) : app.actions.leave();
}
