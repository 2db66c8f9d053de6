/**
 * How far this page's own clock falls behind: what a device that is busy with other work is late
 * with, it is late with in a test of its network too. A hidden page counts nothing, as browsers slow
 * its timers down.
 */

const TICK_MS = 100;
/** Browsers are late by so much without being busy. */
const GRACE_MS = 20;

export class Lag {
  /** Milliseconds so far. */
  lateMs = 0;
  #last = performance.now();
  #timer = setInterval(() => this.#tick(), TICK_MS);

  close() {
    clearInterval(this.#timer);
  }

  #tick() {
    const now = performance.now();
    if (!document.hidden) this.lateMs += Math.max(0, now - this.#last - TICK_MS - GRACE_MS);
    this.#last = now;
  }
}
