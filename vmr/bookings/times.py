"""Times of bookings: intervals in seconds since the epoch, and the establishment's clock.

Everything is kept and compared in seconds since the epoch; a zone is only for people. A length is
real time, also across the change of the clocks: 75 minutes from 00:30 on that night last 75.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTE_S = 60.0
HOUR_S = 3_600.0
DEFAULT_ZONE = "Europe/London"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Interval:
    """From `starts_at` until just before `ends_at`; neighbours do not overlap."""

    starts_at: float
    ends_at: float

    def __post_init__(self) -> None:
        if not self.starts_at < self.ends_at:
            raise ValueError("an interval ends after it starts")

    @property
    def minutes(self) -> float:
        return (self.ends_at - self.starts_at) / MINUTE_S

    def overlaps(self, other: "Interval") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def contains(self, at: float) -> bool:
        return self.starts_at <= at < self.ends_at


def interval(starts_at: float, minutes: float) -> Interval:
    return Interval(starts_at=starts_at, ends_at=starts_at + minutes * MINUTE_S)


def overlapping(wanted: Interval, taken: Iterable[Interval]) -> Interval | None:
    """The first of those taken that overlaps."""
    return next((one for one in taken if one.overlaps(wanted)), None)


class NoSuchTime(ValueError):
    """The clocks jump over this time of day on this date."""


def from_local(day: date, at: time, zone: ZoneInfo) -> float:
    """Seconds since the epoch of a wall-clock time; of one that comes twice, the first.

    Raises NoSuchTime for one that the change of the clocks leaves out.
    """
    wall = datetime.combine(day, at.replace(fold=0), zone)
    seconds = wall.timestamp()
    if to_local(seconds, zone).replace(tzinfo=None) != wall.replace(tzinfo=None):
        raise NoSuchTime(f"there is no {at:%H:%M} on {day:%d.%m.%Y}")
    return seconds


def to_local(at: float, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at, zone)


def day_of(day: date, zone: ZoneInfo) -> Interval:
    """The whole of a local day: 23 or 25 hours long where the clocks change."""
    start = datetime.combine(day, time(), zone).timestamp()
    end = datetime.combine(day + timedelta(days=1), time(), zone).timestamp()
    return Interval(starts_at=start, ends_at=end)
