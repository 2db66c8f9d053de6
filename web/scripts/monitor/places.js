/**
 * Where each room of the wall is watched: at the server that runs it, which a server that is asked
 * says. A room that no server can be asked for now is tried again. Knows no DOM and no picture.
 *
 * @typedef {{servers: () => string[], leader: () => string, serverOf: (room: string) => string|null,
 *   watch: (server: string, rooms: string[]) => Promise<{refused: Record<string, string>, elsewhere: Record<string, string>}>,
 *   ensure: (server: string) => void, refused: (code: string) => void}} Estate
 */

import { RequestError } from "../signalling/client.js";

const RETRY_MS = 1000;
/** Refusals that pass. */
const PASSING = ["room_moving", "busy", "too_many_requests", "offline", "no_answer"];

export class Places {
  /** Where a room is said to be run. @type {Map<string, string>} */
  #said = new Map();
  /** Where a room is watched, or was refused for good. @type {Map<string, string>} */
  #at = new Map();
  /** @type {Set<string>} */
  #asking = new Set();
  /** @type {string[]} */
  #wall = [];
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer = undefined;

  /** @param {Estate} estate */
  constructor(estate) {
    this.estate = estate;
  }

  /** Exactly these rooms are on the wall. @param {string[]} rooms @returns {Promise<void>} when each was asked for once */
  async set(rooms) {
    this.#wall = rooms;
    for (const room of [...this.#at.keys()]) if (!rooms.includes(room)) this.forget(room);
    await this.#ask();
  }

  /** The server where a room is watched. @param {string} room */
  of(room) {
    return this.#at.get(room);
  }

  /** @param {string} server @returns {string[]} */
  roomsAt(server) {
    return [...this.#at].filter(([, at]) => at === server).map(([room]) => room);
  }

  /** @param {string} room */
  forget(room) {
    this.#at.delete(room);
    this.#said.delete(room);
  }

  /** The server there says that it watches it. @param {string} room @param {string} server */
  opened(room, server) {
    if (this.#wall.includes(room) && !this.#at.has(room)) this.#at.set(room, server);
    return this.#at.get(room) === server;
  }

  /** There is no link to this server any more. @param {string} server */
  lost(server) {
    for (const room of this.roomsAt(server)) this.#at.delete(room);
    this.look();
  }

  /** Another server runs it. @param {string} room @param {string} server */
  moved(room, server) {
    this.#at.delete(room);
    this.#said.set(room, server);
    this.estate.ensure(server);
    if (this.estate.servers().includes(server)) this.look();
    else this.#lookLater();
  }

  /** Ask for what is not watched yet. */
  look() {
    void this.#ask();
  }

  async #ask() {
    /** @type {Map<string, string[]>} */
    const groups = new Map();
    for (const room of this.#wall) {
      const server = this.#at.has(room) || this.#asking.has(room) ? null : this.#target(room);
      if (server !== null) groups.set(server, [...(groups.get(server) ?? []), room]);
    }
    await Promise.all([...groups].map(([server, rooms]) => this.#askAt(server, rooms)));
    if (this.#wall.some((room) => !this.#at.has(room))) this.#lookLater();
  }

  #lookLater() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.look(), RETRY_MS);
  }

  /** @param {string} room @returns {string|null} */
  #target(room) {
    const open = this.estate.servers();
    const wished = [this.#said.get(room), this.estate.serverOf(room), this.estate.leader()];
    return wished.find((one) => one !== undefined && one !== null && open.includes(one)) ?? null;
  }

  /** @param {string} server @param {string[]} rooms */
  async #askAt(server, rooms) {
    for (const room of rooms) this.#asking.add(room);
    try {
      const { refused, elsewhere } = await this.estate.watch(server, rooms);
      for (const room of rooms) this.#asking.delete(room);
      const codes = Object.entries(refused).filter(([, code]) => !PASSING.includes(code));
      for (const room of rooms) {
        const passes = room in refused && PASSING.includes(refused[room] ?? "");
        if (!passes && !(room in elsewhere) && this.#wall.includes(room)) this.#at.set(room, server);
        if (passes) this.#said.delete(room);
      }
      const [first] = codes;
      if (first) this.estate.refused(first[1]);
      for (const [room, other] of Object.entries(elsewhere)) this.moved(room, other);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (!PASSING.includes(error.code)) this.estate.refused(error.code);
    } finally {
      for (const room of rooms) this.#asking.delete(room);
    }
  }
}
