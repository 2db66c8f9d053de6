/** The desk's page: what arrives becomes state, sound and notification; what is asked is sent. */

import { signal } from "../../vendor/signals.js";
import { RequestError } from "../signalling/client.js";
import { has, t } from "../text.js";
import { DeskLink } from "./link.js";
import { NONE, again, ring } from "./state/bell.js";
import { NOTHING, reduce } from "./state/desk.js";

const LOST_RING_MS = 10_000;

/** @typedef {import("./types.js").DeskRoom} DeskRoom */

export class Controller {
  #rung = NONE;

  /**
   * @param {import("../signalling/client.js").Connect} connect
   * @param {import("./sounds.js").Sounds} sounds
   * @param {import("./notifications.js").Notifications} notifications
   */
  constructor(connect, sounds, notifications) {
    this.sounds = sounds;
    this.notifications = notifications;
    this.state = signal(NOTHING);
    /** What a screen reader is told at once; counted, so that the same words are said again. */
    this.said = signal({ count: 0, text: "" });
    this.link = new DeskLink(connect, location.origin, {
      phase: (link, code) => this.#phase(link, code),
      notification: (name, data, at) => this.#notified(name, data, at),
    });
    setInterval(() => this.state.value.link !== "open" && this.sounds.play("lost"), LOST_RING_MS);
  }

  /** @param {import("./state/desk.js").DeskAction} action */
  dispatch(action) {
    this.state.value = reduce(this.state.value, action);
  }

  /**
   * Ask for something about a room. What was refused is shown, unless the caller shows it.
   * @param {string} request
   * @param {DeskRoom} room
   * @param {Record<string, unknown>} [more]
   * @returns {Promise<string>} what was wrong, or nothing
   */
  async ask(request, room, more = {}) {
    try {
      await this.link.request(request, { room: room.id, meeting: room.meeting?.meeting ?? "", ...more });
      return "";
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      return has(`error.${error.code}`) ? t(`error.${error.code}`) : error.message;
    }
  }

  /** @param {string} request @param {DeskRoom} room @param {Record<string, unknown>} [more] */
  async tell(request, room, more) {
    this.dispatch({ type: "problem", text: await this.ask(request, room, more) });
  }

  /** @param {import("./types.js").DeskLink} link @param {string} code */
  #phase(link, code) {
    const before = this.state.value.link;
    this.dispatch({ type: "link", link, code, nowMs: Date.now() });
    if (link !== "open" && before === "open") this.sounds.play("lost");
  }

  /** @param {string} name @param {any} data @param {number} at */
  #notified(name, data, at) {
    switch (name) {
      case "desk.state":
        this.dispatch({ type: "state", data, at, nowMs: Date.now() });
        return this.#ringFresh();
      case "room.updated":
        this.dispatch({ type: "room", room: data.room, state: data.state, at, nowMs: Date.now() });
        return this.#ringFresh();
      case "alerts.rang":
        return this.#ring(again(this.state.value, data.alerts));
    }
  }

  #ringFresh() {
    const { fresh, rung } = ring(this.#rung, this.state.value);
    this.#rung = rung;
    this.#ring(fresh);
    if (fresh.length) this.#say(fresh);
  }

  /** @param {import("./types.js").Raised[]} raised */
  #ring(raised) {
    if (!raised.length) return;
    this.sounds.play(raised[0].alert.kind);
    for (const one of raised) this.notifications.show(one);
  }

  /** @param {import("./types.js").Raised[]} fresh */
  #say(fresh) {
    const words = fresh.map(({ room, alert }) => t("desk.notification", { room: room.name, kind: t(`desk.kind.${alert.kind}`) }));
    this.said.value = { count: this.said.value.count + 1, text: words.join(" ") };
  }
}
