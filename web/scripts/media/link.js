/**
 * Keeps the media path up: owns the peer connection, negotiates by the requests it is given,
 * climbs the ladder when the path falters. Tells what changed; shows nothing.
 *
 * @typedef {{answer: string, slots: import("../types.js").Slot[], ice_servers: RTCIceServer[]}} Answered
 * @typedef {{hasRelays: boolean, tracks: () => {microphone: MediaStreamTrack|null, camera: MediaStreamTrack|null,
 *     screen: MediaStreamTrack|null},
 *   negotiate: (sdp: string) => Promise<Answered>,
 *   onPhase: (phase: import("../types.js").MediaPhase, tries: number) => void,
 *   onSlots: (slots: import("../types.js").Slot[]|null) => void}} Surroundings
 */

import { GROUND, dueInMs, step } from "../state/ladder.js";
import { Peer } from "./peer.js";

export class MediaLink {
  #ladder = GROUND;
  #timer = 0;
  /** Counts peer connections, so that what a replaced one says is not heard. */
  #generation = 0;
  #isBusy = false;
  /** The server has lost this peer connection; while it is being opened that comes too early. */
  #isLostEarly = false;

  /** @param {Surroundings} surroundings */
  constructor(surroundings) {
    this.surroundings = surroundings;
    /** @type {Peer|null} */
    this.peer = null;
  }

  /** A fresh peer connection and its offer, to ride in the join message. */
  async prepare() {
    this.close();
    const peer = this.#make();
    return peer.offer();
  }

  /** The prepared offer was answered. @param {Answered} answered */
  async complete(answered) {
    const peer = this.peer;
    if (!peer) return;
    if (!this.#isLostEarly) await this.#take(peer, answered);
    if (peer === this.peer) this.#opened();
  }

  /** The server has lost the path, whatever the browser thinks of it: make another. */
  lost() {
    this.#isLostEarly = true;
    this.#step("lost");
  }

  /** Offer now: this person was let in. Does nothing while a path exists. */
  async connect() {
    if (this.peer) return;
    await this.#negotiate(() => this.#make());
    if (this.peer) this.#opened();
  }

  close() {
    this.#generation += 1;
    this.peer?.close();
    this.peer = null;
    this.#step("closed");
  }

  /** @param {boolean} isOnline whether requests reach the server */
  setOnline(isOnline) {
    this.#step(isOnline ? "online" : "offline");
  }

  #make() {
    this.#generation += 1;
    this.#isLostEarly = false;
    const generation = this.#generation;
    this.peer?.close();
    this.peer = new Peer(this.surroundings.tracks(), (state) => {
      if (generation === this.#generation) this.#heard(state);
    }, this.surroundings.hasRelays);
    return this.peer;
  }

  #opened() {
    this.#step("opened");
    if (this.#isLostEarly) this.#step("lost");
  }

  /** @param {RTCPeerConnectionState} state */
  #heard(state) {
    if (state === "connected" || state === "disconnected" || state === "failed") this.#step(state);
  }

  /** @param {import("../state/ladder.js").Event} event */
  #step(event) {
    const [ladder, action] = step(this.#ladder, event, performance.now());
    this.#ladder = ladder;
    this.surroundings.onPhase(phaseOf(ladder.rung), ladder.tries);
    if (action === "restart") void this.#negotiate(() => this.peer, { iceRestart: true });
    if (action === "rebuild") void this.#negotiate(() => this.#make());
    clearTimeout(this.#timer);
    const due = dueInMs(ladder, performance.now());
    if (due !== null) this.#timer = window.setTimeout(() => this.#step("time"), due);
  }

  /**
   * One offer and its answer. A new peer connection does not wait for the answer to an old one:
   * on a network that has gone dark that answer comes late or never.
   * @param {() => Peer|null} choose @param {{iceRestart?: boolean}} [options]
   */
  async #negotiate(choose, options = {}) {
    if (this.#isBusy && options.iceRestart) return;
    this.#isBusy = true;
    let isGone = false;
    try {
      const peer = choose();
      if (!peer) return;
      const answered = await this.surroundings.negotiate(await peer.offer(options));
      if (peer === this.peer) await this.#take(peer, answered);
    } catch (error) {
      console.warn("media was not negotiated", error);
      isGone = /** @type {any} */ (error)?.code === "transport_gone";
    } finally {
      this.#isBusy = false;
    }
    if (isGone) this.#step("failed");
  }

  /**
   * The slots of an answer count at once: while the browser takes the answer in, newer ones may
   * be told. A new peer connection goes on sending the screen that was presented.
   * @param {Peer} peer @param {Answered} answered
   */
  async #take(peer, answered) {
    this.surroundings.onSlots(answered.slots);
    await peer.accept(answered.answer, answered.ice_servers);
    const { screen } = this.surroundings.tracks();
    if (screen) await peer.setScreen(screen);
  }
}

/** @param {import("../state/ladder.js").Ladder["rung"]} rung @returns {import("../types.js").MediaPhase} */
function phaseOf(rung) {
  if (rung === "idle" || rung === "connecting" || rung === "connected") return rung;
  return rung === "shaky" ? "connected" : "broken";
}
