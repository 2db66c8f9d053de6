"""What is missing from one received stream, and when to ask for it again (RFC 4585 NACK).

A late packet is accepted only if it is listed here, so this is also what tells a late packet
from a duplicate. Work and memory are bounded for a jump of any length.
"""

MAX_MISSING = 500
MAX_TRIES = 10

_REORDER_S = 0.01
"""How long a gap may be mere reordering before the first request."""
_SHORTEST_RETRY_S = 0.02
_BACK_OFF = 1.25
_LONGEST_RETRY_S = 0.5


class _Gap:
    __slots__ = ("due", "since", "tries")

    def __init__(self, now: float) -> None:
        self.since = now
        self.due = now + _REORDER_S
        self.tries = 0


class Missing:
    """The gaps of one stream by extended sequence number, oldest first."""

    __slots__ = ("_age_s", "gaps")

    def __init__(self, age_s: float) -> None:
        self.gaps: dict[int, _Gap] = {}
        self._age_s = age_s

    def open(self, first: int, end: int, now: float) -> bool:
        """List the numbers from `first` up to `end`; False: too many to be worth a request.

        Then everything listed is given up, and only a key frame helps.
        """
        if end - first + len(self.gaps) > MAX_MISSING:
            self.gaps.clear()
            return False
        for sequence in range(first, end):
            self.gaps[sequence] = _Gap(now)
        return True

    def fill(self, sequence: int) -> bool:
        """Take a late packet off the list; False: it was not missing."""
        return self.gaps.pop(sequence, None) is not None

    def due(self, now: float, round_trip_s: float) -> tuple[list[int], bool]:
        """Return the numbers to request now, and whether one was given up for good."""
        requests: list[int] = []
        lost: list[int] = []
        for sequence, gap in self.gaps.items():
            if now < gap.due:
                continue
            if gap.tries >= MAX_TRIES or now - gap.since > self._age_s:
                lost.append(sequence)
                continue
            wait = max(round_trip_s, _SHORTEST_RETRY_S) * _BACK_OFF**gap.tries
            gap.due = now + min(wait, _LONGEST_RETRY_S)
            gap.tries += 1
            requests.append(sequence)
        for sequence in lost:
            del self.gaps[sequence]
        return requests, bool(lost)

    def expire(self, now: float) -> None:
        """Forget what is too old, for a stream whose losses are not asked for."""
        for sequence in [s for s, gap in self.gaps.items() if now - gap.since > self._age_s]:
            del self.gaps[sequence]

    def clear(self) -> None:
        self.gaps.clear()
