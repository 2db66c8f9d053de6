"""One person at Chromium: what they do on the pages.

Everything is found by role and name as a screen reader would, or by the attributes that
`web/README.md` promises.
"""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, ConsoleMessage, Error, Locator, Page, expect

from tests.browser.faces import Face
from tests.browser.network import TcpProxy, UdpRelay
from tests.browser.somebody import Somebody

OWN_CAMERA = (Path(__file__).parent / "own_camera.js").read_text()
NETWORK_ERRORS = (
    "net::ERR_",
    "Failed to load resource",
    "WebSocket connection to",
    "Failed to fetch",
)


class Person(Somebody):
    """`face` is the camera and voice of the browser process."""

    def __init__(
        self, name: str, face: Face, context: BrowserContext, page: Page, proxy: TcpProxy,
        relay: UdpRelay,
    ) -> None:  # fmt: skip
        super().__init__(name, face, proxy, relay)
        self.page = page
        self.context = context
        self.is_shaky = False
        self.origin = f"http://127.0.0.1:{proxy.port}"
        """Where its pages are opened."""
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        page.on("crash", lambda _: self.faults.append("the page crashed"))

    async def paint_own_camera(self) -> None:
        """Before a page is opened: the camera is a painting, which `set_camera` may change."""
        await self.context.add_init_script(f"({OWN_CAMERA})(...{json.dumps(self.face.colour)})")

    async def set_camera(self, state: str) -> None:
        """`live`, `black` (covered) or `still` (the same picture over and over)."""
        await self.page.evaluate("state => { window.vmrCamera = state; }", state)

    # -- the way in ---------------------------------------------------------------------------

    async def open(self, path: str) -> None:
        await self.page.goto(f"{self.origin}{path}", wait_until="commit")
        await self.in_view("prejoin")

    async def start(self, *, role: str | None = None) -> None:
        page = self.page
        if role is not None:
            await page.get_by_role("radio", name=role).check()
        await page.get_by_role("textbox", name="Your name").fill(self.name)
        await page.get_by_role("checkbox", name="I agree to this declaration").check()
        await self.press("Start")

    async def enter_pin(self, pin: str, button: str = "Open the meeting") -> None:
        await self.page.get_by_role("textbox", name="Host PIN").fill(pin)
        await self.press(button)

    async def press(self, name: str, *, exact: bool = True) -> None:
        await self.click(self.page.get_by_role("button", name=name, exact=exact).first)

    async def click(self, button: Locator) -> None:
        """Once; twice when the hand is shaky."""
        await (button.dblclick() if self.is_shaky else button.click())

    async def in_view(self, view: str) -> None:
        await expect(self.page.locator(f'#app[data-view="{view}"]')).to_be_attached(timeout=30_000)

    async def view(self) -> str:
        return await self.page.locator("#app").get_attribute("data-view") or ""

    async def stage(self, stage: str) -> None:
        await expect(self.page.locator(f'#app[data-stage="{stage}"]')).to_be_attached(
            timeout=30_000
        )

    async def text(self) -> str:
        return await self.page.inner_text("body")

    async def ask(self, function: str, argument: Any = None) -> Any:
        return await self.page.evaluate(function, argument)

    async def close(self) -> None:
        if not self.page.is_closed():
            with suppress(Error):  # a page that is not ours, or has crashed, ends by silence
                await self.page.evaluate("() => window.vmrTest?.closePeers()")
        await self.context.close()
        await self.proxy.close()

    async def picture(self, path: Path) -> None:
        await self.page.screenshot(path=str(path))

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        if self.may_lose_network and any(word in message.text for word in NETWORK_ERRORS):
            return
        self.faults.append(f"console: {message.text} ({message.location.get('url', '')})")
