"""From Start to the first decoded remote picture, in a real Chromium, in a running room.

The guest's network has a round trip: what they send and get by TCP and by UDP is held for half of
it each way. The host's has none.
"""

import itertools
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from tests.bench.table import Figure
from tests.browser.chromium import launch
from tests.browser.eventually import eventually
from tests.browser.faces import FACES
from tests.browser.network import TcpProxy, UdpRelay, Weather
from tests.browser.rooms import TestRoom, make_room
from tests.browser.server_process import ServerProcess

TIMEOUT_MS = 15_000
ROUND_TRIPS, SERVER_MS = 4, 100
ROUND_TRIPS_MS = (0, 50, 100)
STEPS = ("pressed", "sent", "heard", "answered", "paired", "connected", "seen")
# Notes when Start is pressed, the join is sent, its answer heard, the answer about to be taken in,
# a pair of addresses found, the handshake over, and when a remote tile first shows a frame.
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
      video.requestVideoFrameCallback(() => { note("seen"); resolve(times); });
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

    @property
    def total_ms(self) -> float:
        """From the join that was sent to the picture."""
        return sum(self.steps_ms[1:])

    @property
    def since_start_ms(self) -> float:
        return sum(self.steps_ms)


class Room:
    """A server behind the guest's network, an officer inside, a guest who comes and goes."""

    def __init__(self, directory: Path, playwright: Any) -> None:
        self._directory = directory
        self._playwright = playwright
        self._server = ServerProcess(directory)
        self._relay = UdpRelay(("127.0.0.1", self._server.media_port))
        self._proxy = TcpProxy(("127.0.0.1", self._server.http_port))

    async def start(self) -> None:
        await self._relay.start()
        await self._proxy.start()
        self._server.settings["VMR_MEDIA_ANNOUNCE"] = f"127.0.0.1:{self._relay.port}"
        self._server.settings["VMR_MEDIA_TCP_PORT"] = "off"
        await self._server.start()
        self._room = await make_room(self._server.database, "legal", "Bench")
        self._host = await launch(self._playwright, FACES[0], self._directory)
        self._guest = await launch(self._playwright, FACES[1], self._directory)
        await _host(self._host, self._server.url, self._room)

        async def sends() -> bool:
            return any(flow.ufrag for flow in self._relay.flows.values())

        await eventually("the host's media reach the server", sends, 15)
        self._host_ufrag = next(flow.ufrag for flow in self._relay.flows.values() if flow.ufrag)

    async def close(self) -> None:
        await self._guest.close()
        await self._host.close()
        await self._server.stop()
        await self._proxy.close()
        await self._relay.close()

    async def join(self, round_trip_ms: int) -> Join:
        self._proxy.delay_ms = round_trip_ms / 2
        self._relay.set_weather(Weather(delay_ms=round_trip_ms / 2))
        self._relay.set_weather(Weather(), self._host_ufrag)
        url = f"http://127.0.0.1:{self._proxy.port}"
        times = await _join(self._guest, url, self._room)
        at = [float(times[step]) for step in STEPS]
        steps = tuple(after - before for before, after in itertools.pairwise(at))
        return Join(round_trip_ms=round_trip_ms, steps_ms=steps)


async def _prepare(page: Page, url: str, role: str | None, name: str) -> None:
    await page.goto(url)
    await page.locator('#app[data-view="prejoin"]').wait_for(state="attached", timeout=TIMEOUT_MS)
    if role is not None:
        await page.get_by_role("radio", name=role).check()
    await page.get_by_role("textbox", name="Your name").fill(name)
    await page.get_by_role("checkbox", name="I agree to this declaration").check()


async def _host(browser: Browser, url: str, room: TestRoom) -> Page:
    page = await (await browser.new_context(permissions=["camera", "microphone"])).new_page()
    await _prepare(page, url + room.host_path, None, "Officer")
    await page.get_by_role("button", name="Start", exact=True).click()
    await page.get_by_role("textbox", name="Host PIN").fill(room.pin)
    await page.get_by_role("button", name="Open the meeting").click()
    await page.locator('#app[data-view="meeting"]').wait_for(state="attached", timeout=TIMEOUT_MS)
    return page


async def _join(browser: Browser, url: str, room: TestRoom) -> dict[str, float]:
    """One guest with a personal link comes into the open room and leaves again."""
    context = await browser.new_context(permissions=["camera", "microphone"])
    context.set_default_timeout(TIMEOUT_MS)
    await context.add_init_script(WATCH)
    page = await context.new_page()
    await _prepare(page, url + room.invite_path(0), None, "Guest")
    await page.locator("video").first.wait_for(state="attached", timeout=TIMEOUT_MS)
    await page.get_by_role("button", name="Start", exact=True).click()
    handle = await page.wait_for_function("window.vmrJoin", timeout=TIMEOUT_MS)
    times: dict[str, float] = await handle.json_value()
    await page.get_by_role("button", name="Hang up").click()
    await page.locator('#app[data-view="ended"]').wait_for(state="attached", timeout=TIMEOUT_MS)
    await context.close()
    return times


async def join_times(count: int, round_trips_ms: Sequence[int] = ROUND_TRIPS_MS) -> list[Join]:
    """`count` joins for each round trip, in turn, each in a fresh profile; one warms up, untold."""
    with tempfile.TemporaryDirectory() as name:
        async with async_playwright() as playwright:
            room = Room(Path(name), playwright)
            await room.start()
            try:
                await room.join(0)
                return [await room.join(ms) for _ in range(count) for ms in round_trips_ms]
            finally:
                await room.close()


def join_figures(joins: Sequence[Join]) -> list[Figure]:
    """The median of each round trip, and where it goes."""
    found = []
    for round_trip_ms in sorted({join.round_trip_ms for join in joins}):
        mine = [join for join in joins if join.round_trip_ms == round_trip_ms]
        total = statistics.median(join.total_ms for join in mine)
        steps = zip(*(join.steps_ms for join in mine), strict=True)
        parts = [f"{statistics.median(step):.0f}" for step in steps]
        bar_ms = ROUND_TRIPS * round_trip_ms + SERVER_MS
        found.append(
            Figure(
                name=f"join sent to first picture, round trip {round_trip_ms} ms",
                measured=f"{total:.0f} ms (worst {max(join.total_ms for join in mine):.0f}):"
                f" answer {parts[1]}, taking it in {parts[2]}, pair {parts[3]},"
                f" handshake {parts[4]}, picture {parts[5]};"
                f" {parts[0]} before it is sent",
                bar=f"<= {bar_ms} ms",
                is_met=total <= bar_ms,
            )
        )
    return found
