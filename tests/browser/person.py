"""One person at one browser: what they do on the pages, what they see and hear.

Everything is found by role and name as a screen reader would, or by the attributes that
`web/README.md` promises; who is on screen is told by colour, who is heard by pitch.
"""

from pathlib import Path
from typing import Any, cast

from playwright.async_api import BrowserContext, ConsoleMessage, Locator, Page, expect

from tests.browser.eventually import eventually
from tests.browser.faces import FACES, Face, name_colour
from tests.browser.network import TcpProxy, UdpRelay

LISTEN_MS = 700
HEARD_LEVEL_DB = -75.0
TONE_TOLERANCE_HZ = 30.0
NETWORK_ERRORS = (
    "net::ERR_",
    "Failed to load resource",
    "WebSocket connection to",
    "Failed to fetch",
)


class Person:
    """`name` is what the others see; `face` the camera and voice of their browser process."""

    def __init__(
        self, name: str, face: Face, context: BrowserContext, page: Page, proxy: TcpProxy,
        relay: UdpRelay,
    ) -> None:  # fmt: skip
        self.name = name
        self.face = face
        self.page = page
        self.context = context
        self.proxy = proxy
        self.faults: list[str] = []
        self.may_lose_network = False
        self.is_shaky = False
        self._relay = relay
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        page.on("crash", lambda _: self.faults.append("the page crashed"))

    # -- the way in ---------------------------------------------------------------------------

    async def open(self, path: str) -> None:
        """Open a link's path (with fragment) through this person's own network."""
        await self.page.goto(f"http://127.0.0.1:{self.proxy.port}{path}", wait_until="commit")
        await self.in_view("prejoin")

    async def start(self, *, role: str | None = None) -> None:
        """Fill the prejoin page and press Start."""
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
        """Wait for a view of the meeting document."""
        await expect(self.page.locator(f'#app[data-view="{view}"]')).to_be_attached(timeout=30_000)

    async def view(self) -> str:
        return await self.page.locator("#app").get_attribute("data-view") or ""

    async def stage(self, stage: str) -> None:
        await expect(self.page.locator(f'#app[data-stage="{stage}"]')).to_be_attached(
            timeout=30_000
        )

    async def text(self) -> str:
        return await self.page.inner_text("body")

    # -- what is seen and heard ---------------------------------------------------------------

    async def pictures(self, kind: str = "camera") -> dict[str, dict[str, Any]]:
        """Others' pictures by participant, as decoded into the page."""
        found = await self.page.evaluate("vmrTest.pictures()")
        return {
            one["participant"]: one for one in found if one["kind"] == kind and not one["isSelf"]
        }

    async def faces_seen(self) -> set[int]:
        """Numbers of the faces whose pictures are on the stage and in view."""
        pictures = (await self.pictures()).values()
        numbers = {name_colour(*one["colour"]) for one in pictures if one["isVisible"]}
        return {number for number in numbers if number is not None}

    async def sees(self, *people: "Person") -> None:
        """Wait until exactly these people's own faces are seen."""
        await self.sees_faces(*(person.face for person in people))

    async def sees_faces(self, *faces: Face) -> None:
        wanted = {face.number for face in faces}

        async def probe() -> bool:
            return await self.faces_seen() == wanted

        try:
            await eventually(f"{self.name} sees {wanted}", probe)
        except AssertionError as error:
            raise AssertionError(f"{error}; seen: {await self.pictures()}") from None

    async def voices(self) -> dict[str, int]:
        """Whose tone comes out of each participant's own audio element, by participant."""
        tones = await self.page.evaluate("ms => vmrTest.tones(ms)", LISTEN_MS)
        return {
            tone["participant"]: face.number
            for tone in tones
            for face in FACES
            if tone["level"] > HEARD_LEVEL_DB
            and abs(tone["hertz"] - face.tone_hz) < TONE_TOLERANCE_HZ
        }

    async def faces_heard(self) -> set[int]:
        """Numbers of the faces whose tones are heard."""
        return set((await self.voices()).values())

    async def faces_and_voices_agree(self) -> None:
        """Each picture and the sound that goes with it are of one and the same person."""
        seen = {who: name_colour(*one["colour"]) for who, one in (await self.pictures()).items()}
        voices, energy = await self.voices(), await self.energy()
        assert voices.items() <= seen.items(), (voices, seen)
        assert all(energy.get(who, 0) > 0 for who in voices), (voices, energy)

    async def hears(self, *people: "Person") -> None:
        """Wait until exactly these people's own tones are heard."""
        await self.hears_faces(*(person.face for person in people))

    async def meets(self, *faces: Face) -> None:
        """See and hear exactly these."""
        await self.sees_faces(*faces)
        await self.hears_faces(*faces)

    async def hears_faces(self, *faces: Face) -> None:
        wanted = {face.number for face in faces}
        last: set[int] = set()

        async def probe() -> bool:
            nonlocal last
            last = await self.faces_heard()
            return last == wanted

        try:
            await eventually(f"{self.name} hears {wanted}", probe)
        except AssertionError as error:
            raise AssertionError(f"{error}; heard: {last}") from None

    async def energy(self) -> dict[str, float]:
        """Audio energy received so far by participant, through the slots' own statistics."""
        stats = {one["mid"]: one for one in await self.received() if one["kind"] == "audio"}
        slots = await self.page.evaluate(
            """() => [...document.querySelectorAll('audio[data-mid]')]
                .map(slot => [slot.dataset.mid, slot.dataset.participant || ''])"""
        )
        return {who: stats[mid]["energy"] for mid, who in slots if who and mid in stats}

    async def received(self) -> list[dict[str, Any]]:
        return cast(list[dict[str, Any]], await self.page.evaluate("vmrTest.received()"))

    async def frames_decoded(self) -> int:
        return sum(one["frames"] for one in await self.received())

    # -- past the page ------------------------------------------------------------------------

    async def raw(self, event: str, payload: dict[str, Any] | None = None) -> dict[str, Any]:
        """Send a request as this page's own session; the server's acknowledgement."""
        answer = await self.page.evaluate(
            "([event, payload]) => vmrTest.raw(event, payload)", [event, payload or {}]
        )
        return cast(dict[str, Any], answer)

    async def was_told(self, text: str) -> bool:
        """Whether the server ever sent this text to the page, shown or not."""
        return bool(await self.page.evaluate("text => vmrTest.wasTold(text)", text))

    async def views(self) -> list[str]:
        """Every view the page has shown since it was loaded, in order."""
        return cast(list[str], await self.page.evaluate("vmrTest.views"))

    async def peer_connections(self) -> int:
        """How many transports this page has ever made."""
        return int(await self.page.evaluate("vmrTest.peers.length"))

    # -- the network --------------------------------------------------------------------------

    async def cut(self) -> None:
        """This person's network goes dark: nothing is refused, nothing arrives."""
        self.may_lose_network = True
        self._relay.cut(await self.page.evaluate("vmrTest.ufrags()"))
        self.proxy.cut()

    def mend(self) -> None:
        self._relay.mend()
        self.proxy.mend()

    async def close(self) -> None:
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
