"""A stage whose participants are pages of Chromium (`page.html`)."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web
from playwright.async_api import Browser, Page

from media.engine import Config
from media.messages import AddEndpoint
from tests.browser.chromium import launch
from tests.browser.eventually import eventually
from tests.browser.faces import FACES, name_colour
from tests.media.live_stage import EVERYTHING, ROOM, Stage

PAGE = Path(__file__).parent / "page.html"
Encodings = list[dict[str, Any]]
SIMULCAST: Encodings = [{"rid": "l", "scaleResolutionDownBy": 2}, {"rid": "h"}]
PLAIN: Encodings = [{}]


class Theatre:
    """A stage whose participants are pages: they post their offers over HTTP."""

    def __init__(self, playwright: Any, directory: Path) -> None:
        self.stage = Stage()
        self.pages: dict[str, Page] = {}
        self.answers: dict[str, str] = {}
        self.edit_answer: Callable[[str], str] = str
        self.browser_arguments: tuple[str, ...] = ()
        self.script = ""
        """Runs in every page before its own."""
        self._playwright = playwright
        self._directory = directory
        self._browsers: list[Browser] = []

    async def start(self, config: Config) -> None:
        await self.stage.start(config)
        app = web.Application()
        app.router.add_get("/", self._serve_page)
        app.router.add_post("/offer/{name}", self._serve_answer)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def close(self) -> None:
        await asyncio.gather(*(browser.close() for browser in self._browsers))
        await self._runner.cleanup()
        await self.stage.close()

    async def enter(
        self,
        name: str,
        face: int,
        encodings: Encodings = PLAIN,
        *,
        is_wide: bool = False,
        configuration: dict[str, Any] | None = None,
    ) -> Page:
        """A browser with this face joins; everybody is shown to everybody."""
        browser = await launch(
            self._playwright, FACES[face - 1], self._directory, *self.browser_arguments
        )
        self._browsers.append(browser)
        page = await browser.new_page()
        await page.add_init_script(self.script)
        await page.goto(f"http://127.0.0.1:{self._port}/")
        self.pages[name] = page
        await self.stage.engine.request(AddEndpoint(room=ROOM, endpoint=name))
        await self.stage.gate(name, EVERYTHING)
        for subscriber in self.pages:
            others = [other for other in self.pages if other != subscriber]
            await self.stage.show(subscriber, others)
        colour = list(FACES[face - 1].colour) if is_wide else None
        await page.evaluate("(all) => start(...all)", [name, encodings, colour, configuration])
        return page

    async def sees(self, subscriber: str, source: str, face: int, kind: str = "camera") -> Any:
        """Wait until a page shows this face in the slot bound to `source`."""
        mid = self.stage.mid(subscriber, source, kind)

        async def look() -> Any:
            seen = await self.pages[subscriber].evaluate("(mid) => seen(mid)", mid)
            return seen if seen and name_colour(*seen["colour"]) == face else None

        return await eventually(f"{subscriber} sees {source}'s {kind}", look, 30)

    async def inbound(self, subscriber: str, source: str, kind: str) -> dict[str, Any]:
        mid = self.stage.mid(subscriber, source, kind)
        found = await self.pages[subscriber].evaluate("stats('inbound-rtp')")
        return next((item for item in found if item.get("mid") == mid), {})

    async def grows(self, subscriber: str, source: str, kind: str, value: str, by: float) -> None:
        """Wait until a number of an incoming stream is greater than it is now."""
        before = (await self.inbound(subscriber, source, kind)).get(value, 0)

        async def look() -> bool:
            now = (await self.inbound(subscriber, source, kind)).get(value, 0)
            return bool(now >= before + by)

        await eventually(f"{value} of {source} at {subscriber} grows", look, 30)

    async def _serve_page(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(PAGE)

    async def _serve_answer(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        answer = await self.stage.negotiate(name, await request.text())
        self.answers[name] = self.edit_answer(answer)
        return web.Response(text=self.answers[name])
