"""When a room can be booked: weekly hours on the establishment's clock, less closures."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from vmr.bookings.times import Interval, NoSuchTime, from_local, to_local
from vmr.ids import ClosureId, RoomId

END_OF_DAY = time(23, 59)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class OpeningHours:
    """On one weekday (Monday is 0), from `opens` until `closes`, local time; 23:59 is midnight."""

    weekday: int
    opens: time
    closes: time

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6 or not self.opens < self.closes:
            raise ValueError("opening hours of one weekday, the end after the start")


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """`room` None: the whole establishment."""

    id: ClosureId
    room: RoomId | None
    interval: Interval
    reason: str


DAYS_KEPT = 256  # rooms with hours of their own, and days, that are asked for together
ALWAYS = tuple(OpeningHours(weekday=day, opens=time(), closes=END_OF_DAY) for day in range(7))
"""Of a room for which nobody has said anything else."""


def open_on(day: date, hours: Iterable[OpeningHours], zone: ZoneInfo) -> tuple[Interval, ...]:
    """When the room is open on this local day, earliest first; touching hours are one."""
    return _open_on(day, tuple(hours), zone)


@lru_cache(maxsize=DAYS_KEPT)
def _open_on(day: date, hours: tuple[OpeningHours, ...], zone: ZoneInfo) -> tuple[Interval, ...]:
    """A page of the calendar asks it of each booking, and it is the same for most."""
    parts = []
    for one in hours:
        if one.weekday == day.weekday():
            starts_at, ends_at = _first_at(day, one.opens, zone), _end(day, one.closes, zone)
            if starts_at < ends_at:
                parts.append(Interval(starts_at=starts_at, ends_at=ends_at))
    return joined(parts)


def joined(parts: Iterable[Interval]) -> tuple[Interval, ...]:
    """The same time in as few intervals as can be, earliest first."""
    whole: list[Interval] = []
    for one in sorted(parts):
        if whole and one.starts_at <= whole[-1].ends_at:
            ends_at = max(one.ends_at, whole[-1].ends_at)
            whole[-1] = Interval(starts_at=whole[-1].starts_at, ends_at=ends_at)
        else:
            whole.append(one)
    return tuple(whole)


def is_open(wanted: Interval, hours: Iterable[OpeningHours], zone: ZoneInfo) -> bool:
    """Whether the room is open throughout; also over midnight, where both days say so."""
    week = tuple(hours)
    first, last = to_local(wanted.starts_at, zone).date(), to_local(wanted.ends_at, zone).date()
    days = ((first + timedelta(days=n)) for n in range((last - first).days + 1))
    open_times = joined(one for day in days for one in open_on(day, week, zone))
    return any(
        one.starts_at <= wanted.starts_at and wanted.ends_at <= one.ends_at for one in open_times
    )


def _first_at(day: date, at: time, zone: ZoneInfo) -> float:
    """A time the clocks leave out is the moment they jump: an hour later on the wall."""
    try:
        return from_local(day, at, zone)
    except NoSuchTime:
        return from_local(day, at.replace(hour=at.hour + 1), zone)


def _end(day: date, at: time, zone: ZoneInfo) -> float:
    if at >= END_OF_DAY:
        return from_local(day + timedelta(days=1), time(), zone)
    return _first_at(day, at, zone)
