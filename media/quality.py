"""How good one participant's own connection is: packets lost over the last 20 s, the worse way.

Up is what we received of them; down is what their receiver reports say of our slots, less the
holes that were there before we sent: a neighbour's bad network is not theirs. Pure; bounded by
the slots and streams of one transport.
"""

from dataclasses import dataclass

from media.rtcp import ReportBlock

WINDOW_S = 20.0
TELL_S = 2.0
MIN_PACKETS = 50
"""Of fewer packets nothing is said."""

GRADES = ((10, "good"), (30, "fair"), (100, "poor"))
"""Below so many lost of a thousand; else bad."""

_BIN_S = 1.0
_ROUND_MS = 5
_MAX_STEP = 1 << 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    grade: str
    loss_permille: int
    rtt_ms: int | None
    jitter_ms: int


def grade_of(loss_permille: int) -> str:
    """Return the word for a loss, the same as the page's."""
    return next((grade for bound, grade in GRADES if loss_permille < bound), "bad")


class LossWindow:
    """Packets expected and lost within the last `WINDOW_S`, in bins of a second."""

    __slots__ = ("_bins",)

    def __init__(self) -> None:
        self._bins: dict[int, tuple[int, int]] = {}

    def add(self, expected: int, lost: int, now: float) -> None:
        """Count an interval that ended now; `lost` is negative when late packets came."""
        place = int(now // _BIN_S)
        before = self._bins.get(place, (0, 0))
        self._bins[place] = before[0] + expected, before[1] + lost
        self._forget(now)

    def loss_permille(self, now: float) -> int | None:
        """Return what was lost of a thousand; None while there are too few to say."""
        self._forget(now)
        expected = sum(part[0] for part in self._bins.values())
        lost = max(0, sum(part[1] for part in self._bins.values()))
        return None if expected < MIN_PACKETS else min(1000, lost * 1000 // expected)

    def _forget(self, now: float) -> None:
        oldest = int((now - WINDOW_S) // _BIN_S)
        for place in [place for place in self._bins if place <= oldest]:
            del self._bins[place]


class QualityMeter:
    """Of one transport. `poll` says what there is to tell, at most every `TELL_S`."""

    __slots__ = ("_jitters_ms", "_next", "_reports", "_told", "down", "rtt_ms", "up")

    def __init__(self) -> None:
        self.up = LossWindow()
        self.down = LossWindow()
        self.rtt_ms: int | None = None
        self._reports: dict[int, tuple[int, int, int]] = {}
        self._jitters_ms: dict[int, float] = {}
        self._told: Quality | None = None
        self._next = float("-inf")

    def received(
        self, block: ReportBlock, interval: tuple[int, int], rate: int, now: float
    ) -> None:
        """We report on a stream of theirs: packets expected and lost since the last report."""
        self.up.add(*interval, now)
        self._jitters_ms[block.ssrc] = block.jitter * 1000 / rate

    def reported(self, block: ReportBlock, holes: int, rate: int, now: float) -> None:
        """They report on a slot of ours, in which `holes` numbers were never sent so far."""
        before = self._reports.get(block.ssrc)
        self._reports[block.ssrc] = block.highest_sequence, block.packets_lost, holes
        self._jitters_ms[block.ssrc] = block.jitter * 1000 / rate
        if before is None:
            return
        passed = block.highest_sequence - before[0]
        not_sent = holes - before[2]
        if 0 <= passed < _MAX_STEP:
            self.down.add(max(0, passed - not_sent), block.packets_lost - before[1] - not_sent, now)

    def poll(self, now: float) -> Quality | None:
        """Return the quality if it is another than was told, and it is time."""
        if now < self._next:
            return None
        self._next = now + TELL_S
        found = [
            loss
            for loss in (self.up.loss_permille(now), self.down.loss_permille(now))
            if loss is not None
        ]
        if not found:
            return None
        quality = Quality(
            grade=grade_of(max(found)),
            loss_permille=max(found),
            rtt_ms=None if self.rtt_ms is None else _rounded(self.rtt_ms),
            jitter_ms=_rounded(max(self._jitters_ms.values(), default=0.0)),
        )
        self._jitters_ms.clear()
        if quality == self._told:
            return None
        self._told = quality
        return quality


def _rounded(value_ms: float) -> int:
    return round(value_ms / _ROUND_MS) * _ROUND_MS
