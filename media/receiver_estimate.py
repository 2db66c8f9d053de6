"""What a publisher may send that cannot be told of single packets: the estimate that REMB carries.

The receiver's side of Google Congestion Control (draft-ietf-rmcat-gcc-02 section 3): the same
estimator as for subscribers, fed with what a feedback packet would have told the sender: when
packets were sent (abs-send-time, 24 bits of 64 s), when they came, how many did not. Pure.
"""

from media.estimator import Acknowledged, Estimator

MAX_PENDING = 2000
REPEAT_S = 1.0
FALL = 0.97
"""An estimate that falls below this share of the last one is told at once."""
_TICKS_PER_S = 1024
_HALF, _MASK = 1 << 15, 0xFFFF


class ReceiverEstimate:
    """One transport's: `add` each packet, ask `due` every feedback interval."""

    __slots__ = ("_estimator", "_missing", "_packets", "_sent_s", "_ticks", "_told_at", "_told_bps")

    def __init__(self) -> None:
        self._estimator = Estimator()
        self._packets: list[Acknowledged] = []
        self._ticks: int | None = None
        self._sent_s = 0.0
        self._missing = 0
        self._told_bps = 0.0
        self._told_at = float("-inf")

    def add(self, ticks: int, size: int, now: float) -> None:
        """Take one packet of `size` bytes; `ticks` are the upper 16 bits of its abs-send-time."""
        if self._ticks is not None:
            moved = ((ticks - self._ticks + _HALF) & _MASK) - _HALF
            self._sent_s += moved / _TICKS_PER_S
        self._ticks = ticks
        if len(self._packets) < MAX_PENDING:
            self._packets.append((self._sent_s, size, now))

    def due(self, missing: int, now: float, round_trip_s: float) -> int | None:
        """Return the bits a second to tell now; None: nothing to tell.

        `missing` packets, since the start, should have come and did not.
        """
        if not self._packets:
            return None
        lost, self._missing = max(0, missing - self._missing), missing
        packets, self._packets = sorted(self._packets), []
        self._estimator.take_feedback(packets, lost, now, round_trip_s)
        bps = self._estimator.bps
        assert bps is not None
        if now - self._told_at < REPEAT_S and bps >= self._told_bps * FALL:
            return None
        self._told_at, self._told_bps = now, bps
        return int(bps)
