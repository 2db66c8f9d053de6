/** What staff outside call somebody inside: a terminal after its hand-over is not its officer. */

import { t } from "../../text.js";

/** @param {{is_handed_over: boolean}} seat @param {string} name that the seat came in with */
export function calledAs(seat, name) {
  return seat.is_handed_over ? t("desk.at_terminal", { name }) : name;
}
