/**
 * The signalling link of `signalling/PROTOCOL.md`: connect, request and acknowledgement, resume
 * after a lost socket, and the way to another server. Knows no DOM and no meeting; what arrives is
 * handed to `on`.
 *
 * @typedef {{session: string, token: string, nonce: string}} Session
 * @typedef {{phase: (phase: "open"|"lost"|"refused", isNew: boolean, isByServer?: boolean) => void,
 *   notification: (name: string, data: any, at: number) => void}} Listener
 * @typedef {typeof import("../../vendor/socket.io.js").io} Connect
 */

/** What this page speaks, the newest first. */
export const PROTOCOLS = [2, 1];
const OLDEST = PROTOCOLS[PROTOCOLS.length - 1] ?? 1;
export const REQUEST_TIMEOUT_MS = 10_000;
const RECONNECT_DELAY_MS = 300;
const RECONNECT_DELAY_MAX_MS = 3000;
const CONNECT_TIMEOUT_MS = 6000;
/** RFC 6455, 7.1.5: the connection broke, and no side closed it. */
const CLOSED_BY_NOBODY = 1006;
/** Of several servers one that was not reached so often in a row is left for the next. */
const TRIES_A_SERVER = 2;
/** Others may point to it for so long, though it is dead: they do not know yet. */
const UNREACHED_MS = 8000;
/** Refusals that pass, and the least time to the next try, at most twice that. */
const CROWDED = ["busy", "too_many_requests"];
const CROWDED_MS = 2000;

/** A request that was not done. `code` is stable, `message` one plain sentence of the server. */
export class RequestError extends Error {
  /**
   * @param {string} code @param {string} message @param {string} [nonce] for the next try to join
   * @param {string} [server] where to ask instead
   */
  constructor(code, message, nonce, server) {
    super(message || code);
    this.code = code;
    this.nonce = nonce;
    this.server = server;
  }
}

export class SignallingClient {
  /** @type {((session: Session) => void)[]} */
  #waiting = [];

  /** Sessions on servers that were left. @type {Map<string, {session: Session|null, lastNumber: number}>} */
  #left = new Map();
  /** Failures to reach this server, and rounds in which none was reached. */
  #failures = 0;
  #rounds = 0;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #moveTimer = undefined;
  /** A server of the version before takes no list. @type {number|number[]} */
  #protocol = PROTOCOLS;
  /** When servers were left because they could not be reached. @type {Map<string, number>} */
  #unreached = new Map();

  /** @param {Connect} connect @param {string[]} servers the likeliest first @param {Listener} on */
  constructor(connect, servers, on) {
    /** @type {Session|null} */
    this.session = null;
    this.isOpen = false;
    this.lastNumber = 0;
    this.on = on;
    this.connect = connect;
    this.servers = [...servers];
    this.url = this.servers[0] ?? "";
    this.socket = this.#make();
  }

  #make() {
    const socket = this.connect(this.url, {
      auth: (/** @type {(auth: object) => void} */ send) => send(this.#auth()),
      transports: ["websocket", "polling"], tryAllTransports: true, autoConnect: false,
      reconnectionDelay: RECONNECT_DELAY_MS, reconnectionDelayMax: RECONNECT_DELAY_MAX_MS,
      timeout: CONNECT_TIMEOUT_MS, forceNew: true,
    });
    const ours = (/** @type {(...values: any[]) => void} */ hear) => (/** @type {any[]} */ ...values) => {
      if (socket === this.socket) hear(...values);
    };
    socket.onAny(ours((name, envelope) => this.#receive(name, envelope)));
    socket.on("disconnect", ours((reason, details) => this.#lost(reason, details)));
    socket.on("connect_error", ours((error) => this.#refused(error)));
    return socket;
  }

  open() {
    this.socket.connect();
  }

  /** Whether it could not be reached a moment ago. @param {string} url */
  isUnreached(url) {
    return performance.now() < (this.#unreached.get(url) ?? -UNREACHED_MS) + UNREACHED_MS;
  }

  /** Leave this server for another; a session that was left there is resumed. @param {string} url */
  goTo(url) {
    clearTimeout(this.#moveTimer);
    if (url === this.url) return;
    if (!this.servers.includes(url)) this.servers.push(url);
    this.#left.set(this.url, { session: this.session, lastNumber: this.lastNumber });
    ({ session: this.session, lastNumber: this.lastNumber } = this.#left.get(url) ?? { session: null, lastNumber: 0 });
    const [old, wasOpen] = [this.socket, this.isOpen];
    this.isOpen = false;
    this.#failures = 0;
    this.#protocol = PROTOCOLS;
    this.url = url;
    this.socket = this.#make();
    old.disconnect();
    if (wasOpen) this.on.phase("lost", false);
    this.socket.connect();
  }

  /** Leave the session behind, whether it is over or not, and open another. */
  openAnew() {
    this.close();
    this.#left.clear();
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
    clearTimeout(this.#moveTimer);
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

  /** @param {{code: string, message: string, nonce?: string, server?: string}} error */
  #refusal({ code, message, nonce, server }) {
    if (nonce && this.session) this.session.nonce = nonce;
    return new RequestError(code, message, nonce, server);
  }

  #auth() {
    const protocol = this.#protocol;
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
    if (name === "servers.updated") return this.#serversAre(data.servers);
    return this.on.notification(name, data, at);
  }

  /** Others may be there than when the page was loaded. @param {string[]} servers */
  #serversAre(servers) {
    this.servers = [this.url, ...servers.filter((one) => one !== this.url)];
  }

  /** @param {number} n @param {any} data */
  #opened(n, data) {
    this.session = { session: data.session, token: data.token, nonce: data.nonce };
    this.lastNumber = n || 0;
    this.#reached(this.session);
    this.on.phase("open", true);
  }

  /** @param {any} data */
  #resumed(data) {
    this.session = { session: data.session, token: data.token, nonce: data.nonce };
    this.#reached(this.session);
    this.on.phase("open", false);
  }

  /** @param {Session} session */
  #reached(session) {
    this.isOpen = true;
    this.#failures = this.#rounds = 0;
    for (const resolve of this.#waiting.splice(0)) resolve(session);
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
    const code = error?.data?.code;
    if (code === "protocol_version" && this.#protocol === PROTOCOLS) {
      this.#protocol = OLDEST;
      return void this.socket.connect();
    }
    if (code && !CROWDED.includes(code)) return this.on.phase("refused", false);
    this.on.phase("lost", false);
    if (code) return this.#connectLater();
    this.#failures += 1;
    if (this.#failures >= TRIES_A_SERVER && this.servers.length > 1) this.#moveOn();
    return undefined;
  }

  /** Nobody else does after a refusal; at random, for others were refused in the same moment. */
  #connectLater() {
    clearTimeout(this.#moveTimer);
    this.#moveTimer = setTimeout(() => this.socket.connect(), CROWDED_MS * (1 + Math.random()));
  }

  /** To the next server; after a round in which none was reached, the slower the more there were. */
  #moveOn() {
    const next = (this.servers.indexOf(this.url) + 1) % this.servers.length;
    const wait = this.#rounds ? Math.min(RECONNECT_DELAY_MAX_MS, RECONNECT_DELAY_MS * 2 ** this.#rounds) : 0;
    if (next === 0) this.#rounds += 1;
    this.#unreached.set(this.url, performance.now());
    clearTimeout(this.#moveTimer);
    this.#moveTimer = setTimeout(() => this.goTo(this.servers[next] ?? this.url), wait);
  }
}
