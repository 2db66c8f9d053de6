/**
 * The signalling link of `signalling/PROTOCOL.md`: connect, request and acknowledgement, resume
 * after a lost socket. Knows no DOM and no meeting; what arrives is handed to `on`.
 *
 * @typedef {{session: string, token: string, nonce: string}} Session
 * @typedef {{phase: (phase: "open"|"lost"|"refused", isNew: boolean, isByServer?: boolean) => void,
 *   notification: (name: string, data: any, at: number) => void}} Listener
 * @typedef {typeof import("../../vendor/socket.io.js").io} Connect
 */

export const PROTOCOL_VERSION = 1;
export const REQUEST_TIMEOUT_MS = 10_000;
const RECONNECT_DELAY_MS = 300;
const RECONNECT_DELAY_MAX_MS = 3000;
const CONNECT_TIMEOUT_MS = 6000;
/** RFC 6455, 7.1.5: the connection broke, and no side closed it. */
const CLOSED_BY_NOBODY = 1006;

/** A request that was not done. `code` is stable, `message` one plain sentence of the server. */
export class RequestError extends Error {
  /** @param {string} code @param {string} message @param {string} [nonce] for the next try to join */
  constructor(code, message, nonce) {
    super(message || code);
    this.code = code;
    this.nonce = nonce;
  }
}

export class SignallingClient {
  /** @type {((session: Session) => void)[]} */
  #waiting = [];

  /** @param {Connect} connect @param {string} url @param {Listener} on */
  constructor(connect, url, on) {
    /** @type {Session|null} */
    this.session = null;
    this.isOpen = false;
    this.lastNumber = 0;
    this.on = on;
    this.socket = connect(url, {
      auth: (/** @type {(auth: object) => void} */ send) => send(this.#auth()),
      transports: ["websocket", "polling"], tryAllTransports: true, autoConnect: false,
      reconnectionDelay: RECONNECT_DELAY_MS, reconnectionDelayMax: RECONNECT_DELAY_MAX_MS,
      timeout: CONNECT_TIMEOUT_MS,
    });
    this.socket.onAny((name, envelope) => this.#receive(name, envelope));
    this.socket.on("disconnect", (reason, details) => this.#lost(reason, details));
    this.socket.on("connect_error", (error) => this.#refused(error));
  }

  open() {
    this.socket.connect();
  }

  /** Leave the session behind, whether it is over or not, and open another. */
  openAnew() {
    this.close();
    this.session = null;
    this.open();
  }

  /** Until a session is there, or REQUEST_TIMEOUT_MS have passed. @returns {Promise<Session>} */
  whenOpen() {
    if (this.isOpen && this.session) return Promise.resolve(this.session);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new RequestError("offline", "")), REQUEST_TIMEOUT_MS);
      this.#waiting.push((session) => {
        clearTimeout(timer);
        resolve(session);
      });
    });
  }

  close() {
    this.isOpen = false;
    this.socket.disconnect();
  }

  /**
   * @param {string} name
   * @param {Record<string, unknown>} [payload]
   * @returns {Promise<any>} the data of the acknowledgement
   */
  async request(name, payload = {}) {
    if (!this.isOpen) throw new RequestError("offline", "");
    let answer;
    try {
      answer = /** @type {any} */ (await this.socket.timeout(REQUEST_TIMEOUT_MS).emitWithAck(name, payload));
    } catch {
      throw new RequestError("no_answer", "");
    }
    if (answer?.error) throw this.#refusal(answer.error);
    return answer?.data ?? {};
  }

  /** @param {{code: string, message: string, nonce?: string}} error */
  #refusal({ code, message, nonce }) {
    if (nonce && this.session) this.session.nonce = nonce;
    return new RequestError(code, message, nonce);
  }

  #auth() {
    const protocol = PROTOCOL_VERSION;
    if (!this.session) return { protocol };
    const { session, token } = this.session;
    return { protocol, resume: { session, token, n: this.lastNumber } };
  }

  /** @param {string} name @param {any} envelope */
  #receive(name, envelope) {
    const { n, at, data } = envelope;
    if (name === "session.opened") return this.#opened(n, data);
    if (name === "session.resumed") return this.#resumed(data);
    if (name === "session.unknown") {
      this.session = null;
      return undefined;
    }
    this.lastNumber = Math.max(this.lastNumber, n);
    return this.on.notification(name, data, at);
  }

  /** @param {number} n @param {any} data */
  #opened(n, data) {
    this.session = { session: data.session, token: data.token, nonce: data.nonce };
    this.lastNumber = n || 0;
    this.isOpen = true;
    for (const resolve of this.#waiting.splice(0)) resolve(this.session);
    this.on.phase("open", true);
  }

  /** @param {any} data */
  #resumed(data) {
    this.session = { session: data.session, token: data.token, nonce: data.nonce };
    this.isOpen = true;
    this.on.phase("open", false);
  }

  /** @param {string} reason @param {any} [details] its context is the CloseEvent of a WebSocket */
  #lost(reason, details) {
    const wasOpen = this.isOpen;
    this.isOpen = false;
    const isByServer = reason === "io server disconnect" || (details?.context?.code ?? CLOSED_BY_NOBODY) !== CLOSED_BY_NOBODY;
    if (wasOpen) this.on.phase("lost", false, isByServer);
    if (reason === "io server disconnect") this.socket.connect();
  }

  /** @param {any} error */
  #refused(error) {
    if (error?.data?.code) this.on.phase("refused", false);
    else this.on.phase("lost", false);
  }
}
