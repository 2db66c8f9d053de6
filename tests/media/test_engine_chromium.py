"""The engine with real browsers: what no other client shows of ours."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright

from media.engine import Config
from media.messages import AddEndpoint
from tests.browser.chromium import launch
from tests.browser.eventually import eventually
from tests.browser.faces import FACES, name_colour
from tests.media.live_stage import EVERYTHING, ROOM, Stage, until
from tests.peers.aiortc_peer import AiortcPeer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

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
        self, name: str, face: int, encodings: Encodings = PLAIN, *, is_wide: bool = False
    ) -> Page:
        """A browser with this face joins; everybody is shown to everybody."""
        browser = await launch(self._playwright, FACES[face - 1], self._directory)
        self._browsers.append(browser)
        page = await browser.new_page()
        await page.goto(f"http://127.0.0.1:{self._port}/")
        self.pages[name] = page
        await self.stage.engine.request(AddEndpoint(room=ROOM, endpoint=name))
        await self.stage.gate(name, EVERYTHING)
        for subscriber in self.pages:
            others = [other for other in self.pages if other != subscriber]
            await self.stage.show(subscriber, others)
        colour = list(FACES[face - 1].colour) if is_wide else None
        await page.evaluate("(all) => start(...all)", [name, encodings, colour])
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
        self.answers[name] = await self.stage.negotiate(name, await request.text())
        return web.Response(text=self.answers[name])


Open = Callable[..., Awaitable[Theatre]]


@pytest.fixture
async def open_theatre(tmp_path: Path) -> AsyncIterator[Open]:
    opened: list[Theatre] = []
    async with async_playwright() as playwright:

        async def open_one(**settings: Any) -> Theatre:
            theatre = Theatre(playwright, tmp_path)
            await theatre.start(Config(**settings))
            opened.append(theatre)
            return theatre

        yield open_one
        await asyncio.gather(*(theatre.close() for theatre in opened))


async def test_two_browsers_see_and_hear_each_other(open_theatre: Open) -> None:
    theatre = await open_theatre()
    first = await theatre.enter("first", 1, SIMULCAST)
    await theatre.enter("second", 2, SIMULCAST)
    await theatre.sees("first", "second", 2)
    await theatre.sees("second", "first", 1)
    for subscriber, source in (("first", "second"), ("second", "first")):
        await theatre.grows(subscriber, source, "camera", "framesDecoded", 15)
        await theatre.grows(subscriber, source, "audio", "totalAudioEnergy", 0.001)

    [transport] = await first.evaluate("stats('transport')")
    assert transport["srtpCipher"].startswith("SRTP_AEAD_AES_128_GCM")
    assert transport["dtlsRole"] == "client"
    answer = theatre.answers["first"]
    assert "apt=" in answer
    assert " nack pli\r\n" in answer
    assert " transport-cc\r\n" in answer
    counters = theatre.stage.engine.counters()
    assert counters["not_sealed"] == counters["srtp_refused"] == 0
    assert counters["lost_handshake_failed"] == 0


async def test_the_best_simulcast_layer_reaches_the_others(open_theatre: Open) -> None:
    theatre = await open_theatre()
    first = await theatre.enter("first", 1, SIMULCAST, is_wide=True)
    await theatre.enter("second", 2)
    await theatre.sees("second", "first", 1)

    async def both_layers() -> bool:
        sent = await first.evaluate("stats('outbound-rtp')")
        rids = {item.get("rid") for item in sent if item.get("framesEncoded", 0) > 10}
        return rids >= {"l", "h"}

    async def widest() -> bool:
        return (await theatre.inbound("second", "first", "camera")).get("frameWidth") == 640

    await eventually("both layers are sent", both_layers, 30)
    await eventually("the wider layer is decoded", widest, 30)
    assert (await theatre.inbound("second", "first", "camera"))["freezeCount"] == 0


async def test_a_slot_goes_to_another_person_without_a_new_offer(open_theatre: Open) -> None:
    theatre = await open_theatre()
    first = await theatre.enter("first", 1)
    await theatre.enter("second", 2)
    third = AiortcPeer(colour=FACES[2].colour, number=3, pitch_hz=1000)
    await theatre.stage.enter("third", third)
    await theatre.stage.show("first", ["second"])
    await theatre.sees("first", "second", 2)
    slot = theatre.stage.mid("first", "second", "camera")
    await theatre.stage.show("first", ["third"])
    assert theatre.stage.mid("first", "third", "camera") == slot
    await theatre.sees("first", "third", 3)
    await theatre.grows("first", "third", "audio", "totalAudioEnergy", 0.001)
    assert await first.evaluate("needed") == 0
    assert theatre.stage.engine.counters()["transports_opened"] == 3


async def test_a_screen_is_shown_in_its_own_slot(open_theatre: Open) -> None:
    theatre = await open_theatre()
    first = await theatre.enter("first", 1)
    await theatre.enter("second", 2)
    await theatre.sees("second", "first", 1)
    await first.evaluate("(colour) => present(colour)", list(FACES[3].colour))
    seen = await theatre.sees("second", "first", 4, "screen")
    assert (seen["width"], seen["height"]) == (480, 270)
    await theatre.sees("second", "first", 1)
    assert await first.evaluate("needed") == 0


async def test_an_ice_restart_of_a_browser_loses_nothing(open_theatre: Open) -> None:
    theatre = await open_theatre()
    first = await theatre.enter("first", 1)
    await theatre.enter("second", 2)
    await theatre.sees("second", "first", 1)
    await first.evaluate("negotiate('first', {iceRestart: true})")
    assert theatre.stage.engine.counters()["ice_restarts"] == 1
    agent = theatre.stage.engine._transports["first"].agent
    await until(lambda: len(agent.ufrags) == 1, "the old credentials end", 30)
    await theatre.grows("second", "first", "camera", "framesDecoded", 15)
    await theatre.grows("first", "second", "camera", "framesDecoded", 15)
    assert await first.evaluate("connection.connectionState") == "connected"
    assert theatre.stage.engine.counters()["transports_opened"] == 2


async def test_h264_is_carried_where_it_alone_is_allowed(open_theatre: Open) -> None:
    theatre = await open_theatre(codecs=("h264",))
    await theatre.enter("first", 1)
    await theatre.enter("second", 2)
    await theatre.sees("first", "second", 2)
    await theatre.sees("second", "first", 1)
    await theatre.grows("second", "first", "camera", "framesDecoded", 15)
