"""Where a received packet stands in its stream: next, late, repaired, a duplicate, or a leap.

Numbers are extended beyond 16 bits here. Invariant: a number is given out once, and none at or
below where the gate last closed. Work is bounded for a jump of any length.
"""

from enum import Enum

from media.nack import Missing
from media.reception import Reception
from media.rtp import unwrap

UNKNOWN = -1

_MAX_JUMP = 3000
_MAX_MISORDER = 1000


class Turn(Enum):
    """What a packet is to its stream."""

    DROP = "drop"
    """A duplicate, too late, or a leap that nothing confirms yet."""
    LATE = "late"
    FRESH = "fresh"
    AFTER_LOSS = "after_loss"
    """Fresh, and so much was lost before it that only a key frame helps."""
    LEAP = "leap"
    """The stream goes on elsewhere: `Order.restart` once what came before is forgotten."""


class Order:
    """The numbers of one stream so far.

    The hot path takes a packet whose number is `next` itself: it raises `highest` and `next` by
    one. Everything else goes through `place`.
    """

    __slots__ = ("_events", "_missing", "_probe", "_reception", "highest", "next")

    def __init__(self, missing: Missing, reception: Reception, events: dict[str, int]) -> None:
        self.highest = UNKNOWN
        self.next = UNKNOWN
        """The 16-bit number after the highest; `UNKNOWN`: whatever comes is the first."""
        self._missing = missing
        self._reception = reception
        self._events = events
        self._probe = UNKNOWN

    def place(self, sequence: int, timestamp: int, now: float, is_repair: bool) -> tuple[int, Turn]:
        """Return the extended number of a packet that is not simply the next, and what it is."""
        if self.next < 0:
            return self._begin(sequence, timestamp, now, is_repair)
        extended = unwrap(sequence, self.highest)
        ahead = extended - self.highest
        if 0 < ahead <= _MAX_JUMP:
            if is_repair:
                return self._drop("dropped_duplicate")
            has_room = ahead == 1 or self._missing.open(self.highest + 1, extended, now)
            self.highest = extended
            self.next = (sequence + 1) & 0xFFFF
            return extended, Turn.FRESH if has_room else Turn.AFTER_LOSS
        if self._missing.fill(extended):
            self._events["recovered_in"] += 1
            return extended, Turn.LATE
        if is_repair or -_MAX_MISORDER < ahead <= 0:
            return self._drop("dropped_duplicate")
        return self._jump(sequence)

    def expect(self, sequence: int, now: float) -> None:
        """All before this number was sent: list what is missing of it, as its arrival would."""
        if self.next in (UNKNOWN, sequence):
            return
        extended = unwrap(sequence, self.highest)
        is_ahead = 1 < extended - self.highest <= _MAX_JUMP
        if is_ahead and self._missing.open(self.highest + 1, extended, now):
            self.highest = extended - 1
            self.next = sequence

    def lacks(self, sequence: int) -> bool:
        """Return whether this number is listed as missing."""
        return unwrap(sequence, self.highest) in self._missing.gaps

    def restart(self, extended: int, timestamp: int, now: float) -> None:
        """Go on from this packet."""
        self.highest = extended
        self.next = (extended + 1) & 0xFFFF
        self._probe = UNKNOWN
        self._reception.start(extended, timestamp, now)

    def ignore(self, sequence: int) -> None:
        """Note the number of a packet the gate keeps out, so that it stays out for good."""
        if self.highest == UNKNOWN:
            self.highest = sequence
        else:
            self.highest = max(self.highest, unwrap(sequence, self.highest))

    def forget(self) -> None:
        """Whatever comes next is the first; nothing up to now is waited for."""
        self.next = UNKNOWN
        self._missing.clear()

    def _begin(
        self, sequence: int, timestamp: int, now: float, is_repair: bool
    ) -> tuple[int, Turn]:
        """The first packet ever or since the gate opened: nothing older is taken after it."""
        if is_repair:
            return self._drop("dropped_duplicate")
        extended = sequence if self.highest == UNKNOWN else unwrap(sequence, self.highest)
        if self.highest == UNKNOWN or 0 < extended - self.highest <= _MAX_JUMP:
            self.restart(extended, timestamp, now)
            return extended, Turn.FRESH
        if -_MAX_MISORDER < extended - self.highest <= 0:
            return self._drop("dropped_duplicate")
        return self._jump(sequence)

    def _jump(self, sequence: int) -> tuple[int, Turn]:
        """Believe in a leap only when two packets in a row say so (RFC 3550, A.1)."""
        if sequence != self._probe:
            self._probe = (sequence + 1) & 0xFFFF
            return self._drop("dropped_jump")
        return self.highest + ((sequence - self.highest) & 0xFFFF), Turn.LEAP

    def _drop(self, reason: str) -> tuple[int, Turn]:
        self._events[reason] += 1
        return UNKNOWN, Turn.DROP
