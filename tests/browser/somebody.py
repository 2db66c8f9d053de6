"""Somebody at a browser, whichever it is: what they see and hear, and what their page was told.

Who is on screen is told by colour, who is heard by pitch; both are measured in the page by
`in_page.js`.
"""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, cast

from tests.browser.eventually import eventually
from tests.browser.faces import FACES, Face, name_colour
from tests.browser.network import TcpProxy, UdpRelay

LISTEN_MS = 700
HEARD_LEVEL_DB = -75.0
TONE_TOLERANCE_HZ = 30.0


class Somebody(ABC):
    """`name` is what the others see; `face` the colour and the pitch they are known by."""

    def __init__(self, name: str, face: Face, proxy: TcpProxy, relay: UdpRelay) -> None:
        self.name = name
        self.face = face
        self.proxy = proxy
        self.faults: list[str] = []
        self.may_lose_network = False
        self._relay = relay

    # -- how each kind of browser does it -----------------------------------------------------

    @abstractmethod
    async def open(self, path: str) -> None:
        """Open a link's path (with fragment) through this person's own network."""

    @abstractmethod
    async def start(self, *, role: str | None = None) -> None:
        """Fill the prejoin page and press Start."""

    @abstractmethod
    async def enter_pin(self, pin: str, button: str = "Open the meeting") -> None:
        """Answer the Host PIN prompt."""

    @abstractmethod
    async def press(self, name: str) -> None:
        """Press the button of this name."""

    @abstractmethod
    async def in_view(self, view: str) -> None:
        """Wait for a view of the meeting document."""

    @abstractmethod
    async def stage(self, stage: str) -> None:
        """Wait for a stage of the meeting."""

    @abstractmethod
    async def ask(self, function: str, argument: Any = None) -> Any:
        """What a function in the page gives, as JSON knows it."""

    @abstractmethod
    async def picture(self, path: Path) -> None:
        """A screenshot."""

    @abstractmethod
    async def close(self) -> None:
        """Leave, as by closing the browser."""

    # -- what is seen and heard ---------------------------------------------------------------

    async def pictures(self, kind: str = "camera") -> dict[str, dict[str, Any]]:
        """Others' pictures by participant, as decoded into the page."""
        found = await self.ask("() => vmrTest.pictures()")
        return {
            one["participant"]: one for one in found if one["kind"] == kind and not one["isSelf"]
        }

    async def faces_seen(self) -> set[int]:
        """Numbers of the faces whose pictures are on the stage and in view."""
        pictures = (await self.pictures()).values()
        numbers = {name_colour(*one["colour"]) for one in pictures if one["isVisible"]}
        return {number for number in numbers if number is not None}

    async def sees(self, *people: "Somebody") -> None:
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
        tones = await self.ask("ms => vmrTest.tones(ms)", LISTEN_MS)
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
        """Each picture and the sound that goes with it are of one and the same person.

        Never another's; a picture that has only just come, or gone on, may be drawn a moment later.
        """

        async def agree() -> bool:
            pictures = await self.pictures()
            seen = {who: name_colour(*one["colour"]) for who, one in pictures.items()}
            voices, energy = await self.voices(), await self.energy()
            both = voices.keys() & seen.keys()
            assert all(voices[who] == seen[who] for who in both), (voices, seen)
            has_sound = all(energy.get(who, 0) > 0 for who in voices)
            return has_sound and voices.keys() <= seen.keys()

        await eventually(f"{self.name} sees whom they hear", agree)

    async def hears(self, *people: "Somebody") -> None:
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
        slots = await self.ask(
            """() => [...document.querySelectorAll('audio[data-mid]')]
                .map(slot => [slot.dataset.mid, slot.dataset.participant || ''])"""
        )
        return {who: stats[mid]["energy"] for mid, who in slots if who and mid in stats}

    async def received(self) -> list[dict[str, Any]]:
        return cast(list[dict[str, Any]], await self.ask("() => vmrTest.received()"))

    async def frames_decoded(self) -> int:
        return sum(one["frames"] for one in await self.received())

    # -- past the page ------------------------------------------------------------------------

    async def raw(self, event: str, payload: dict[str, Any] | None = None) -> dict[str, Any]:
        """Send a request as this page's own session; the server's acknowledgement."""
        answer = await self.ask(
            "([event, payload]) => vmrTest.raw(event, payload)", [event, payload or {}]
        )
        return cast(dict[str, Any], answer)

    async def was_told(self, text: str) -> bool:
        """Whether the server ever sent this text to the page, shown or not."""
        return bool(await self.ask("text => vmrTest.wasTold(text)", text))

    async def views(self) -> list[str]:
        """Every view the page has shown since it was loaded, in order."""
        return cast(list[str], await self.ask("() => vmrTest.views"))

    async def peer_connections(self) -> int:
        """How many transports this page has ever made."""
        return int(await self.ask("() => vmrTest.peers.length"))

    # -- the network --------------------------------------------------------------------------

    async def cut(self) -> None:
        """This person's network goes dark: nothing is refused, nothing arrives.

        Pages and socket first: a transport made after that is given no answer.
        """
        self.may_lose_network = True
        self.proxy.cut()
        self._relay.cut(await self.ask("() => vmrTest.ufrags()"))

    def mend(self) -> None:
        self._relay.mend()
        self.proxy.mend()
