/** Markup as tagged templates: `html` makes Preact nodes; text stays text. */

import htm from "../vendor/htm.js";
import { h } from "../vendor/preact.js";

/** @typedef {import("../vendor/preact.js").VNode<any>} Node */

export const html =
  /** @type {(strings: TemplateStringsArray, ...values: any[]) => Node} */ (htm.bind(/** @type {any} */ (h)));
