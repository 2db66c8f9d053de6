/**
 * One visit to a room: joins by the signalling link, keeps the media path, and turns what happens
 * into actions of the store. Holds no markup; the components call `actions.js`.
 */

import { keepVisit } from "./entry.js";
import { MediaLink } from "./media/link.js";
import { Players } from "./media/players.js";
import { playFor } from "./media/sounds.js";
import { leave, reach, sayGoodbye, settle } from "./moving.js";
import { OwnMedia } from "./own_media.js";
import { RequestError, SignallingClient } from "./signalling/client.js";
import { proveDevice } from "./signalling/device_key.js";
import { deviceNews } from "./state/device_news.js";
import { inside, you } from "./state/meeting.js";
import { LEFT } from "./state/moving.js";
import { waitMs } from "./state/stage.js";

/** @typedef {import("./types.js").JoinForm} JoinForm */

/** Longer is no news kept back. */
const HOLD_MS = 1000;
const REJOIN_MS = 2000;
const UNANSWERED = ["offline", "no_answer", "busy", "database_away", "too_many_requests", "room_moving", "newer_meeting", "other_server"];
/** So often in a row, this long between, a page asks for a room that no server can take yet. */
const ASKS_MAX = 30;
const ASK_MS = 300;
/** Its meeting was just given to that server, which takes it when it is asked. */
const MOVING_MS = 50;
/** Ends after which a page joins again without being asked. */
const ALONE = ["connection_lost", "next_slot"];
const LOST = { code: "connection_lost", canReturn: true, reason: "" };

export class Controller {
  #stageTimer = 0;
  /** What was told while a join is answered. @type {[string, any, number][]|null} */
  #held = null;
  #holdTimer = 0;
  /** A new session has not joined yet, though the person is in the room. */
  #mustRejoin = false;
  #isRejoining = false;
  /** The session that joined. @type {string|null} */
  #joined = null;
  /** Until the page is at the server that its meeting is moved to. @type {Promise<void>|null} */
  #move = null;
  /** The connection that is left then. @type {import("./moving.js").Connection|null} */
  #left = null;
  /** The first try to open camera and microphone. @type {Promise<void>} */
  #opened = Promise.resolve();

  /**
   * @param {import("./store.js").Store} store
   * @param {import("./types.js").Facts} facts
   * @param {import("./entry.js").Visit} visit
   * @param {import("./signalling/client.js").Connect} connect
   * @param {import("./preferences.js").Preferences} preferences
   */
  constructor(store, facts, visit, connect, preferences) {
    this.store = store;
    this.preferences = preferences;
    this.facts = facts;
    this.visit = visit;
    /** @type {JoinForm|null} */
    this.form = null;
    /** @type {AudioContext|null} */
    this.audio = null;
    this.connect = connect;
    this.players = new Players();
    const servers = facts.servers.length ? facts.servers : [location.origin];
    /** @type {SignallingClient} */
    const client = new SignallingClient(connect, servers, this.#listener(() => client));
    this.client = client;
    this.own = new OwnMedia({
      request: (name, payload) => this.request(name, payload),
      peers: () => [this.media.peer, this.#left?.media.peer ?? null].filter((one) => one !== null),
      view: () => this.view,
      onPresenting: (isPresenting) => store.dispatch({ type: "presenting", isPresenting }),
      onScreen: (screen) => store.dispatch({ type: "screen", screen }),
      onDevice: (change) => this.view && store.dispatch({ type: "raised", alert: deviceNews(change), nowMs: Date.now() }),
    });
    /** @type {MediaLink} */
    const media = new MediaLink(this.#surroundings((sdp) => client.request("media.offer", { sdp }), () => media));
    this.media = media;
  }

  /** Only the client that is the present one is listened to. @param {() => SignallingClient} of @returns {import("./signalling/client.js").Listener} */
  #listener(of) {
    return {
      phase: (phase, isNew, isByServer) => of() === this.client && this.#linkPhase(phase, isNew, isByServer),
      notification: (name, data, at) => of() === this.client && this.#notified(name, data, at),
    };
  }

  /**
   * @param {(sdp: string) => Promise<import("./media/link.js").Answered>} negotiate @param {() => MediaLink} of
   * @returns {import("./media/link.js").Surroundings}
   */
  #surroundings(negotiate, of) {
    return {
      tracks: () => this.own.tracks,
      hasRelays: this.facts.has_relays,
      negotiate,
      onPhase: (phase, tries) => of() === this.media && this.#mediaPhase(phase, tries),
      onSlots: (slots) => {
        if (!slots || of() !== this.media) return;
        this.#bind(slots);
        this.store.dispatch({ type: "slots", slots });
      },
    };
  }

  /** @param {import("./types.js").Slot[]} slots */
  #bind(slots) {
    for (const { mid, participant } of slots) {
      const track = this.track(mid);
      if (track) this.players.bind(track, participant);
    }
  }

  /**
   * Ask the server that runs the room. While it is moved nothing is done anywhere: what was refused
   * for that is asked again.
   * @param {string} name @param {Record<string, unknown>} [payload] @returns {Promise<any>}
   */
  async request(name, payload) {
    for (let asked = 1; ; asked += 1) {
      await this.#move;
      try {
        return await this.client.request(name, payload);
      } catch (error) {
        if (asked === ASKS_MAX || /** @type {RequestError} */ (error).code !== "room_moving") throw error;
        await new Promise((resolve) => setTimeout(resolve, ASK_MS));
      }
    }
  }

  /** What a section of the connection brings, also of the one that is being left. @param {string} mid */
  track(mid) {
    if (mid.startsWith(LEFT)) return this.#left?.media.peer?.track(mid.slice(LEFT.length)) ?? null;
    return this.media.peer?.track(mid) ?? null;
  }

  get view() {
    return inside(this.store.state.value.meeting.view);
  }

  open() {
    this.client.open();
    this.#opened = this.own.devices.open();
    const tell = () => this.store.dispatch({ type: "offline", isOffline: !navigator.onLine, nowMs: Date.now() });
    for (const event of ["online", "offline"]) window.addEventListener(event, tell);
  }

  /** Press Start. @param {JoinForm} form @param {{move?: boolean}} [options] */
  async start(form, options = {}) {
    this.form = form;
    this.audio ??= new AudioContext();
    this.visit = keepVisit(this.facts.address, sessionStorage, { names: form.names, role: form.role });
    this.store.dispatch({ type: "join_began" });
    try {
      await this.#join(form, options.move ?? this.visit.wasInside);
      this.store.dispatch({ type: "join_done" });
    } catch (error) {
      this.#close();
      this.#notJoined(problemOf(error));
    }
  }

  /** A terminal that was handed over and loads anew: to its seat again, with what was on there. */
  async returnToSeat() {
    const { names, role, seat } = this.visit;
    this.store.dispatch({ type: "return_began" });
    await this.#opened;
    if (seat && !seat.microphone) this.own.devices.setMuted(true);
    if (seat && !seat.camera) this.own.devices.stopCamera();
    await this.start({ names, role, agreed: true }, { move: true });
  }

  /** An answer that got lost may have let us in before. @param {import("./types.js").Problem} problem */
  #notJoined(problem) {
    if (problem.code !== "already_joined") return this.store.dispatch({ type: "join_failed", problem });
    this.#joined = this.client.session?.session ?? null;
    this.store.dispatch({ type: "join_done" });
    return this.view ? void this.media.connect() : undefined;
  }

  /** Over for this page, whoever decided it: nothing is captured or sent any more. @param {import("./types.js").Ending} ending */
  finish(ending) {
    this.store.dispatch({ type: "ended", ending });
    if (this.#left) this.#forget(this.#left);
    this.#close();
    this.own.close();
    this.client.close();
    this.visit = keepVisit(this.facts.address, sessionStorage, { wasInside: false, seat: null });
  }

  /** Back to the prejoin view with a new session. */
  comeBack() {
    this.store.dispatch({ type: "returned" });
    this.client.openAnew();
    void this.own.devices.open();
  }

  /** @param {JoinForm} form @param {boolean} move */
  #join(form, move) {
    return this.#follow(() => this.#joinHere(form, move));
  }

  /** Go to the server that runs the room. */
  #find() {
    return this.#follow(async () => {
      await this.client.whenOpen();
      await this.client.request("room.find", { room: this.facts.address });
    });
  }

  /** Ask again wherever, and for as long as, the servers say so. @param {() => Promise<void>} ask */
  async #follow(ask) {
    for (let asked = 1; ; asked += 1) {
      try {
        return await ask();
      } catch (error) {
        const { code, server } = /** @type {RequestError} */ (error);
        if (asked === ASKS_MAX || (code !== "other_server" && code !== "room_moving")) throw error;
        if (server && !this.client.isUnreached(server)) this.client.goTo(server);
        else await new Promise((resolve) => setTimeout(resolve, ASK_MS));
      }
    }
  }

  /** @param {JoinForm} form @param {boolean} move */
  async #joinHere(form, move) {
    const session = await this.client.whenOpen();
    const payload = await this.#joining(form, move, session, this.media);
    this.#hold();
    const asked = this.client.request("room.join", payload);
    this.players.prepare(this.media.peer?.pictures ?? []);
    const answer = await asked.catch((error) => {
      this.#release();
      throw error;
    });
    this.#joined = session.session;
    if (answer.answer) {
      setTimeout(() => this.#release());
      return this.media.complete(answer);
    }
    this.#release();
    this.#close();
    return this.view ? this.media.connect() : undefined;
  }

  /** @param {JoinForm} form @param {boolean} move @param {import("./signalling/client.js").Session} session @param {MediaLink} media */
  async #joining(form, move, session, media) {
    const room = this.facts.address;
    const [offer, device] = await Promise.all([media.prepare(), proveDevice(room, session.nonce)]);
    const { invite } = this.visit;
    return {
      room, role: form.role, names: form.names, declaration: this.facts.declaration.version, move,
      offer, ...(invite ? { invite } : {}), ...(device ? { device } : {}),
    };
  }

  /** The meeting goes on at another server: be there before leaving this one. @param {{server: string, overlap_s: number}} moved */
  async #goAlong({ server, overlap_s: overlapS }) {
    const { form } = this;
    if (!form) return;
    const untilMs = performance.now() + 1000 * overlapS;
    /** @type {[string, any, number][]} */
    const news = [];
    /** @type {import("./moving.js").Connection} */
    const next = reach({
      connect: this.connect, server, servers: this.client.servers,
      surroundings: (negotiate) => this.#surroundings(negotiate, () => next.media),
      listener: (of) => {
        const { phase, notification } = this.#listener(of);
        return { phase, notification: (name, data, at) => (of() === this.client ? notification(name, data, at) : void news.push([name, data, at])) };
      },
    });
    try {
      const answer = await this.#joinThere(next, form, untilMs);
      this.#adopt(next, news, untilMs);
      if (answer.answer) await this.media.complete(answer);
      else this.media.close();
    } catch (error) {
      console.warn("the room was not followed", error); // the server that is left sends us on
      if (this.client !== next.client) leave(next);
    }
  }

  /** @param {import("./moving.js").Connection} next @param {JoinForm} form @param {number} untilMs */
  async #joinThere({ client, media }, form, untilMs) {
    for (;;) {
      const session = await client.whenOpen();
      try {
        return await client.request("room.join", await this.#joining(form, true, session, media));
      } catch (error) {
        const { code, server } = /** @type {RequestError} */ (error);
        if (performance.now() > untilMs || (code !== "other_server" && code !== "room_moving")) throw error;
        if (server) client.goTo(server);
        else await new Promise((resolve) => setTimeout(resolve, MOVING_MS));
      }
    }
  }

  /** @param {import("./moving.js").Connection} next @param {[string, any, number][]} news @param {number} untilMs */
  #adopt(next, news, untilMs) {
    const left = { client: this.client, media: this.media };
    this.#left = left;
    if (this.view) this.store.dispatch({ type: "move_began" });
    ({ client: this.client, media: this.media } = next);
    this.#joined = next.client.session?.session ?? null;
    for (const [name, data, at] of news) this.#notified(name, data, at);
    if (!this.view) return this.#forget(left);
    void settle(this.store, () => this.media, untilMs).then(() => sayGoodbye(left, untilMs)).then(() => this.#forget(left));
    return undefined;
  }

  /** @param {import("./moving.js").Connection} left */
  #forget(left) {
    leave(left);
    if (this.#left === left) this.#left = null;
  }

  /** News of the meeting comes before the answer to a join, and drawing it takes longer than all else. */
  #hold() {
    this.#held = [];
    clearTimeout(this.#holdTimer);
    this.#holdTimer = window.setTimeout(() => this.#release(), HOLD_MS);
  }

  /** The answer is taken in, or does not come soon. */
  #release() {
    const held = this.#held ?? [];
    this.#held = null;
    clearTimeout(this.#holdTimer);
    for (const [name, data, at] of held) this.#notified(name, data, at);
  }

  /**
   * The session was lost with its server, or this is another server: join again as before, until the
   * server says no. A session that is found again where it was has not been lost.
   */
  async #rejoin() {
    const { form } = this;
    if (!form || this.#isRejoining || this.store.state.value.journey.step !== "joined") return;
    this.#mustRejoin = this.#isRejoining = true;
    try {
      if (this.client.servers.length > 1) await this.#find();
      if (this.client.session?.session !== this.#joined) await this.#join(form, true);
      else if (this.view) void this.media.connect();
      this.#mustRejoin = false;
    } catch (error) {
      this.#notRejoined(problemOf(error));
    } finally {
      this.#isRejoining = false;
    }
  }

  /** @param {import("./types.js").Problem} problem */
  #notRejoined({ code, message }) {
    if (code === "already_joined") this.#nowJoined();
    else if (UNANSWERED.includes(code)) setTimeout(() => this.client.isOpen && this.#rejoin(), REJOIN_MS);
    else if (code === "broken_off") this.finish({ code, canReturn: true, reason: "" });
    else this.finish({ ...LOST, reason: message });
  }

  #nowJoined() {
    this.#mustRejoin = false;
    this.#joined = this.client.session?.session ?? null;
  }

  /** @param {"open"|"lost"|"refused"} phase @param {boolean} isNew @param {boolean} [isByServer] */
  #linkPhase(phase, isNew, isByServer) {
    const wasJoined = this.store.state.value.journey.step === "joined";
    this.store.dispatch({ type: "link", phase, isByServer, nowMs: Date.now() });
    this.media.setOnline(phase === "open");
    if (phase !== "open" || !wasJoined) return;
    if (isNew || this.#mustRejoin || this.client.session?.session !== this.#joined) void this.#rejoin();
    else if (this.view) void this.media.connect();
  }

  /** @param {string} name @param {any} data @param {number} at */
  #notified(name, data, at) {
    if (name === "room.moved") return this.#startMove(data);
    if (this.#held) return void this.#held.push([name, data, at]);
    if (this.#left && name === "participant.joined" && data.how === "returned") return undefined; // was never away
    if (name === "session.ended" && this.#goesOn(data)) return this.#comeBackAlone();
    const before = this.view;
    if (name === "slot.bound") this.#bind(data.slots);
    this.store.dispatch({ type: "notified", name, data, at, nowMs: Date.now() });
    if (name === "session.ended") {
      return this.finish({ code: data.code, canReturn: data.can_return, reason: data.reason });
    }
    if (this.audio && this.preferences.choices.value.hasSounds) playFor(name, this.audio);
    if (name === "meeting.updated") this.#moved(before);
    if (name === "speaker.changed") this.#settleLater();
    if (name === "media.lost") this.media.lost();
    if (name === "layers.wanted") void this.media.peer?.wantLayers(data.rids);
    return undefined;
  }

  /** @param {{server: string, overlap_s: number}} moved */
  #startMove(moved) {
    this.#move = this.#goAlong(moved).finally(() => {
      this.#move = null;
    });
  }

  /** @param {any} data */
  #goesOn(data) {
    const isJoined = this.store.state.value.journey.step === "joined";
    return isJoined && this.form !== null && ALONE.includes(data.code) && data.can_return;
  }

  /** Who only lost the network, or waited for the slot after this one, joins again without being asked, as far as the server lets them. */
  #comeBackAlone() {
    this.media.close();
    this.client.openAnew();
  }

  /** The view changed: follow it with media. @param {import("./types.js").InsideView|null} before */
  #moved(before) {
    const view = this.view;
    if (!view) return before ? this.#wentOut() : undefined;
    if (!before) this.#cameIn(view);
    if (before) this.own.follow(before, view);
    this.#keepSeat(view);
    return undefined;
  }

  /** @param {import("./types.js").InsideView} view */
  #cameIn(view) {
    this.visit = keepVisit(this.facts.address, sessionStorage, { wasInside: true });
    this.own.cameIn(view);
    if (this.store.state.value.journey.step === "joined") void this.media.connect();
  }

  /** What a terminal needs to come back by itself. @param {import("./types.js").InsideView} view */
  #keepSeat(view) {
    const own = view.is_handed_over ? you(view) : undefined;
    const seat = own ? { microphone: own.microphone, camera: own.camera } : null;
    if (JSON.stringify(seat) !== JSON.stringify(this.visit.seat)) this.visit = keepVisit(this.facts.address, sessionStorage, { seat });
  }

  #wentOut() {
    this.own.stopScreen();
    this.#close();
    this.visit = keepVisit(this.facts.address, sessionStorage, { wasInside: false, seat: null });
  }

  /** Nothing is sent or received. */
  #close() {
    this.media.close();
    this.players.close();
  }

  #settleLater() {
    clearTimeout(this.#stageTimer);
    const wait = waitMs(this.store.state.value.stage, Date.now());
    if (wait === null) return;
    const settle = () => this.store.dispatch({ type: "time", nowMs: Date.now() });
    this.#stageTimer = window.setTimeout(settle, wait);
  }

  /** Pictures not wanted are asked to be spared of each new path. @param {import("./types.js").MediaPhase} phase @param {number} tries */
  #mediaPhase(phase, tries) {
    const { media, mediaTries, saving } = this.store.state.value;
    if (this.store.state.value.moving && phase === "connecting") return; // the other one still brings all
    if (phase !== media || tries !== mediaTries) this.store.dispatch({ type: "media", phase, tries, nowMs: Date.now() });
    if (phase === "connected" && media !== "connected" && saving !== "all") void this.#save(saving);
  }

  /** Which pictures to receive. @param {import("./types.js").Pictures} pictures */
  async save(pictures) {
    this.store.dispatch({ type: "saving", pictures });
    if (this.view) await this.#save(pictures);
  }

  /** @param {import("./types.js").Pictures} pictures */
  async #save(pictures) {
    await this.request("media.save", { pictures }).catch((error) => console.warn("data is not saved", error));
  }
}

/** @param {unknown} error @returns {import("./types.js").Problem} */
export function problemOf(error) {
  if (error instanceof RequestError) return { code: error.code, message: error.message };
  console.warn(error);
  return { code: "page_failed", message: "" };
}
