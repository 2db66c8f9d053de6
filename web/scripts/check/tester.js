/**
 * Runs the self-test: asks for the devices, tries every way at once, measures by the best of them.
 * It ends by itself within half a minute, and can be run again at any time.
 */

import { Lag } from "./lag.js";
import { Probe } from "./probe.js";
import { startPattern } from "./pattern.js";
import { bestWay, WAYS } from "./state/test.js";
import { hasStopped } from "./state/figures.js";

const MEASURE_MS = 10_000;
const SAMPLE_MS = 500;
/** So many samples without a packet are a broken connection: three seconds. */
const STILL_SAMPLES = 6;

/** @typedef {import("./state/test.js").Way} Way */
/** @typedef {(action: import("./state/test.js").Action) => void} Dispatch */

export class Tester {
  /** @type {Map<Way, Probe>} */
  #probes = new Map();
  /** Counts the runs: one that is over says nothing any more. */
  #run = 0;

  /**
   * @param {{dispatch: Dispatch, test: () => import("./state/test.js").Test,
   *   devices: {open: () => Promise<unknown>}, hasRelays: boolean}} parts
   */
  constructor({ dispatch, test, devices, hasRelays }) {
    this.hasRelays = hasRelays;
    this.dispatch = dispatch;
    this.test = test;
    this.devices = devices;
  }

  async run() {
    this.#end();
    const run = (this.#run += 1);
    const say = (/** @type {import("./state/test.js").Action} */ action) => {
      if (run === this.#run) this.dispatch(action);
    };
    say({ type: "started", nowMs: performance.now() });
    const clock = setInterval(() => say({ type: "passed", nowMs: performance.now() }), SAMPLE_MS);
    void this.devices.open();
    const { known, all } = this.#reach(run, say);
    await known;
    const way = bestWay(this.test());
    const probe = way ? this.#probes.get(way) : null;
    if (probe && run === this.#run) await this.#measure(probe, say);
    await all;
    clearInterval(clock);
    say({ type: "finished" });
    if (run === this.#run) this.#end();
  }

  /** `known`: which way to measure by; `all`: what became of each. @param {number} run @param {Dispatch} say */
  #reach(run, say) {
    /** @type {() => void} */
    let tell = () => undefined;
    const known = new Promise((resolve) => {
      tell = () => resolve(undefined);
    });
    const all = WAYS.map(async (way) => {
      say({ type: "way", way, result: await this.#try(way) });
      if (run !== this.#run || bestWay(this.test()) !== undefined) tell();
    });
    return { known, all: Promise.all(all) };
  }

  /** @param {Way} way @returns {Promise<import("./state/test.js").WayResult>} */
  async #try(way) {
    if (way === "relay" && !this.hasRelays) return { state: "absent", tookMs: 0, servers: [], own: [] };
    try {
      const probe = new Probe(way);
      this.#probes.set(way, probe);
      return await probe.open();
    } catch (error) {
      console.info("this browser makes no peer connection", error);
      return { state: "unable", tookMs: 0, servers: [], own: [] };
    }
  }

  /** @param {Probe} probe @param {Dispatch} say */
  async #measure(probe, say) {
    say({ type: "measuring", way: probe.way });
    const pattern = startPattern();
    const lag = new Lag();
    await probe.send(pattern.track);
    const until = performance.now() + MEASURE_MS;
    while (performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
      say({ type: "sampled", sample: { ...(await probe.sample()), lateMs: lag.lateMs } });
      if (!probe.isOpen || hasStopped(this.test().samples, STILL_SAMPLES)) {
        say({ type: "broken" });
        break;
      }
    }
    lag.close();
    pattern.stop();
  }

  #end() {
    for (const probe of this.#probes.values()) probe.close();
    this.#probes.clear();
  }
}
