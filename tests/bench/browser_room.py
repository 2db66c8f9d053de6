"""A running room for figures with real browsers: server, officer, a guest on their own network.

What the guest sends and gets by TCP and by UDP is held for half of a round trip each way, and may
be lost by UDP. The officer's network has neither.
"""

from pathlib import Path

from playwright.async_api import BrowserContext, Page, Playwright

from tests.bench.server_part import ServerPart
from tests.browser.chromium import launch
from tests.browser.eventually import eventually
from tests.browser.faces import FACES, write_camera
from tests.browser.network import Flow, TcpProxy, UdpRelay, Weather
from tests.browser.rooms import make_room
from tests.browser.server_process import ServerProcess

TIMEOUT_MS = 15_000
CAMERA_FPS = 25


class BrowserRoom:
    """A server behind the guest's network, an officer inside, a guest who comes and goes."""

    def __init__(self, directory: Path, playwright: Playwright) -> None:
        self.relay = UdpRelay(("127.0.0.1", 0))
        self._directory = directory
        self._playwright = playwright
        self._server = ServerProcess(directory)
        self.relay.move(("127.0.0.1", self._server.media_port))
        self._proxy = TcpProxy(("127.0.0.1", self._server.http_port))

    async def start(self, script: str = "") -> None:
        """Open the room; `script` runs in the officer's page before its own."""
        await self.relay.start()
        await self._proxy.start()
        self._server.settings["VMR_MEDIA_ANNOUNCE"] = f"127.0.0.1:{self.relay.port}"
        self._server.settings["VMR_MEDIA_TCP_PORT"] = "off"
        await self._server.start()
        for face in FACES[:2]:
            write_camera(face, self._directory / f"face{face.number}.y4m", CAMERA_FPS)
        self._room = await make_room(self._server.database, "legal", "Bench")
        self._host_browser = await launch(self._playwright, FACES[0], self._directory)
        self._guest_browser = await launch(self._playwright, FACES[1], self._directory)
        self.host = await self._enter_host(script)

        async def sends() -> bool:
            return any(flow.ufrag for flow in self.relay.flows.values())

        await eventually("the host's media reach the server", sends, 15)
        self._host_ufrag = next(flow.ufrag for flow in self.relay.flows.values() if flow.ufrag)

    async def close(self) -> None:
        await self._guest_browser.close()
        await self._host_browser.close()
        await self._server.stop()
        await self._proxy.close()
        await self.relay.close()

    def set_guest_weather(self, *, round_trip_ms: float, loss: float = 0.0, seed: int = 1) -> None:
        """The guest's network from now on; `loss` is of each way, of UDP alone."""
        self._proxy.delay_ms = round_trip_ms / 2
        self.relay.set_weather(Weather(delay_ms=round_trip_ms / 2, loss=loss, seed=seed))
        self.relay.set_weather(Weather(), self._host_ufrag)

    def watch_guest(self) -> ServerPart:
        """What the server takes of what the guest does from now on."""
        part = ServerPart()
        self._proxy.watch = part.see_bytes

        def see(flow: Flow, data: bytes, at: float, is_up: bool) -> None:
            if flow.ufrag and flow.ufrag != self._host_ufrag:
                part.see_datagram(data, at, is_up)

        self.relay.watch = see
        return part

    @property
    def guest_url(self) -> str:
        """Where the server is reached on the guest's network."""
        return f"http://127.0.0.1:{self._proxy.port}"

    @property
    def address(self) -> str:
        """Of the room."""
        return self._room.address

    @property
    def invite(self) -> str:
        """The guest's personal link."""
        return self._room.invites[0]

    async def prepare_guest(self, script: str = "") -> tuple[BrowserContext, Page]:
        """A guest with a personal link, in a fresh profile, who has only to press Start."""
        context = await self._guest_browser.new_context(permissions=["camera", "microphone"])
        context.set_default_timeout(TIMEOUT_MS)
        if script:
            await context.add_init_script(script)
        page = await context.new_page()
        await _prepare(page, self.guest_url + self._room.invite_path(0), "Guest")
        await page.locator("video").first.wait_for(state="attached", timeout=TIMEOUT_MS)
        return context, page

    async def _enter_host(self, script: str) -> Page:
        context = await self._host_browser.new_context(permissions=["camera", "microphone"])
        if script:
            await context.add_init_script(script)
        page = await context.new_page()
        await _prepare(page, self._server.url + self._room.host_path, "Officer")
        await start(page)
        await page.get_by_role("textbox", name="Host PIN").fill(self._room.pin)
        await page.get_by_role("button", name="Open the meeting").click()
        await in_view(page, "meeting")
        return page


async def start(page: Page) -> None:
    """Press Start on the page before the meeting."""
    await page.get_by_role("button", name="Start", exact=True).click()


async def in_view(page: Page, view: str) -> None:
    """Wait for a view of the meeting document."""
    await page.locator(f'#app[data-view="{view}"]').wait_for(state="attached", timeout=TIMEOUT_MS)


async def leave(page: Page) -> None:
    """Hang up and wait until that is done."""
    await page.get_by_role("button", name="Hang up").click()
    await in_view(page, "ended")


async def _prepare(page: Page, url: str, name: str) -> None:
    await page.goto(url)
    await in_view(page, "prejoin")
    await page.get_by_role("textbox", name="Your name").fill(name)
    await page.get_by_role("checkbox", name="I agree to this declaration").check()
