/** The page that enrols a terminal: signs the form with the key of this browser, then sends it. */

import { proveDevice } from "../signalling/device_key.js";
import { enrolmentFields } from "./enrolment.js";

const form = /** @type {HTMLFormElement} */ (document.getElementById("enrolment"));
const button = /** @type {HTMLButtonElement} */ (document.getElementById("enrol"));
const error = /** @type {HTMLElement} */ (document.getElementById("no-key"));

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (button.disabled) return;
  button.disabled = true;
  const proof = await proveDevice(form.dataset.place ?? "", form.dataset.nonce ?? "");
  error.hidden = proof !== null;
  button.disabled = proof !== null;
  if (proof === null) return;
  for (const [name, value] of enrolmentFields(proof)) {
    /** @type {HTMLInputElement} */ (form.elements.namedItem(name)).value = value;
  }
  form.submit();
});

button.disabled = false;
