"""One person at Firefox: what they do on the pages, as `Person` does at Chromium."""

import asyncio
import json
from pathlib import Path
from typing import Any

from tests.browser.eventually import eventually
from tests.browser.faces import Face
from tests.browser.firefox import Firefox
from tests.browser.network import TcpProxy, UdpRelay
from tests.browser.person import OWN_CAMERA
from tests.browser.somebody import Somebody

RECORDED_TONES = (Path(__file__).parent / "recorded_tones.js").read_text()
NETWORK_ERRORS = ("NetworkError", "t establish a connection", "was interrupted")


class FirefoxPerson(Somebody):
    """`face` is the colour of the camera and the pitch of the microphone."""

    def __init__(
        self, name: str, face: Face, firefox: Firefox, proxy: TcpProxy, relay: UdpRelay
    ) -> None:
        super().__init__(name, face, proxy, relay)
        self.firefox = firefox
        firefox.on_console = self._note_console

    async def begin(self, in_page: str) -> None:
        """Start the browser; `in_page` runs in every page before its own scripts."""
        await self.firefox.start()
        await self.firefox.preload(in_page + RECORDED_TONES)
        await self.firefox.preload(f"({OWN_CAMERA})(...{json.dumps(self.face.colour)})")

    # -- the way in ---------------------------------------------------------------------------

    async def open(self, path: str) -> None:
        await self.firefox.navigate(f"http://127.0.0.1:{self.proxy.port}{path}")
        await self.in_view("prejoin")

    async def start(self, *, role: str | None = None) -> None:
        firefox = self.firefox
        if role is not None:
            await firefox.click(await firefox.locate("radio", role))
        await firefox.fill(await firefox.locate("textbox", "Your name"), self.name)
        await firefox.click(await firefox.locate("checkbox", "I agree to this declaration"))
        await self.press("Start")

    async def enter_pin(self, pin: str, button: str = "Open the meeting") -> None:
        await self.firefox.fill(await self.firefox.locate("textbox", "Host PIN"), pin)
        await self.press(button)

    async def press(self, name: str) -> None:
        await self.firefox.click(await self.firefox.locate("button", name))

    async def in_view(self, view: str) -> None:
        await self._app_shows("view", view)

    async def stage(self, stage: str) -> None:
        await self._app_shows("stage", stage)

    async def text(self) -> str:
        return str(await self.ask("() => document.body.innerText"))

    async def ask(self, function: str, argument: Any = None) -> Any:
        return await self.firefox.ask(function, argument)

    async def close(self) -> None:
        await self.firefox.close()
        await self.proxy.close()

    async def picture(self, path: Path) -> None:
        shot = await self.firefox.screenshot()
        await asyncio.to_thread(path.write_bytes, shot)

    async def _app_shows(self, attribute: str, value: str) -> None:
        found = ""

        async def probe() -> bool:
            nonlocal found
            read = "name => document.querySelector('#app')?.dataset[name]"
            found = await self.ask(read, attribute)
            return bool(found == value)

        try:
            await eventually(f"{self.name} has {attribute} {value}", probe)
        except AssertionError as error:
            raise AssertionError(f"{error}; found: {found}") from None

    def _note_console(self, level: str, text: str) -> None:
        """What the page's console says; an error is a fault of the page."""
        if level != "error":
            return
        if self.may_lose_network and any(word in text for word in NETWORK_ERRORS):
            return
        self.faults.append(f"console: {text}")
