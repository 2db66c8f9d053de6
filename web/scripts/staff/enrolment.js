/** What the form of an enrolment says of the key of this browser. No DOM. */

/** @typedef {import("../signalling/device_key.js").Proof} Proof */

/** @param {Proof} proof @returns {[string, string][]} the form's fields by name */
export function enrolmentFields({ jwk, signature }) {
  return [["x", jwk.x], ["y", jwk.y], ["signature", signature]];
}
