/**
 * The report for an IT department: everything found, by code, with addresses and ports. Pure; the
 * sentences come from `say`. It is made and stays in the browser.
 */

import { outcomeOf } from "./verdict.js";
import { WAYS } from "./test.js";

const TRANSPORTS = { udp: "UDP", tcp: "TCP", relay: "TURN" };

/**
 * @param {{test: import("./test.js").Test, findings: import("./verdict.js").Finding[],
 *   browser: import("./browser.js").Browser, agent: string, origin: string, at: string}} of
 * @param {(key: string, values?: Record<string, string|number>) => string} say
 */
export function reportOf({ test, findings, browser, agent, origin, at }, say) {
  const named = { browser: say(`self_test.browser.${browser.name}`), version: browser.version, system: say(`self_test.system.${browser.system}`) };
  return [
    say("self_test.report.title"), "",
    say("self_test.report.at", { at }),
    say("self_test.report.server", { origin }),
    say("self_test.report.browser", named),
    say("self_test.report.agent", { agent }),
    say("self_test.report.outcome", { outcome: say(`self_test.outcome.${outcomeOf(findings)}`) }), "",
    ...findings.flatMap((one) => linesOf(one, say)), "",
    say("self_test.report.ways"),
    ...WAYS.flatMap((way) => wayLines(test.ways[way], TRANSPORTS[way], say)), "",
    say("self_test.report.allow"),
    say("self_test.report.private"),
  ].join("\n");
}

/** @param {import("./verdict.js").Finding} one @param {(key: string, values?: Record<string, string|number>) => string} say */
function linesOf({ id, mark, code, values }, say) {
  return [`[${say(`self_test.mark.${mark}`)}] ${say(`self_test.of.${id}`)}: ${say(`self_test.found.${code}`, values)} (${code})`];
}

/** @param {import("./test.js").WayResult} result @param {string} name @param {(key: string, values?: Record<string, string|number>) => string} say */
function wayLines({ state, tookMs, servers, own }, name, say) {
  const took = state === "reached" ? ` ${Math.round(tookMs)} ms` : "";
  return [
    `  ${name}: ${say(`self_test.way.${state}`)}${took}`,
    ...servers.map((one) => `    ${say("self_test.report.to")} ${one}`),
    ...own.map((one) => `    ${say("self_test.report.from")} ${one}`),
  ];
}
