"""How a sender's RTP timestamps map to time, from its sender reports (RFC 3550 section 6.4.1).

All times here are seconds since 1970 of *our* clock: one `SenderClock` per transport maps the
clock of its sender to ours by one offset for all its streams, so that what belongs together
(lips and voice) stays together.
"""

from media.rtcp import unix_time
from media.rtp import signed32

_CLOCK_WAS_SET_S = 0.5
"""A report further off than this means that the sender's clock was set: learn it anew."""


class SenderClock:
    """The offset of one sender's clock to ours, network delay included."""

    __slots__ = ("_offset_s",)

    def __init__(self) -> None:
        self._offset_s: float | None = None

    def ours(self, ntp: int, wall: float) -> float:
        """Return a report's NTP time on our clock; `wall` is when the report came."""
        theirs = unix_time(ntp)
        offset = wall - theirs
        if self._offset_s is None or abs(offset - self._offset_s) > _CLOCK_WAS_SET_S:
            self._offset_s = offset
        return theirs + self._offset_s


class Timeline:
    """One stream's last sender report: a timestamp and when it was sampled."""

    __slots__ = ("ntp", "received", "timestamp", "wall")

    def __init__(self) -> None:
        self.ntp: int | None = None
        self.timestamp = 0
        self.wall = 0.0
        self.received = 0.0

    def report(self, ntp: int, timestamp: int, wall: float, now: float) -> None:
        """`wall` is the report's time on our clock, `now` when it was received."""
        self.ntp = ntp
        self.timestamp = timestamp
        self.wall = wall
        self.received = now

    @property
    def is_known(self) -> bool:
        return self.ntp is not None

    def wall_of(self, timestamp: int, clock_rate: int) -> float:
        """Return when this timestamp was sampled."""
        return self.wall + signed32(timestamp - self.timestamp) / clock_rate

    def timestamp_at(self, wall: float, clock_rate: int) -> int:
        """Return the timestamp, modulo 2**32, of what is sampled at that time."""
        return (self.timestamp + round((wall - self.wall) * clock_rate)) & 0xFFFFFFFF
