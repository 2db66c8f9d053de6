/** The index page: takes a link or an address and goes there; the fragment never leaves the page. */

import { roomPath } from "./room_path.js";

const form = /** @type {HTMLFormElement} */ (document.getElementById("open-room"));
const field = /** @type {HTMLInputElement} */ (document.getElementById("room"));
const group = /** @type {HTMLElement} */ (document.getElementById("room-group"));
const error = /** @type {HTMLElement} */ (document.getElementById("room-error"));

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const path = roomPath(field.value);
  if (path) {
    location.assign(path);
    return;
  }
  error.hidden = false;
  group.classList.add("govuk-form-group--error");
  field.classList.add("govuk-input--error");
  field.setAttribute("aria-describedby", "room-hint room-error");
  field.setAttribute("aria-invalid", "true");
  field.focus();
});
