/** Whom the result of a test by a personal link is told, whether it was, and the way to the room. */

import { useEffect, useState } from "../../../vendor/preact-hooks.js";
import { html } from "../../html.js";
import { t } from "../../text.js";
import { AskError, ask } from "../ask.js";
import { roomOf } from "../attached.js";
import { resultOf } from "../state/result.js";
import { useCheck } from "./context.js";

/** @typedef {"told"|"not_told"|"void"} News */

/** @param {{findings: import("../state/verdict.js").Finding[]}} props */
export function Told({ findings }) {
  const { attached, browser, test } = useCheck();
  const [news, setNews] = useState(/** @type {News|""} */ (""));
  const { phase } = test.value;
  const told = resultOf(findings, browser);
  const result = told && JSON.stringify(told);
  useEffect(() => {
    if (phase !== "done" || !attached.invite) return;
    if (result) void tell(attached.invite, result).then(setNews);
    else setNews("");
  }, [phase, result]);
  if (phase !== "done" || !attached.room) return null;
  return html`<div class="told vmr-no-print">
    <p class="govuk-body" role="status" data-told=${news}>${news && t(`self_test.${news}`)}</p>
    <p class="govuk-body"><a class="govuk-link" href=${roomOf(attached)}>${t("self_test.back")}</a></p>
  </div>`;
}

/** @param {string} invite @param {string} result @returns {Promise<News>} */
async function tell(invite, result) {
  try {
    await ask("/check/result", { invite, ...JSON.parse(result) });
    return "told";
  } catch (error) {
    return error instanceof AskError && error.code === "no_such_room" ? "void" : "not_told";
  }
}
