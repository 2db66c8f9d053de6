import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { reportOf } from "../../../web/scripts/check/state/report.js";
import { READY, bestWay, reduce } from "../../../web/scripts/check/state/test.js";
import { judge, outcomeOf } from "../../../web/scripts/check/state/verdict.js";

/** @typedef {import("../../../web/scripts/check/state/test.js").Test} Test */
/** @typedef {import("../../../web/scripts/check/state/test.js").WayState} WayState */

/** @type {Record<string, string>} */
const ENGLISH = JSON.parse(readFileSync(new URL("../../../web/text/en/self_test.json", import.meta.url), "utf8"));
const BROWSER = /** @type {const} */ ({ name: "chrome", version: 140, system: "windows", canMeet: true });
const DEVICES = { camera: "live", microphone: "live" };
const FIGURES = { upBps: 1_480_000, downBps: 1_470_000, upLoss: 0, downLoss: 0.004, delayMs: 23.4, jitterMs: 4, mayBps: 0, late: 0.02 };

/** @param {WayState} state */
const way = (state) => ({ state, tookMs: 120, servers: ["UDP 192.0.2.1:8081"], own: ["host udp 10.0.0.7"] });

/** @param {Partial<Test>} change @param {Partial<Record<"udp"|"tcp"|"relay", WayState>>} ways @returns {Test} */
function done(change = {}, ways = {}) {
  const { udp = "reached", tcp = "reached", relay = "reached" } = ways;
  return {
    ...READY, phase: "done", ways: { udp: way(udp), tcp: way(tcp), relay: way(relay) }, measuredBy: "udp", figures: FIGURES,
    isHeard: true, speaker: "heard", ...change,
  };
}

/** The code of each finding that is not good. @param {Test} one @param {{camera: string, microphone: string}} [devices] */
function amiss(one, devices = DEVICES) {
  return judge(one, devices, BROWSER).filter(({ mark }) => mark !== "good").map(({ code, mark }) => `${mark} ${code}`);
}

test("where everything works the test is passed", () => {
  assert.deepEqual(amiss(done()), []);
  assert.equal(outcomeOf(judge(done(), DEVICES, BROWSER)), "passed");
});

test("what is left to the person keeps it from being passed, and is no failure", () => {
  const one = done({ speaker: "unasked" });
  assert.deepEqual(amiss(one), ["todo speaker.unasked"]);
  assert.equal(outcomeOf(judge(one, DEVICES, BROWSER)), "nearly");
});

test("a rate or delay that misses the threshold fails, one that meets it does not", () => {
  assert.deepEqual(amiss(done({ figures: { ...FIGURES, upBps: 999_999 } })), ["bad up.slow"]);
  assert.deepEqual(amiss(done({ figures: { ...FIGURES, upBps: 1_000_000, delayMs: 100 } })), []);
  assert.deepEqual(amiss(done({ figures: { ...FIGURES, delayMs: 100.1 } })), ["bad delay.long"]);
  assert.deepEqual(amiss(done({ figures: { ...FIGURES, downBps: 700_000 } })), ["bad down.slow"]);
});

test("what comes back can be no more than what was sent, so a slow way up proves nothing of the way down", () => {
  assert.deepEqual(amiss(done({ figures: { ...FIGURES, upBps: 600_000, downBps: 590_000 } })), ["bad up.slow", "note down.untested"]);
  assert.deepEqual(amiss(done({ figures: { ...FIGURES, upBps: 600_000, downBps: 300_000 } })), ["bad up.slow", "bad down.slow"]);
});

test("a device that is too busy to send more is no fault of its network", () => {
  const busy = { ...FIGURES, upBps: 700_000, downBps: 690_000, mayBps: 3_000_000, jitterMs: 60 };
  assert.deepEqual(amiss(done({ figures: busy })), ["note up.held_back", "note down.untested", "note jitter.unsure"]);
  assert.deepEqual(amiss(done({ figures: { ...busy, upLoss: 0.2 } })).slice(0, 1), ["bad up.slow"]);
});

test("a page that is late with its own work says that this device is busy, and blames no network", () => {
  const late = { ...FIGURES, upBps: 700_000, downBps: 300_000, upLoss: 0.2, delayMs: 180, jitterMs: 90, late: 0.3 };
  const one = done({ figures: late });
  assert.deepEqual(amiss(one), [
    "advice load.busy", "note up.held_back", "note down.held_back", "note delay.unsure", "note loss.unsure", "note jitter.unsure",
  ]);
  assert.equal(outcomeOf(judge(one, DEVICES, BROWSER)), "advice");
  assert.equal(outcomeOf(judge(done({ figures: { ...late, late: 0.15 } }), DEVICES, BROWSER)), "failed");
});

test("a busy device that finds a good network says so of both", () => {
  assert.deepEqual(amiss(done({ figures: { ...FIGURES, late: 0.5 } })), ["advice load.busy"]);
});

test("loss is judged as in a meeting, by the worse direction", () => {
  assert.deepEqual(amiss(done({ figures: { ...FIGURES, upLoss: 0.02 } })), ["advice loss.some"]);
  assert.deepEqual(amiss(done({ figures: { ...FIGURES, downLoss: 0.03 } })), ["bad loss.much"]);
  assert.deepEqual(amiss(done({ figures: { ...FIGURES, jitterMs: 51 } })), ["advice jitter.uneven"]);
});

test("a closed way is advice where a worse one is open, for information where a better one is, and else a problem", () => {
  assert.deepEqual(amiss(done({}, { udp: "failed" })), ["advice udp.failed"]);
  assert.deepEqual(amiss(done({}, { tcp: "failed", relay: "failed" })), ["note tcp.failed", "note relay.failed"]);
  assert.deepEqual(amiss(done({}, { udp: "failed", tcp: "failed" })), ["advice udp.failed", "advice tcp.failed"]);
  const none = done({ figures: null, measuredBy: null }, { udp: "failed", tcp: "failed", relay: "absent" });
  assert.deepEqual(amiss(none).slice(0, 4), ["bad udp.failed", "bad tcp.failed", "note relay.absent", "note up.unreached"]);
  assert.equal(outcomeOf(judge(none, DEVICES, BROWSER)), "failed");
});

test("a server that would not test now says nothing against the network", () => {
  for (const state of /** @type {WayState[]} */ (["full", "busy"])) {
    const one = done({ figures: null, measuredBy: null }, { udp: state, tcp: state, relay: "absent" });
    assert.deepEqual(amiss(one), [
      `untested udp.${state}`, `untested tcp.${state}`, "note relay.absent",
      ...["up", "down", "delay", "loss", "jitter"].map((id) => `untested ${id}.refused`),
    ]);
    assert.equal(outcomeOf(judge(one, DEVICES, BROWSER)), "untested");
    assert.equal(outcomeOf(judge(one, { ...DEVICES, camera: "refused" }, BROWSER)), "failed");
    const half = done({ figures: null, measuredBy: null }, { udp: "failed", tcp: state, relay: "failed" });
    assert.deepEqual(amiss(half).slice(0, 3), ["advice udp.failed", `untested tcp.${state}`, "advice relay.failed"]);
    assert.equal(outcomeOf(judge(half, DEVICES, BROWSER)), "untested");
    assert.deepEqual(amiss(done({}, { udp: state, relay: state })), [`advice udp.${state}`, `note relay.${state}`]);
  }
});

test("a connection that broke is a problem of what was measured by it", () => {
  const broken = reduce({ ...done(), phase: "running", isBroken: true }, { type: "finished" });
  assert.deepEqual(amiss(broken), ["up", "down", "delay", "loss", "jitter"].map((id) => `bad ${id}.broken`));
});

test("a microphone that hears nothing is advice, one that is refused a problem", () => {
  assert.deepEqual(amiss(done({ isHeard: false })), ["advice microphone.silent"]);
  assert.deepEqual(amiss(done(), { camera: "refused", microphone: "refused" }), ["bad camera.refused", "bad microphone.refused"]);
  assert.deepEqual(amiss(done(), { camera: "opening", microphone: "opening" }), ["bad camera.unanswered", "bad microphone.unanswered"]);
});

test("the best way that is open is measured, as soon as the better ones are known to be closed", () => {
  const running = reduce(READY, { type: "started", nowMs: 5 });
  assert.equal(bestWay(running), undefined);
  const tcp = reduce(running, { type: "way", way: "tcp", result: way("reached") });
  assert.equal(bestWay(tcp), undefined);
  assert.equal(bestWay(reduce(tcp, { type: "way", way: "udp", result: way("failed") })), "tcp");
  assert.equal(bestWay(reduce(tcp, { type: "way", way: "udp", result: way("reached") })), "udp");
  assert.equal(bestWay(done({}, { udp: "failed", tcp: "busy", relay: "unasked" })), null);
});

test("another test begins anew, but for what the person said of the speaker", () => {
  const again = reduce(done({ isBroken: true }), { type: "started", nowMs: 7 });
  assert.deepEqual(again.ways.udp, { state: "trying", tookMs: 0, servers: [], own: [] });
  assert.deepEqual([again.figures, again.isBroken, again.isHeard, again.speaker, again.startedAtMs], [null, false, false, "heard", 7]);
  assert.equal(again.runs, done().runs + 1);
});

test("every finding has a sentence, and every problem says what to do next", () => {
  const states = /** @type {WayState[]} */ (["trying", "reached", "failed", "absent", "full", "busy", "unasked", "unable"]);
  const devices = ["idle", "opening", "live", "off", "refused", "refused_by_system", "missing", "unplugged", "busy", "unsupported"];
  const tests = [
    READY, reduce(READY, { type: "started", nowMs: 0 }), done({ isHeard: false, speaker: "unasked" }), done({ speaker: "unheard", figures: null, isBroken: true }),
    done({ figures: null }), done({ figures: null, measuredBy: null }),
    done({ figures: { upBps: 1, downBps: 1, upLoss: 0.02, downLoss: 0, delayMs: 200, jitterMs: 80, mayBps: 0, late: 0 } }),
    done({ figures: { upBps: 9e5, downBps: 1, upLoss: 0.2, downLoss: 0, delayMs: 200, jitterMs: 80, mayBps: 0, late: 0 } }),
    done({ figures: { ...FIGURES, upBps: 9e5, mayBps: 2e6, jitterMs: 60 } }),
    done({ figures: { upBps: 9e5, downBps: 1, upLoss: 0.2, downLoss: 0, delayMs: 200, jitterMs: 80, mayBps: 0, late: 0.4 } }),
    ...states.map((state) => done({}, { udp: state, tcp: state, relay: state })),
    done({ figures: null, measuredBy: null }, { udp: "full", tcp: "full", relay: "full" }),
  ];
  const browsers = [BROWSER, { ...BROWSER, version: 1 }, { ...BROWSER, canMeet: false }, { ...BROWSER, name: /** @type {const} */ ("other") }];
  const found = tests.flatMap((one) => devices.flatMap((state) => browsers.flatMap((browser) =>
    judge(one, { camera: state, microphone: state === "off" ? "live" : state }, browser))));
  const codes = new Set(found.map(({ code }) => code));
  assert.deepEqual([...codes].filter((code) => !(`self_test.found.${code}` in ENGLISH)), []);
  const problems = found.filter(({ mark, code }) => mark === "bad" || mark === "advice" || mark === "todo" || (mark === "untested" && !code.endsWith(".refused")));
  const without = new Set(problems.map(({ code }) => code).filter((code) => !(`self_test.next.${code}` in ENGLISH)));
  assert.deepEqual([...without].filter((code) => !/^(delay|loss|jitter)\.(broken|unmeasured)$/.test(code)), []);
  const said = Object.keys(ENGLISH).filter((key) => key.startsWith("self_test.found.")).map((key) => key.slice(16));
  assert.deepEqual(said.filter((code) => !codes.has(code)), []);
});

test("the report names every finding by its code, every address and every port", () => {
  const one = done({}, { udp: "failed" });
  const findings = judge(one, DEVICES, BROWSER);
  /** @type {string[]} */
  const unknown = [];
  const say = (/** @type {string} */ key, /** @type {Record<string, string|number>} */ values = {}) => {
    if (!(key in ENGLISH)) unknown.push(key);
    return (ENGLISH[key] ?? "").replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
  };
  const text = reportOf({ test: one, findings, browser: BROWSER, agent: "Agent/1.0", origin: "https://meet.example", at: "now" }, say);
  assert.deepEqual(unknown, []);
  for (const { code } of findings) assert.ok(text.includes(`(${code})`), code);
  for (const part of ["https://meet.example", "Agent/1.0", "Chrome 140 on Windows", "UDP 192.0.2.1:8081", "host udp 10.0.0.7"]) assert.ok(text.includes(part), part);
  assert.ok(!/\{\w+\}/.test(text));
});
