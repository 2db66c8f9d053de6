"""What one meeting wishes of the media engine, and what the engine holds: pure values.

A `Wish` is of somebody inside, a `TapWish` of a monitoring terminal, a `Holding` of one endpoint.
"""

from dataclasses import dataclass, replace

from lobby import effects
from media import messages
from vmr.ids import ParticipantId, SessionId
from vmr.policies import MONITOR_LARGEST

_CLOSED = effects.Gate(
    participant=ParticipantId(""), microphone=False, camera=False, screen=False
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What one participant who is let in should have; `encoder` is an endpoint too, or nothing."""

    session: SessionId
    endpoint: str
    encoder: str = ""
    gate: effects.Gate = _CLOSED
    sources: tuple[effects.Source, ...] = ()
    first: ParticipantId | None = None
    """Whose picture this person asked to have at its best."""
    pictures: messages.Pictures = "all"
    """Which pictures this person asked for, to save data."""

    @property
    def is_sent_by_encoder(self) -> bool:
        return self.gate.from_encoder and bool(self.encoder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What the engine holds of one endpoint."""

    kind: str = "person"
    gate: messages.Gate
    sources: tuple[messages.Source, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TapWish:
    """What one monitoring terminal should be shown. `only` is whom its tile has room for, None:
    nobody; a focused tile has room for all.

    In the wall the smallest layer will do; those in `large` have none that is small, and are shown
    there in any size that the policy allows.
    """

    session: SessionId
    endpoint: str
    pictures: tuple[effects.Picture, ...] = ()
    only: ParticipantId | None = None
    is_focused: bool = False
    large: frozenset[ParticipantId] = frozenset()

    @property
    def shown(self) -> tuple[effects.Picture, ...]:
        """A tile of the wall shows one person, small, a focused one everybody."""
        if self.is_focused:
            return self.pictures
        return tuple(
            one if one.max_width or one.participant in self.large else _small(one)
            for one in self.pictures
            if one.participant == self.only
        )


def _small(picture: effects.Picture) -> effects.Picture:
    """In the wall: the low layer's size, and no presentation."""
    width, height = MONITOR_LARGEST
    return replace(picture, screen=False, max_width=width, max_height=height)


NOTHING = Holding(gate=messages.Gate())

Wishes = dict[ParticipantId, Wish]
TapWishes = dict[ParticipantId, TapWish]


def wished(wishes: Wishes, taps: TapWishes) -> dict[str, Holding]:
    """What the engine should hold of each endpoint."""
    found = {}
    for wish in wishes.values():
        sources = (
            part
            for source in wish.sources
            if source.participant in wishes
            for part in _wished_parts(wish, source, wishes[source.participant])
        )
        found[wish.endpoint] = Holding(gate=_gate_of_page(wish), sources=tuple(sources))
        if wish.encoder:
            found[wish.encoder] = Holding(kind="encoder", gate=_gate_of_encoder(wish))
    for tap in taps.values():
        shown = (
            part
            for picture in tap.shown
            if picture.participant in wishes
            for part in _pictures(picture, wishes[picture.participant])
        )
        found[tap.endpoint] = Holding(kind="tap", gate=messages.Gate(), sources=tuple(shown))
    return found


def _gate_of_page(wish: Wish) -> messages.Gate:
    is_own = not wish.is_sent_by_encoder
    return messages.Gate(
        audio=wish.gate.microphone and is_own,
        camera=wish.gate.camera and is_own,
        screen=wish.gate.screen,
        audience=wish.gate.audience,
    )


def _gate_of_encoder(wish: Wish) -> messages.Gate:
    """Closed until it is what the others see and hear, and as far as its person is muted."""
    is_sent = wish.is_sent_by_encoder
    return messages.Gate(
        audio=wish.gate.microphone and is_sent,
        camera=wish.gate.camera and is_sent,
        audience=wish.gate.audience,
    )


def _pictures(picture: effects.Picture, of: Wish) -> list[messages.Source]:
    """What a tap receives of one person: pictures, never sound."""
    silent = effects.Source(
        participant=picture.participant, audio=False, camera=picture.camera, screen=picture.screen
    )
    return [
        replace(part, max_width=picture.max_width, max_height=picture.max_height)
        for part in _parts(silent, of)
    ]


_FEWER: tuple[messages.Pictures, ...] = ("all", "speaker", "none")


def _wished_parts(wish: Wish, source: effects.Source, of: Wish) -> list[messages.Source]:
    """What one person receives of another, whom they may have asked to see first."""
    is_first = source.participant == wish.first
    parts = _parts(source, of)
    if not is_first and wish.pictures == "all":
        return parts
    return [
        replace(part, comes_first=is_first and part.camera, pictures=wish.pictures)
        for part in parts
    ]


def _parts(source: effects.Source, of: Wish) -> list[messages.Source]:
    """What is received of one person: all of their page, or all but the screen of their encoder."""
    if not of.is_sent_by_encoder:
        whole = messages.Source(
            endpoint=of.endpoint, audio=source.audio, camera=source.camera, screen=source.screen
        )
        return [whole]
    parts = [messages.Source(endpoint=of.encoder, audio=source.audio, camera=source.camera)]
    if source.screen:
        parts.append(messages.Source(endpoint=of.endpoint, screen=True))
    return parts


def intersection(one: Holding, other: Holding) -> Holding:
    wanted = {source.endpoint: source for source in other.sources}
    sources = (
        _both(source, wanted[source.endpoint])
        for source in one.sources
        if source.endpoint in wanted
    )
    return Holding(
        kind=one.kind,
        gate=messages.Gate(
            audio=one.gate.audio and other.gate.audio,
            camera=one.gate.camera and other.gate.camera,
            screen=one.gate.screen and other.gate.screen,
            audience=one.gate.audience if one.gate.audience == other.gate.audience else "",
        ),
        sources=tuple(
            source for source in sources if source.audio or source.camera or source.screen
        ),
    )


def _both(one: messages.Source, other: messages.Source) -> messages.Source:
    return messages.Source(
        endpoint=one.endpoint,
        audio=one.audio and other.audio,
        camera=one.camera and other.camera,
        screen=one.screen and other.screen,
        max_width=_smaller(one.max_width, other.max_width),
        max_height=_smaller(one.max_height, other.max_height),
        comes_first=one.comes_first and other.comes_first,
        pictures=max(one.pictures, other.pictures, key=_FEWER.index),
    )


def _smaller(one: int, other: int) -> int:
    """The tighter of two limits; 0 is none."""
    return min(one, other) if one and other else one or other
