"""One endpoint as the packet core knows it, and the room it is in: what it may send, what it was
given to receive and since when, and its transport while there is one. What is done with them is
`media.router`'s.
"""

from media.description import Description, Kind, Role
from media.messages import Gate, PictureWithheld, SlotBinding, Source
from media.port import Port
from media.publication import Publication
from media.speaker import SpeakerDetector, Voice
from media.tap import AnySource, Limit, limit_of, picture_sources, wants


class Room:
    __slots__ = ("detector", "endpoints", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.endpoints: dict[str, Endpoint] = {}
        self.detector = SpeakerDetector()


class Endpoint:
    __slots__ = (
        "bindings",
        "description",
        "gate",
        "granted",
        "has_arrived",
        "has_limits",
        "name",
        "places",
        "port",
        "role",
        "room",
        "screen",
        "sources",
        "voice",
        "withheld",
    )

    def __init__(self, name: str, room: Room, voice: Voice, role: Role) -> None:
        self.name = name
        self.role = role
        self.room = room
        self.voice = voice
        self.gate = Gate()
        self.sources: tuple[AnySource, ...] = ()
        self.has_arrived = False
        self.has_limits = False
        """Whether some source may be shown up to a size only; looked at in every tick."""
        self.granted: dict[tuple[str, Kind], float] = {}
        """From when what came of each source may be shown here."""
        self.port: Port | None = None
        self.description: Description | None = None
        self.places: dict[str, int] = {}
        self.screen: str | None = None
        self.bindings: tuple[SlotBinding, ...] = ()
        self.withheld: dict[tuple[str, str], str] = {}
        """Why a source's kind is not shown here, as was told."""

    def publication(self, kind: Kind) -> Publication | None:
        return self.port.publications.get(kind) if self.port is not None else None

    def limits(self) -> dict[str, Limit | None]:
        """Return the largest picture this endpoint may be shown of each source."""
        return {source.endpoint: limit_of(source) for source in self.sources}

    def grant(self, sources: tuple[Source, ...], now: float) -> None:
        """Take new sources, and note since when each of them is held.

        Who arrives may see what came before; who was here and was not given a source may not.
        """
        self.sources = picture_sources(sources) if self.role is Role.TAP else sources
        self.has_limits = any(map(limit_of, self.sources))
        since = now if self.has_arrived else float("-inf")
        self.has_arrived = True
        kinds = ((s.endpoint, kind) for s in self.sources for kind in Kind if wants(s, kind))
        self.granted = {key: self.granted.get(key, since) for key in kinds}

    def tell_withheld(self) -> list[PictureWithheld]:
        """Return what has changed of what is not shown here."""
        if self.port is None:
            return []
        found = {
            (binding.source, binding.kind): subscription.withheld
            for subscription, binding in zip(self.port.subscriptions, self.bindings, strict=True)
            if binding.source is not None and subscription.withheld is not None
        }
        told, self.withheld = self.withheld, found
        return [
            PictureWithheld(endpoint=self.name, source=key[0], kind=key[1], reason=found.get(key))
            for key in told | found
            if told.get(key) != found.get(key)
        ]
