/** Shortcuts of the meeting, and holding the space bar to talk while muted. */

import { useLayoutEffect, useRef } from "../../vendor/preact-hooks.js";
import { actOf, isToTalk } from "../state/shortcuts.js";
import { useApp } from "./context.js";

const FIELDS = "input, textarea, select, [contenteditable]";
const BUTTONS = "button, a[href], summary, [role='button']";

/** @typedef {import("../state/shortcuts.js").Act} Act */

/** @param {Partial<Record<Act, () => unknown>>} acts what this seat may do now, by what the key is for */
export function useKeys(acts) {
  const { actions, preferences } = useApp();
  const { hasShortcuts } = preferences.choices.value;
  const latest = useRef(acts);
  latest.current = acts;
  useLayoutEffect(() => { // as soon as they are shown: a key of that moment counts
    if (!hasShortcuts) return undefined;
    let isByPointer = false;
    let isTalking = false;
    const release = () => {
      if (isTalking) actions.endTalk();
      isTalking = false;
    };
    const down = (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Tab") isByPointer = false;
      const stroke = strokeOf(event, isByPointer);
      if (isToTalk(stroke) && latest.current.microphone) {
        event.preventDefault();
        if (!isTalking && !event.repeat) isTalking = actions.beginTalk();
        return;
      }
      const act = actOf(stroke);
      if (!act || !latest.current[act]) return;
      event.preventDefault();
      latest.current[act]?.();
    };
    const up = (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== " " || !isTalking) return;
      event.preventDefault(); // the button that has the focus is not pressed
      release();
    };
    const point = () => { isByPointer = true; };
    const hide = () => document.hidden && release();
    addEventListener("keydown", down);
    addEventListener("keyup", up);
    addEventListener("pointerdown", point);
    addEventListener("blur", release);
    document.addEventListener("visibilitychange", hide);
    return () => {
      release();
      removeEventListener("keydown", down);
      removeEventListener("keyup", up);
      removeEventListener("pointerdown", point);
      removeEventListener("blur", release);
      document.removeEventListener("visibilitychange", hide);
    };
  }, [hasShortcuts]);
}

/** @param {KeyboardEvent} event @param {boolean} isByPointer @returns {import("../state/shortcuts.js").Stroke} */
function strokeOf(event, isByPointer) {
  const target = event.target instanceof Element ? event.target : document.body;
  return {
    key: event.key, isWithOthers: event.ctrlKey || event.altKey || event.metaKey, isRepeat: event.repeat, isByPointer,
    isInDialog: document.querySelector("dialog[open]") !== null,
    at: target.closest(FIELDS) ? "field" : target.closest(BUTTONS) ? "button" : "page",
  };
}
