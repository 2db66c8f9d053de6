"""A monitoring tap: it sees and is never seen, and no table of its can hold sound.

Its sources are `PictureSource`s, a type without a place for audio. `Limit` is the largest picture
a subscriber may be shown of a source, judged by the size in the key frame's own header.

Error: `AudioToTap` (code `audio_to_tap`), when somebody asks for it all the same.
"""

from dataclasses import dataclass

from media.description import Description, Kind
from media.messages import Source

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
