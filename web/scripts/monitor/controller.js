/**
 * The monitoring page: what arrives becomes state; each tile has one receiving connection; a
 * heartbeat each second says what is really shown. It asks for no camera and no microphone.
 */

import { signal } from "../../vendor/signals.js";
import { RequestError } from "../signalling/client.js";
import { has, t } from "../text.js";
import { Findings } from "./findings.js";
import { SAMPLE_MS } from "./health.js";
import { Links } from "./links.js";
import { TilePeer } from "./peer.js";
import { Places } from "./places.js";
import { Screens } from "./screens.js";
import { NOTHING, pictureOf, questionOf, reduce } from "./state.js";

const BEAT_MS = 1000;
const RETRY_MS = 1500;
const NOT_ASKED = "not_asked";
/** A press answers what a server asks that is reached so soon after it. */
const PRESS_HOLDS_MS = 10_000;

export class Controller {
  /** @type {Map<string, TilePeer>} */
  #peers = new Map();
  #findings = new Findings();
  #pressedAt = -PRESS_HOLDS_MS;

  /** @param {import("../signalling/client.js").Connect} connect */
  constructor(connect) {
    this.state = signal(NOTHING);
    /** Counted, so that the same words are said again. */
    this.said = signal({ count: 0, text: "" });
    /** Which connections have been made: components look their tracks up again. */
    this.connections = signal(0);
    this.screens = new Screens();
    this.links = new Links(connect, location.origin, {
      phase: (link, code) => this.#phase(link, code),
      opened: () => this.places.look(),
      lost: (server) => this.#lost(server),
      notification: (server, name, data, at) => this.#notified(server, name, data, at),
    });
    this.places = new Places({
      servers: () => this.links.servers,
      leader: () => this.links.leader,
      serverOf: (room) => this.state.value.rooms[room]?.server ?? null,
      watch: (server, rooms) => this.links.request("wall.watch", { rooms }, server),
      ensure: (server) => this.links.ensure(server),
      refused: (code) => this.dispatch({ type: "problem", text: has(`error.${code}`) ? t(`error.${code}`) : code }),
    });
    setInterval(() => this.#beat(), BEAT_MS);
    setInterval(() => this.#look(), SAMPLE_MS);
    document.addEventListener("visibilitychange", () => this.#beat());
  }

  /** @param {import("./state.js").WallAction} action */
  dispatch(action) {
    this.state.value = reduce(this.state.value, action);
  }

  // -- what the officer does ------------------------------------------------------------------

  /** Put exactly these rooms on the wall. @param {string[]} rooms */
  async setWall(rooms) {
    const before = this.state.value.wall;
    this.dispatch({ type: "wall", rooms });
    const gone = before.filter((room) => !rooms.includes(room));
    for (const room of gone) {
      const server = this.places.of(room);
      this.#drop(room);
      if (server !== undefined) await this.#told(this.#ask("wall.unwatch", { rooms: [room] }, server));
    }
    await this.places.set(rooms);
  }

  /** The officer is there: that answers every server that asks, and those that would ask soon. */
  async answer() {
    this.#pressedAt = performance.now();
    await Promise.all(this.links.servers.map((server) => this.#answer(server)));
    this.#beat();
  }

  /** @param {string|null} room */
  async focus(room) {
    this.dispatch({ type: "focus", room });
    const at = room === null ? undefined : this.places.of(room);
    const others = new Set(this.state.value.wall.map((one) => this.places.of(one)));
    others.delete(at);
    for (const server of others) if (server !== undefined) await this.#ask("tile.focus", { room: null }, server);
    if (at !== undefined) await this.#told(this.#ask("tile.focus", { room }, at));
  }

  /**
   * @param {string} request
   * @param {import("./types.js").WallRoom} room
   * @param {Record<string, unknown>} [more]
   * @returns {Promise<string>} what was wrong, or nothing
   */
  async ask(request, room, more = {}) {
    const server = this.places.of(room.id) ?? room.server ?? this.links.leader;
    return this.#ask(request, { room: room.id, meeting: room.meeting?.meeting ?? "", ...more }, server);
  }

  /**
   * Where the officer's own player may come, and its token; null: it was refused, and why is shown.
   * @param {import("./types.js").WallRoom} room
   * @returns {Promise<{url: string, token: string}|null>}
   */
  async player(room) {
    try {
      const { url, token } = await this.links.request("tile.player", { room: room.id }, this.places.of(room.id) ?? "");
      return { url: new URL(url, location.origin).href, token };
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      this.dispatch({ type: "problem", text: error.message });
      return null;
    }
  }

  /** What was wrong, if anything, is shown. @param {Promise<string>} asking */
  async #told(asking) {
    const problem = await asking;
    if (problem) this.dispatch({ type: "problem", text: problem });
  }

  /** @param {string} server */
  async #answer(server) {
    try {
      const token = this.state.value.asked[server]?.token ?? (await this.links.request("terminal.ask", {}, server)).token;
      await this.links.request("terminal.answer", { token }, server);
      this.dispatch({ type: "answered", server });
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (error.code !== NOT_ASKED) this.dispatch({ type: "problem", text: error.message });
    }
  }

  /** What is received in one section of a tile. @param {string} room @param {string} mid */
  track(room, mid) {
    return this.#peers.get(room)?.track(mid) ?? null;
  }

  /** @param {string} request @param {Record<string, unknown>} payload @param {string} server */
  async #ask(request, payload, server) {
    try {
      await this.links.request(request, payload, server);
      return "";
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      return has(`error.${error.code}`) ? t(`error.${error.code}`) : error.message;
    }
  }

  // -- connections ----------------------------------------------------------------------------

  /** The server is ready for this tile's connection. @param {string} room @param {string} server */
  async #connect(room, server) {
    this.#drop(room);
    const peer = new TilePeer();
    this.#peers.set(room, peer);
    try {
      const { answer, slots, ice_servers: servers } = await this.links.request("tile.offer", { room, sdp: await peer.offer() }, server);
      if (this.#peers.get(room) !== peer) return;
      await peer.accept(answer, servers);
      this.dispatch({ type: "slots", room, slots });
      this.connections.value += 1;
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      setTimeout(() => this.#peers.get(room) === peer && this.#connect(room, server), RETRY_MS);
    }
  }

  /** @param {string} room */
  #drop(room) {
    this.#peers.get(room)?.close();
    this.#peers.delete(room);
    this.dispatch({ type: "slots", room, slots: [] });
  }

  // -- what the server says -------------------------------------------------------------------

  /** @param {import("./types.js").WallLink} link @param {string} code */
  #phase(link, code) {
    this.dispatch({ type: "link", link, code, nowMs: Date.now() });
    this.places.look();
  }

  /** Nothing of what was watched there is watched any more. @param {string} server */
  #lost(server) {
    for (const room of this.places.roomsAt(server)) this.#leave(room);
    this.dispatch({ type: "unasked", server });
    this.places.lost(server);
  }

  /** No server watches it for us now. @param {string} room */
  #leave(room) {
    this.#drop(room);
    this.dispatch({ type: "left", room });
  }

  /** @param {string} server @param {string} name @param {any} data @param {number} at */
  #notified(server, name, data, at) {
    switch (name) {
      case "wall.state": return this.dispatch({ type: "state", data, at, nowMs: Date.now() });
      case "room.updated": return this.#roomUpdated(data, at);
      case "terminal.asked": return this.#asked(server, data);
      case "tile.opened": return this.places.opened(data.room, server) ? this.#connect(data.room, server) : undefined;
    }
    if (this.places.of(data.room) === server) this.#tileNotified(server, name, data);
  }

  /** @param {string} server @param {string} name @param {any} data */
  #tileNotified(server, name, data) {
    switch (name) {
      case "tile.updated": return this.dispatch({ type: "tile", data });
      case "tile.slots": return this.dispatch({ type: "slots", room: data.room, slots: data.slots });
      case "tile.lost": return this.#connect(data.room, server);
      case "tile.moved": this.#leave(data.room);
        return this.places.moved(data.room, data.server);
    }
  }

  /** Knocks and pauses are said as well as shown. @param {{room: string, state: import("./types.js").WallRoom|null}} data @param {number} at */
  #roomUpdated({ room, state }, at) {
    const before = this.state.value.rooms[room]?.meeting;
    this.dispatch({ type: "room", room, state, at, nowMs: Date.now() });
    const meeting = state?.meeting;
    if (!meeting || !this.state.value.wall.includes(room)) return;
    if (meeting.knocks > (before?.knocks ?? 0)) this.#say(t("monitor.said.knock", { room: state.name }));
    if (meeting.paused && !before?.paused) this.#say(t("monitor.said.paused", { room: state.name }));
    if (meeting.is_unwatched && !before?.is_unwatched) this.#say(t("monitor.said.unwatched", { room: state.name }));
  }

  /** @param {string} server @param {import("./types.js").Asked} data */
  #asked(server, data) {
    const before = this.question;
    this.dispatch({ type: "asked", server, data });
    if (data.token !== null && performance.now() < this.#pressedAt + PRESS_HOLDS_MS) return void this.#answer(server);
    if (this.question && !before && this.state.value.hasAnswered) this.#say(t("monitor.there.said"));
  }

  /** What the officer is asked now: by a server that watches a room for them. */
  get question() {
    const { asked, wall } = this.state.value;
    return questionOf(asked, new Set(wall.map((room) => this.places.of(room) ?? "")));
  }

  /** @param {string} text */
  #say(text) {
    this.said.value = { count: this.said.value.count + 1, text };
  }

  // -- what this page says --------------------------------------------------------------------

  async #beat() {
    if (!this.state.value.wall.length) return;
    const visible = document.visibilityState === "visible";
    const frames = Object.entries(this.screens.frames());
    await Promise.all(this.links.servers.map((server) => this.#ask("terminal.beat", {
      visible, frames: Object.fromEntries(frames.filter(([room]) => this.places.of(room) === server)),
    }, server)));
  }

  /** A hidden page, and one whose connection is too slow, shows old frames: they say nothing. */
  #look() {
    const { rooms, tiles } = this.state.value;
    const looks = this.screens.look((room) => !document.hidden && !tiles[room]?.is_starved);
    const { changed, news } = this.#findings.take(looks, (room, who) => pictureOf(rooms[room], who));
    for (const found of changed) this.dispatch({ type: "health", ...found });
    for (const found of news) this.#ask("tile.health", found, this.places.of(found.room) ?? "");
  }
}
