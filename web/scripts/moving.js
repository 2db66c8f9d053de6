/**
 * The way of one page to the server that its meeting was moved to: a second connection is made, of
 * signalling and of media, before the first is closed. Shows nothing; `Controller` adopts what is
 * made here, and keeps what it leaves as long as others may need what this page sends there.
 */

import { MediaLink } from "./media/link.js";
import { readStarted } from "./media/started.js";
import { SignallingClient } from "./signalling/client.js";
import { isDone } from "./state/moving.js";

/** How often the new connection is looked at. */
const LOOK_MS = 50;
/** What the server that is left gives pages after its own time, to hear its goodbye. */
const GOODBYE_MS = 1000;

/**
 * @typedef {{client: SignallingClient, media: MediaLink}} Connection
 * @typedef {{connect: import("./signalling/client.js").Connect, server: string, servers: string[],
 *   surroundings: (negotiate: (sdp: string) => Promise<import("./media/link.js").Answered>) => import("./media/link.js").Surroundings,
 *   listener: (of: () => SignallingClient) => import("./signalling/client.js").Listener}} Way
 */

/** A connection to another server, with nobody listening to the client yet. @param {Way} way @returns {Connection} */
export function reach({ connect, server, servers, surroundings, listener }) {
  const client = new SignallingClient(connect, [server, ...servers.filter((one) => one !== server)], listener(() => client));
  const media = new MediaLink(surroundings((sdp) => client.request("media.offer", { sdp })));
  client.open();
  return { client, media };
}

/** @param {Connection} connection */
export function leave({ client, media }) {
  media.close();
  client.close();
}

/**
 * Until the new connection brings all that the old one did, or the time is over.
 * @param {import("./store.js").Store} store @param {() => MediaLink} media @param {number} untilMs
 */
export async function settle(store, media, untilMs) {
  while (performance.now() < untilMs && store.state.value.moving) {
    const { peer } = media();
    const mids = peer ? await readStarted(peer.pc).catch(() => []) : [];
    if (mids.length !== store.state.value.moving?.started.length) store.dispatch({ type: "move_started", mids });
    if (isSettled(store.state.value.moving)) break;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  store.dispatch({ type: "move_over" });
}

/** @param {import("./types.js").Moving|null} moving */
const isSettled = (moving) => moving === null || isDone(moving);

/**
 * What this page sends there goes on until the server closes it: others may not have followed yet.
 * @param {Connection} left @param {number} untilMs
 */
export async function sayGoodbye(left, untilMs) {
  await left.client.request("room.finish_move").catch(() => undefined);
  while (left.client.isOpen && performance.now() < untilMs + GOODBYE_MS) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  leave(left);
}
