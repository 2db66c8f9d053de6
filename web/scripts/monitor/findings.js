/**
 * What this page has found of each picture while it has been shown, and what of it the server is
 * to be told: what has changed, and at first what is otherwise than the server says. Pure.
 *
 * @typedef {{room: string, participant: string, problem: string|null|undefined}} Look
 *   undefined: it is too early to say
 * @typedef {{room: string, participant: string, problem: string|null}} Found
 */

/** The server's own finding, and its own to take back. */
const MISSING = "missing";

export class Findings {
  /** @type {Map<string, Found>} */
  #known = new Map();

  /**
   * Take in one look at everything that is shown. A picture that is shown no more is forgotten:
   * what the server was told of it stands.
   * @param {Look[]} looks
   * @param {(room: string, participant: string) => string|null} told what the server says of somebody's picture
   * @returns {{changed: Found[], news: Found[]}} for this page, and for the server
   */
  take(looks, told) {
    const known = new Map(), changed = [], news = [];
    for (const { room, participant, problem } of looks) {
      const key = `${room} ${participant}`;
      const before = this.#known.get(key);
      const found = problem === undefined ? before : { room, participant, problem };
      if (!found) continue;
      known.set(key, found);
      if (found.problem !== (before?.problem ?? null)) changed.push(found);
      if (found.problem !== (before ? before.problem : otherThanMissing(told(room, participant)))) news.push(found);
    }
    for (const [key, gone] of this.#known) if (gone.problem && !known.has(key)) changed.push({ ...gone, problem: null });
    this.#known = known;
    return { changed, news };
  }
}

/** @param {string|null} problem */
function otherThanMissing(problem) {
  return problem === MISSING ? null : problem;
}
