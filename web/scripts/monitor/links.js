/**
 * The wall's links: one to the server that the page came from, by the officer's cookie, and one to
 * each other server, by a ticket that any open link gives. Rooms are told of by one of them, the
 * leader: each server knows all rooms. Knows no DOM.
 *
 * @typedef {{phase: (link: import("./types.js").WallLink, code: string) => void,
 *   lost: (server: string) => void, opened: (server: string) => void,
 *   notification: (server: string, name: string, data: any, at: number) => void}} Listener
 */

import { DeskLink } from "../desk/link.js";
import { RequestError } from "../signalling/client.js";

const SPACE = { path: "/monitor", first: "wall.state" };
/** Of all rooms: heard of from one server at a time. */
const OF_ALL = ["room.updated"];

/** @typedef {{link: DeskLink, server: string, facts: any, at: number}} Line */

export class Links {
  /** By address; the first is that of the page's own origin. @type {Line[]} */
  #lines = [];
  /** @type {Line|null} */
  #leader = null;

  /** @param {import("../signalling/client.js").Connect} connect @param {string} origin @param {Listener} on */
  constructor(connect, origin, on) {
    this.connect = connect;
    this.on = on;
    this.#add(origin, "");
  }

  open() {
    this.#lines[0]?.link.open();
  }

  get isOpen() {
    return this.#leader !== null;
  }

  /** The server that tells of all rooms now. */
  get leader() {
    return this.#leader?.server ?? "";
  }

  /** The servers there is an open link to. @returns {string[]} */
  get servers() {
    return this.#lines.filter((one) => one.link.isOpen).map((one) => one.server);
  }

  /** @param {string} server */
  isOpenTo(server) {
    return this.servers.includes(server);
  }

  /** @param {string} name @param {Record<string, unknown>} payload @param {string} server @returns {Promise<any>} */
  async request(name, payload, server) {
    const line = this.#lines.find((one) => one.server === server && one.link.isOpen);
    if (!line) throw new RequestError("offline", "");
    return line.link.request(name, payload);
  }

  /** There is such a server. @param {string} server */
  ensure(server) {
    if (!this.#lines.some((one) => one.server === server)) this.#add(server, server, () => this.#ticket(server)).link.open();
  }

  /** @param {string} origin @param {string} server @param {() => Promise<string>} [ticket] */
  #add(origin, server, ticket) {
    /** @type {Line} */
    const line = {
      server, facts: null, at: 0,
      link: new DeskLink(this.connect, origin, {
        phase: (phase, code) => this.#phase(line, phase, code),
        notification: (name, data, at) => this.#notified(line, name, data, at),
      }, { ...SPACE, ticket }),
    };
    this.#lines.push(line);
    return line;
  }

  /** @param {string} server @returns {Promise<string>} */
  async #ticket(server) {
    const from = this.#lines.find((one) => one.link.isOpen && one.server !== server);
    if (!from) throw new RequestError("offline", "");
    return (await from.link.request("wall.ticket", { server })).ticket;
  }

  /** @param {Line} line @param {import("./types.js").WallLink} phase @param {string} code */
  #phase(line, phase, code) {
    if (!this.#lines.includes(line)) return;
    if (phase === "open") {
      if (!this.#leader) this.#lead(line);
      this.on.opened(line.server);
      for (const server of line.facts.servers) this.ensure(server);
      return;
    }
    this.on.lost(line.server);
    if (this.#leader === line) this.#lead(this.#lines.find((one) => one.link.isOpen) ?? null, phase, code);
    else if (!this.#leader && (line === this.#lines[0] || code === "signed_out")) this.on.phase(phase, code);
  }

  /** @param {Line|null} line @param {import("./types.js").WallLink} [phase] @param {string} [code] */
  #lead(line, phase = "lost", code = "") {
    this.#leader = line;
    if (!line) return this.on.phase(phase, code);
    this.on.notification(line.server, SPACE.first, line.facts, line.at);
    return this.on.phase("open", "");
  }

  /** @param {Line} line @param {string} name @param {any} data @param {number} at */
  #notified(line, name, data, at) {
    line.at = at;
    if (name === SPACE.first) return this.#began(line, data);
    if (name === "wall.servers") return this.#changed(line, data.servers);
    if (OF_ALL.includes(name)) {
      keepRoom(line.facts.rooms, data);
      if (line !== this.#leader) return undefined;
    }
    return this.on.notification(line.server, name, data, at);
  }

  /** The page's own origin may lead to another server each time. @param {Line} line @param {any} data */
  #began(line, data) {
    line.facts = data;
    line.server = data.server ?? "";
    for (const other of this.#lines.filter((one) => one !== line && one.server === line.server)) {
      this.#end(line === this.#lines[0] ? other : line);
    }
  }

  /** Others have come or gone; what is still connected stays. @param {Line} line @param {string[]} servers */
  #changed(line, servers) {
    line.facts.servers = servers;
    for (const server of servers) this.ensure(server);
    if (line !== this.#leader) return;
    for (const one of this.#lines.slice(1)) {
      if (!one.link.isOpen && !servers.includes(one.server)) this.#end(one);
    }
  }

  /** @param {Line} line */
  #end(line) {
    this.#lines = this.#lines.filter((one) => one !== line);
    line.link.close();
    this.on.lost(line.server);
    if (line === this.#leader) this.#lead(this.#lines.find((one) => one.link.isOpen) ?? null);
  }
}

/** @param {{id: string}[]} rooms @param {{room: string, state: {id: string}|null}} data */
function keepRoom(rooms, { room, state }) {
  const at = rooms.findIndex((one) => one.id === room);
  if (at >= 0) rooms.splice(at, 1);
  if (state) rooms.push(state);
}
