"""One outgoing stream, continuous over all the streams that take turns on it.

Invariant: for the subscriber, sequence numbers, timestamps and picture numbers never step back,
and a hole in the sequence numbers is a packet lost before it reached us.
"""

from typing import TYPE_CHECKING

from media.packet import Packet
from media.rtp import signed32

if TYPE_CHECKING:
    from media.stream import Stream

_KEPT_SEGMENTS = 4
_PRESSED_STEP = 90
"""Timestamp units between frames that are replayed: a millisecond of video."""
_LOWEST_FIRST, _FIRST_NUMBERS = 1000, 31768


def first_sequence(seed: int) -> int:
    """Return a first sequence number in 1000-32767: a wrap is far, for SRTP's sake."""
    return _LOWEST_FIRST + seed % _FIRST_NUMBERS


class Segment:
    """A stretch of one source stream, and what its packets' numbers are moved by.

    `base` is the source's extended sequence number it begins with, `first` the outgoing one.
    """

    __slots__ = (
        "base",
        "first",
        "moves_pictures",
        "picture_delta",
        "pressed",
        "sequence_delta",
        "source",
        "timestamp_delta",
        "tl0_delta",
    )

    def __init__(self, source: "Stream", base: int, first: int, timestamp_delta: int) -> None:
        self.source = source
        self.base = base
        self.first = first
        self.sequence_delta = first - base
        self.timestamp_delta = timestamp_delta
        self.pressed: dict[int, int] = {}
        """Deltas of frames that were sent later than their time, by source timestamp."""
        self.move_pictures(0, 0)

    def press(self, run: list[Packet]) -> None:
        """Send the frames of `run` as if one millisecond apart, the last at its own time.

        Called after `Rewriter.begin` with the first packet; the first keeps its timestamp, so that
        nothing steps back, and `timestamp_delta` is then that of the last and of all to come.
        """
        frames = list(dict.fromkeys(packet.timestamp for packet in run))
        first = (frames[0] + self.timestamp_delta) & 0xFFFFFFFF
        deltas = {
            timestamp: first + index * _PRESSED_STEP - timestamp
            for index, timestamp in enumerate(frames)
        }
        self.timestamp_delta = deltas.pop(run[-1].timestamp)
        self.pressed = deltas

    def delta_of(self, timestamp: int, otherwise: int) -> int:
        """Return what a packet of this source timestamp is moved by."""
        return self.pressed.get(timestamp, otherwise)

    def move_pictures(self, picture_delta: int, tl0_delta: int) -> None:
        self.picture_delta = picture_delta
        self.tl0_delta = tl0_delta
        self.moves_pictures = bool(picture_delta or tl0_delta)


class Rewriter:
    """The state of one outgoing SSRC. Sequence numbers here are extended beyond 16 bits.

    The hot path reads `segment`, and stores `highest` and `newest` itself.
    """

    __slots__ = (
        "_picture_id",
        "_timestamp",
        "_tl0",
        "has_sent",
        "highest",
        "newest",
        "segment",
        "segments",
    )

    def __init__(self, seed: int) -> None:
        self.highest = first_sequence(seed) - 1
        self.newest: Packet | None = None
        """The packet that was sent with the highest number, while its segment lasts."""
        self.has_sent = False
        self.segments: list[Segment] = []
        self.segment: Segment | None = None
        self._timestamp = 0
        self._picture_id: int | None = None
        self._tl0: int | None = None

    @property
    def timestamp(self) -> int:
        """The outgoing timestamp of the newest packet, modulo 2**32."""
        self._settle_timestamp()
        return self._timestamp

    def begin(self, source: "Stream", packet: Packet, timestamp: int) -> Segment:
        """Start a segment with `packet` of `source`, at `timestamp` unless that steps back."""
        self._settle()
        timestamp &= 0xFFFFFFFF
        if self.has_sent and signed32(timestamp - self._timestamp) <= 0:
            timestamp = self._timestamp + 1
        segment = Segment(source, packet.sequence, self.highest + 1, timestamp - packet.timestamp)
        if packet.picture is not None:
            picture_id, picture_at, _, tl0, tl0_at = packet.picture
            before, before_tl0 = self._picture_id, self._tl0
            segment.move_pictures(
                before + 1 - picture_id if picture_at and before is not None else 0,
                before_tl0 + 1 - tl0 if tl0_at and before_tl0 is not None else 0,
            )
        self._timestamp = timestamp & 0xFFFFFFFF
        self.has_sent = True
        self._push(segment)
        return segment

    def skip(self, base: int) -> None:
        """Close the gap of packets left out on purpose: the source goes on with `base`."""
        before = self.segment
        assert before is not None
        self._settle()
        segment = Segment(before.source, base, self.highest + 1, before.timestamp_delta)
        segment.move_pictures(before.picture_delta, before.tl0_delta)
        self._push(segment)

    def forget(self) -> None:
        """End the binding: nothing sent so far can be found by `find` again."""
        self._settle()
        self.segment = None
        self.segments.clear()

    def find(self, sequence: int) -> tuple[Segment, int] | None:
        """Return the segment a 16-bit outgoing number was sent in, and its extended value."""
        extended = self.highest - ((self.highest - sequence) & 0xFFFF)
        for segment in reversed(self.segments):
            if extended >= segment.first:
                return segment, extended
        return None

    def _push(self, segment: Segment) -> None:
        self.segment = segment
        self.segments.append(segment)
        if len(self.segments) > _KEPT_SEGMENTS:
            del self.segments[0]

    def _settle_timestamp(self) -> None:
        if self.newest is not None and self.segment is not None:
            self._timestamp = (self.newest.timestamp + self.segment.timestamp_delta) & 0xFFFFFFFF

    def _settle(self) -> None:
        """Take the numbers of the newest packet over from the segment that ends."""
        self._settle_timestamp()
        newest, segment = self.newest, self.segment
        if newest is not None and segment is not None and newest.picture is not None:
            picture_id, picture_at, mask, tl0, tl0_at = newest.picture
            if picture_at:
                self._picture_id = (picture_id + segment.picture_delta) & mask
            if tl0_at:
                self._tl0 = (tl0 + segment.tl0_delta) & 0xFF
        self.newest = None
