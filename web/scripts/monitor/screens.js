/**
 * What this page shows now: the video elements of each tile, the frames they have decoded, and
 * which tiles are on screen. What the heartbeat says is counted here.
 */

import { HealthWatch, sampleOf } from "./health.js";

const ON_SCREEN = 0.5;

/** @typedef {{video: HTMLVideoElement, participant: string, isCamera: boolean}} Shown */

export class Screens {
  /** @type {Map<string, Set<Shown>>} */
  #shown = new Map();
  /** @type {Map<Element, string>} */
  #rooms = new Map();
  /** @type {Set<string>} */
  #onScreen = new Set();
  #health = new HealthWatch();
  #observer = new IntersectionObserver((entries) => this.#seen(entries), { threshold: [0, ON_SCREEN] });

  /** A tile is on the page. @param {string} room @param {Element} element @returns {() => void} */
  addTile(room, element) {
    this.#rooms.set(element, room);
    this.#observer.observe(element);
    return () => {
      this.#observer.unobserve(element);
      this.#rooms.delete(element);
      this.#onScreen.delete(room);
    };
  }

  /** @param {string} room @param {Shown} shown @returns {() => void} */
  addVideo(room, shown) {
    const all = this.#shown.get(room) ?? new Set();
    this.#shown.set(room, all.add(shown));
    return () => all.delete(shown);
  }

  /** Frames decoded so far of each tile on screen. @returns {Record<string, number>} */
  frames() {
    return Object.fromEntries([...this.#onScreen].map((room) => [room, this.#framesOf(room)]));
  }

  /**
   * Look at every camera that is shown, in the rooms of which frames can be expected; of the others
   * the samples so far are kept.
   * @param {(room: string) => boolean} isExpected
   * @returns {import("./findings.js").Look[]}
   */
  look(isExpected) {
    const seen = new Set(), looks = [];
    for (const [room, all] of this.#shown) {
      for (const { video, participant, isCamera } of all) {
        const key = `${room} ${participant}`;
        if (isCamera) seen.add(key);
        const taken = isCamera && isExpected(room) ? sampleOf(video) : null;
        if (taken) looks.push({ room, participant, problem: this.#health.add(key, taken) });
      }
    }
    this.#health.keep(seen);
    return looks;
  }

  /** @param {string} room */
  #framesOf(room) {
    let frames = 0;
    for (const { video } of this.#shown.get(room) ?? []) frames += video.getVideoPlaybackQuality().totalVideoFrames;
    return frames;
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #seen(entries) {
    for (const { target, intersectionRatio } of entries) {
      const room = this.#rooms.get(target);
      if (room === undefined) continue;
      if (intersectionRatio >= ON_SCREEN) this.#onScreen.add(room);
      else this.#onScreen.delete(room);
    }
  }
}
