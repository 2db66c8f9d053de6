/**
 * The monitoring page: what arrives becomes state; each tile has one receiving connection; a
 * heartbeat each second says what is really shown. It asks for no camera and no microphone.
 */

import { signal } from "../../vendor/signals.js";
import { DeskLink } from "../desk/link.js";
import { RequestError } from "../signalling/client.js";
import { has, t } from "../text.js";
import { Findings } from "./findings.js";
import { SAMPLE_MS } from "./health.js";
import { TilePeer } from "./peer.js";
import { Screens } from "./screens.js";
import { NOTHING, pictureOf, reduce } from "./state.js";

const BEAT_MS = 1000;
const RETRY_MS = 1500;

export class Controller {
  /** @type {Map<string, TilePeer>} */
  #peers = new Map();
  #findings = new Findings();

  /** @param {import("../signalling/client.js").Connect} connect */
  constructor(connect) {
    this.state = signal(NOTHING);
    /** Counted, so that the same words are said again. */
    this.said = signal({ count: 0, text: "" });
    /** Which connections have been made: components look their tracks up again. */
    this.connections = signal(0);
    this.screens = new Screens();
    this.link = new DeskLink(connect, location.origin, {
      phase: (link, code) => this.#phase(link, code),
      notification: (name, data, at) => this.#notified(name, data, at),
    }, { path: "/monitor", first: "wall.state" });
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
    for (const room of gone) this.#drop(room);
    if (gone.length) await this.tell("wall.unwatch", { rooms: gone });
    await this.#watch(rooms);
  }

  /** The officer is there. */
  async answer() {
    const { token } = this.state.value.asked;
    if (token === null) return;
    if (await this.tell("terminal.answer", { token })) this.dispatch({ type: "answered" });
    this.#beat();
  }

  /** @param {string|null} room */
  async focus(room) {
    this.dispatch({ type: "focus", room });
    await this.tell("tile.focus", { room });
  }

  /**
   * @param {string} request
   * @param {import("./types.js").WallRoom} room
   * @param {Record<string, unknown>} [more]
   * @returns {Promise<string>} what was wrong, or nothing
   */
  async ask(request, room, more = {}) {
    return this.#ask(request, { room: room.id, meeting: room.meeting?.meeting ?? "", ...more });
  }

  /**
   * Where the officer's own player may come, and its token; null: it was refused, and why is shown.
   * @param {import("./types.js").WallRoom} room
   * @returns {Promise<{url: string, token: string}|null>}
   */
  async player(room) {
    try {
      const { url, token } = await this.link.request("tile.player", { room: room.id });
      return { url: new URL(url, location.origin).href, token };
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      this.dispatch({ type: "problem", text: error.message });
      return null;
    }
  }

  /** @param {string} request @param {Record<string, unknown>} payload @returns {Promise<boolean>} whether it was done */
  async tell(request, payload) {
    const problem = await this.#ask(request, payload);
    if (problem) this.dispatch({ type: "problem", text: problem });
    return !problem;
  }

  /** What is received in one section of a tile. @param {string} room @param {string} mid */
  track(room, mid) {
    return this.#peers.get(room)?.track(mid) ?? null;
  }

  /** @param {string} request @param {Record<string, unknown>} payload */
  async #ask(request, payload) {
    try {
      await this.link.request(request, payload);
      return "";
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      return has(`error.${error.code}`) ? t(`error.${error.code}`) : error.message;
    }
  }

  // -- connections ----------------------------------------------------------------------------

  /** @param {string[]} rooms */
  async #watch(rooms) {
    if (!rooms.length || !this.link.isOpen) return;
    try {
      const { refused } = await this.link.request("wall.watch", { rooms });
      const codes = Object.values(/** @type {Record<string, string>} */ (refused));
      if (codes.length) this.dispatch({ type: "problem", text: t(`error.${codes[0]}`) });
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      this.dispatch({ type: "problem", text: error.message });
    }
  }

  /** The server is ready for this tile's connection. @param {string} room */
  async #connect(room) {
    this.#drop(room);
    const peer = new TilePeer();
    this.#peers.set(room, peer);
    try {
      const { answer, slots, ice_servers: servers } = await this.link.request("tile.offer", { room, sdp: await peer.offer() });
      if (this.#peers.get(room) !== peer) return;
      await peer.accept(answer, servers);
      this.dispatch({ type: "slots", room, slots });
      this.connections.value += 1;
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      setTimeout(() => this.#peers.get(room) === peer && this.#connect(room), RETRY_MS);
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
    if (link !== "open") for (const room of [...this.#peers.keys()]) this.#drop(room);
    else this.#watch(this.state.value.wall);
  }

  /** @param {string} name @param {any} data @param {number} at */
  #notified(name, data, at) {
    switch (name) {
      case "wall.state": return this.dispatch({ type: "state", data, at, nowMs: Date.now() });
      case "room.updated": return this.#roomUpdated(data, at);
      case "tile.updated": return this.dispatch({ type: "tile", data });
      case "tile.slots": return this.dispatch({ type: "slots", room: data.room, slots: data.slots });
      case "tile.opened":
      case "tile.lost": return this.state.value.wall.includes(data.room) ? this.#connect(data.room) : undefined;
      case "terminal.asked": return this.#asked(data);
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

  /** @param {import("./types.js").Asked} data */
  #asked(data) {
    this.dispatch({ type: "asked", data });
    if (data.token !== null && this.state.value.hasAnswered) this.#say(t("monitor.there.said"));
  }

  /** @param {string} text */
  #say(text) {
    this.said.value = { count: this.said.value.count + 1, text };
  }

  // -- what this page says --------------------------------------------------------------------

  async #beat() {
    if (!this.link.isOpen || !this.state.value.wall.length) return;
    const visible = document.visibilityState === "visible";
    await this.#ask("terminal.beat", { visible, frames: this.screens.frames() });
  }

  /** A hidden page, and one whose connection is too slow, shows old frames: they say nothing. */
  #look() {
    const { rooms, tiles } = this.state.value;
    const looks = this.screens.look((room) => !document.hidden && !tiles[room]?.is_starved);
    const { changed, news } = this.#findings.take(looks, (room, who) => pictureOf(rooms[room], who));
    for (const found of changed) this.dispatch({ type: "health", ...found });
    for (const found of news) this.#ask("tile.health", found);
  }
}
