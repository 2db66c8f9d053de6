/**
 * The elements that play pictures. Those that a join is about to bring are made while its answer is
 * awaited: the first frame comes before the meeting is drawn, and an element made after that would
 * wait for the next one. Whoever shows a picture takes its element. No element that may hold a frame
 * of somebody else is given away.
 */

/** So many pictures are prepared for: most rooms have no more people. */
export const PREPARED = 3;

export class Players {
  /** Nobody shows them yet, by track; `of`: whose pictures it has had. @type {Map<string, {player: HTMLVideoElement, of: string|null}>} */
  #prepared = new Map();

  /** @param {MediaStreamTrack[]} tracks that no other players were prepared for */
  prepare(tracks) {
    this.close();
    for (const track of tracks.slice(0, PREPARED)) {
      const player = playerOf(track);
      player.play().catch(() => undefined); // whoever takes it hears of it
      this.#prepared.set(track.id, { player, of: null });
    }
  }

  /** @param {MediaStreamTrack} track @param {string|null} participant whom it brings from now on */
  bind(track, participant) {
    const prepared = this.#prepared.get(track.id);
    if (!prepared) return;
    if (prepared.of === null || prepared.of === participant) prepared.of = participant;
    else this.#drop(track.id);
  }

  /** @param {MediaStreamTrack} track */
  take(track) {
    const player = this.#prepared.get(track.id)?.player ?? playerOf(track);
    this.#prepared.delete(track.id);
    return player;
  }

  /** Those that nobody took play no more. */
  close() {
    for (const id of [...this.#prepared.keys()]) this.#drop(id);
  }

  /** @param {string} id */
  #drop(id) {
    const prepared = this.#prepared.get(id);
    if (prepared) prepared.player.srcObject = null;
    this.#prepared.delete(id);
  }
}

/** @param {MediaStreamTrack} track */
function playerOf(track) {
  const player = document.createElement("video");
  player.autoplay = player.playsInline = player.muted = true;
  player.tabIndex = -1;
  player.ariaHidden = "true";
  player.srcObject = new MediaStream([track]);
  return player;
}
