"""A monitoring tap: it sees and is never seen, and no table of its can hold sound.

Its sources are `PictureSource`s, a type without a place for audio. `Limit` is the largest picture
a subscriber may be shown of a source, judged by the size in the key frame's own header.

`Receipt` is what a tap's own receiver reports say has come.

Error: `AudioToTap` (code `audio_to_tap`), when somebody asks for it all the same.
"""

from dataclasses import dataclass

from media.description import Description, Kind
from media.messages import Pictures, Source

Limit = tuple[int, int]
"""The largest width and height."""


class AudioToTap(Exception):
    code = "audio_to_tap"


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureSource:
    """What a tap receives of an endpoint."""

    endpoint: str
    camera: bool
    screen: bool
    max_width: int
    max_height: int


AnySource = Source | PictureSource


class Receipt:
    """How far the pictures sent to one tap have come, by its receiver reports (RFC 3550, 6.4.1).

    Of a report only the low half of the highest number is used, and it is read as one that was
    sent: whoever claims numbers that were never sent is believed no more than was sent before.
    """

    __slots__ = ("_by_slot",)

    def __init__(self) -> None:
        self._by_slot: dict[int, int] = {}

    def take(self, ssrc: int, highest: int, *, first: int, last: int) -> None:
        """A report on the slot `ssrc`, whose numbers `first` to `last` (extended) were sent."""
        come = last - ((last - highest) & 0xFFFF) - first + 1
        self._by_slot[ssrc] = max(come, self._by_slot.get(ssrc, 0))

    @property
    def packets(self) -> int:
        return sum(self._by_slot.values())


def picture_sources(sources: tuple[Source, ...]) -> tuple[PictureSource, ...]:
    """Return the sources as a tap has them; raises `AudioToTap`."""
    if any(source.audio for source in sources):
        raise AudioToTap
    return tuple(
        PictureSource(
            endpoint=source.endpoint,
            camera=source.camera,
            screen=source.screen,
            max_width=source.max_width,
            max_height=source.max_height,
        )
        for source in sources
    )


def is_silent(description: Description) -> bool:
    """Return whether a transport sends nothing and has nowhere to receive sound."""
    return not description.tracks and all(slot.kind is not Kind.AUDIO for slot in description.slots)


def wants(source: AnySource, kind: Kind) -> bool:
    """Return whether this kind is received of a source."""
    if kind is Kind.AUDIO:
        return isinstance(source, Source) and source.audio
    return source.camera if kind is Kind.CAMERA else source.screen


def comes_first(source: AnySource) -> bool:
    """Return whether a person asked to see this source first; a tap cannot."""
    return isinstance(source, Source) and source.comes_first


def pictures_of(source: AnySource) -> Pictures:
    """Return which pictures a person asked for; a tap is never spared one."""
    return source.pictures if isinstance(source, Source) else "all"


def limit_of(source: AnySource) -> Limit | None:
    """Return the largest picture of a source that may be shown; None: any."""
    if source.max_width <= 0 and source.max_height <= 0:
        return None
    return source.max_width, source.max_height


def judge(size: tuple[int, int] | None, limit: Limit | None) -> str | None:
    """Return why a picture of this size is not shown, None if it is: `size` None is unknown."""
    if limit is None:
        return None
    if size is None:
        return "size_unknown"
    return None if size[0] <= limit[0] and size[1] <= limit[1] else "too_large"
