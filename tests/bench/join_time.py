"""From Start to the first decoded remote picture, in a real Chromium, in a running room.

The guest's network has a round trip, the host's has none (`tests/bench/browser_room.py`).
"""

import asyncio
import itertools
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import async_playwright

from tests.bench.browser_room import TIMEOUT_MS, BrowserRoom, leave, start
from tests.bench.server_part import ServerPart
from tests.bench.table import Figure

ROUND_TRIPS, SERVER_MS = 4, 100
ROUND_TRIPS_MS = (0, 50, 100)
STEPS = ("pressed", "sent", "heard", "answered", "paired", "connected", "seen")
# Notes when Start is pressed, the join is sent, its answer heard, the answer about to be taken in,
# a pair of addresses found, the handshake over, and when a remote tile is first drawn with a frame,
# whichever of the two came first.
WATCH = """
const times = {};
const note = (step) => { times[step] ??= performance.now(); };
window.vmrJoin = new Promise((resolve) => {
  addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button && button.textContent.trim() === "Start") note("pressed");
  }, true);
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (data) {
    if (typeof data === "string" && data.includes('"room.join"')) {
      note("sent");
      this.addEventListener("message", ({ data: answer }) => {
        if (typeof answer === "string" && answer.includes("a=ice-pwd")) note("heard");
      });
    }
    return send.call(this, data);
  };
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...options) {
      super(...options);
      window.vmrPeer = this;
      this.addEventListener("iceconnectionstatechange", () => {
        if (this.iceConnectionState === "connected") note("paired");
      });
      this.addEventListener("connectionstatechange", () => {
        if (this.connectionState === "connected") note("connected");
      });
    }
    setRemoteDescription(description) {
      note("answered");
      return super.setRemoteDescription(description);
    }
  };
  const watched = new WeakSet();
  const look = () => {
    for (const video of document.querySelectorAll('[data-participant][data-self="false"] video')) {
      if (watched.has(video)) continue;
      watched.add(video);
      const seen = () => { note("seen"); resolve(times); };
      if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) requestAnimationFrame(seen);
      else video.requestVideoFrameCallback(seen);
    }
  };
  addEventListener("DOMContentLoaded", () => {
    new MutationObserver(look).observe(document.body, {
      subtree: true, childList: true, attributes: true,
    });
  });
});
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """One join; milliseconds from each of `STEPS` to the next."""

    round_trip_ms: int
    steps_ms: tuple[float, ...]
    server: ServerPart

    @property
    def total_ms(self) -> float:
        """From the join that was sent to the picture."""
        return sum(self.steps_ms[1:])

    @property
    def since_start_ms(self) -> float:
        return sum(self.steps_ms)


async def _join(room: BrowserRoom, round_trip_ms: int) -> Join:
    """One guest comes into the open room and leaves again."""
    room.set_guest_weather(round_trip_ms=round_trip_ms)
    context, page = await room.prepare_guest(WATCH)
    part = room.watch_guest()
    # Asked before Start, so that no script of the test is compiled while the page joins.
    joined = asyncio.ensure_future(page.evaluate("window.vmrJoin"))
    await start(page)
    times: dict[str, float] = await asyncio.wait_for(joined, TIMEOUT_MS / 1000)
    await leave(page)
    await context.close()
    # The page may hear of the handshake after the picture, when it draws while that is under way.
    at = [min(float(times.get(step, times["seen"])), times["seen"]) for step in STEPS]
    steps = tuple(after - before for before, after in itertools.pairwise(at))
    return Join(round_trip_ms=round_trip_ms, steps_ms=steps, server=part)


async def join_times(count: int, round_trips_ms: Sequence[int] = ROUND_TRIPS_MS) -> list[Join]:
    """`count` joins for each round trip, in turn, each in a fresh profile; one warms up, untold."""
    with tempfile.TemporaryDirectory() as name:
        async with async_playwright() as playwright:
            room = BrowserRoom(Path(name), playwright)
            await room.start()
            try:
                await _join(room, 0)
                return [await _join(room, ms) for _ in range(count) for ms in round_trips_ms]
            finally:
                await room.close()


def bar_ms(round_trip_ms: int) -> int:
    """From the join sent to the first picture, at most."""
    return ROUND_TRIPS * round_trip_ms + SERVER_MS


def join_figures(joins: Sequence[Join]) -> list[Figure]:
    """The median of each round trip, and where it goes."""
    found = []
    for round_trip_ms in sorted({join.round_trip_ms for join in joins}):
        mine = [join for join in joins if join.round_trip_ms == round_trip_ms]
        total = statistics.median(join.total_ms for join in mine)
        steps = zip(*(join.steps_ms for join in mine), strict=True)
        parts = [f"{statistics.median(step):.0f}" for step in steps]
        found.append(
            Figure(
                name=f"join sent to first picture, round trip {round_trip_ms} ms",
                measured=f"{total:.0f} ms (worst {max(join.total_ms for join in mine):.0f}):"
                f" answer {parts[1]}, taking it in {parts[2]}, pair {parts[3]},"
                f" handshake {parts[4]}, picture {parts[5]};"
                f" {parts[0]} before it is sent",
                bar=f"<= {bar_ms(round_trip_ms)} ms",
                is_met=total <= bar_ms(round_trip_ms),
            )
        )
        own = statistics.median(join.server.total_ms for join in mine)
        names = ("answer_ms", "check_ms", "handshake_ms", "picture_ms")
        ways = [statistics.median(getattr(j.server, name) or 0.0 for j in mine) for name in names]
        found.append(
            Figure(
                name="of it the server's own",
                measured=f"{own:.0f} ms (worst {max(join.server.total_ms for join in mine):.0f}):"
                f" answer {ways[0]:.0f}, check {ways[1]:.0f}, handshake {ways[2]:.0f},"
                f" picture {ways[3]:.0f}",
                bar=f"<= {SERVER_MS} ms",
                is_met=own <= SERVER_MS,
            )
        )
    return found
