/**
 * Starts what a browser holds back until somebody presses a button. Safari counts the press only
 * while its handler runs, so all elements are started in it, and none waits for another.
 */

/** Held back, and not merely interrupted by another source. @param {unknown} error of `play()` */
export function isHeldBack(error) {
  return /** @type {DOMException} */ (error)?.name === "NotAllowedError";
}

/** @param {Iterable<{play: () => Promise<void>}>} elements @returns {Promise<boolean>} whether none is held back */
export async function playAll(elements) {
  const started = [...elements].map((one) => one.play().then(() => true, (error) => !isHeldBack(error)));
  return (await Promise.all(started)).every(Boolean);
}
