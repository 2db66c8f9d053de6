/**
 * The link of a page of staff to its namespace: one whole state at each connect, then what changes. Knows no
 * DOM. A lost link begins anew by itself; nothing is resumed, since the next state is whole.
 *
 * @typedef {{phase: (phase: import("./types.js").DeskLink, code: string) => void,
 *   notification: (name: string, data: any, at: number) => void}} Listener
 */

import { REQUEST_TIMEOUT_MS, RequestError } from "../signalling/client.js";

/** Nothing of it differs in the version after. */
const PROTOCOL_VERSION = 1;
const RECONNECT_DELAY_MS = 300;
const RECONNECT_DELAY_MAX_MS = 3000;
const CONNECT_TIMEOUT_MS = 6000;
const FINAL = ["signed_out", "not_permitted", "protocol_version"];
const RETRY_MS = 2000;

export class DeskLink {
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer = undefined;

  /**
   * @param {import("../signalling/client.js").Connect} connect @param {string} origin @param {Listener} on
   * @param {{path: string, first: string, ticket?: () => Promise<string>}} [namespace] `first` names
   *   the whole state; `ticket` is asked for at each connect to a server that knows no cookie of ours
   */
  constructor(connect, origin, on, { path, first, ticket } = { path: "/desk", first: "desk.state" }) {
    this.on = on;
    this.first = first;
    this.isOpen = false;
    this.socket = connect(`${origin}${path}`, {
      auth: ticket ? (/** @type {(auth: object) => void} */ send) => this.#show(ticket, send) : { protocol: PROTOCOL_VERSION },
      transports: ["websocket", "polling"], tryAllTransports: true, autoConnect: false, reconnectionDelay: RECONNECT_DELAY_MS,
      reconnectionDelayMax: RECONNECT_DELAY_MAX_MS, timeout: CONNECT_TIMEOUT_MS,
    });
    this.socket.onAny((name, envelope) => this.#receive(name, envelope));
    this.socket.on("disconnect", (reason) => this.#lost(reason));
    this.socket.on("connect_error", (error) => this.#refused(error));
  }

  open() {
    this.socket.connect();
  }

  close() {
    clearTimeout(this.#timer);
    this.isOpen = false;
    this.socket.disconnect();
  }

  /** Without a ticket there is nothing to say: another try. @param {() => Promise<string>} ticket @param {(auth: object) => void} send */
  async #show(ticket, send) {
    try {
      send({ protocol: PROTOCOL_VERSION, ticket: await ticket() });
    } catch {
      this.socket.disconnect();
      this.#openLater();
    }
  }

  #openLater() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.open(), RETRY_MS);
  }

  /** @param {string} name @param {Record<string, unknown>} payload @returns {Promise<any>} the data of the acknowledgement */
  async request(name, payload) {
    if (!this.isOpen) throw new RequestError("offline", "");
    let answer;
    try {
      answer = /** @type {any} */ (await this.socket.timeout(REQUEST_TIMEOUT_MS).emitWithAck(name, payload));
    } catch {
      throw new RequestError("no_answer", "");
    }
    if (answer?.error) throw new RequestError(answer.error.code, answer.error.message);
    return answer?.data ?? {};
  }

  /** @param {string} name @param {any} envelope */
  #receive(name, { data, at }) {
    this.on.notification(name, data, at);
    if (name !== this.first) return;
    this.isOpen = true;
    this.on.phase("open", "");
  }

  /** @param {string} reason */
  #lost(reason) {
    this.isOpen = false;
    this.on.phase("lost", "");
    if (reason === "io server disconnect") this.socket.connect();
  }

  /** @param {any} error */
  #refused(error) {
    const code = error?.data?.code ?? "";
    this.on.phase(FINAL.includes(code) ? "refused" : "lost", code);
    if (code && !FINAL.includes(code)) this.#openLater();
  }
}
