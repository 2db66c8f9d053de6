/** What the page asks of the server over HTTP. */

const TIMEOUT_MS = 6000;

/** A request that was not done. */
export class AskError extends Error {
  /** @param {string} code one of the server's, or `no_answer` */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/**
 * @param {string} path
 * @param {Record<string, unknown>} body
 * @returns {Promise<any>} what was answered
 */
export async function ask(path, body) {
  let answer;
  try {
    const response = await fetch(path, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    answer = await response.json();
  } catch {
    throw new AskError("no_answer");
  }
  if (answer.error) throw new AskError(answer.error.code);
  return answer;
}
