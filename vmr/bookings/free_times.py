"""The next free times of rooms, when the one that was asked for is taken."""

import math
from collections.abc import Iterator, Sequence
from datetime import timedelta

from vmr.bookings.hours import open_on
from vmr.bookings.rules import RoomWeek
from vmr.bookings.times import MINUTE_S, Interval, to_local
from vmr.ids import RoomId

START_STEP_MIN = 15
DAYS_MAX = 60


def free_times(
    week: RoomWeek, minutes: float, earliest: float, *, count: int, days: int = DAYS_MAX
) -> tuple[Interval, ...]:
    """The first `count` slots of this length, none overlapping another, within so many days.

    They begin on a quarter of an hour of the local clock, or as soon as the one before ends.
    """
    found: list[Interval] = []
    blocked = sorted(
        [*week.taken] + [one.interval for one in week.closures if one.room in (None, week.room.id)]
    )
    if week.room.is_closed:
        return ()
    for opening in _openings(week, earliest, days):
        at = max(opening.starts_at, earliest)
        for one in blocked:
            if one.ends_at <= at:
                continue
            if not _fill(found, at, min(one.starts_at, opening.ends_at), minutes, count):
                return tuple(found)
            at = max(at, one.ends_at)
            if at >= opening.ends_at:
                break
        if not _fill(found, at, opening.ends_at, minutes, count):
            return tuple(found)
    return tuple(found)


def first_free(
    weeks: Sequence[RoomWeek], minutes: float, earliest: float, *, count: int
) -> tuple[tuple[RoomId, Interval], ...]:
    """Over several rooms, the earliest first."""
    every = [
        (slot, week.room.id)
        for week in weeks
        for slot in free_times(week, minutes, earliest, count=count)
    ]
    return tuple((room, slot) for slot, room in sorted(every)[:count])


def _openings(week: RoomWeek, earliest: float, days: int) -> Iterator[Interval]:
    first = to_local(earliest, week.zone).date()
    for n in range(days + 1):
        yield from open_on(first + timedelta(days=n), week.hours, week.zone)


def _fill(found: list[Interval], start: float, end: float, minutes: float, count: int) -> bool:
    """Put as many slots into this gap as fit; whether more are wanted."""
    at = math.ceil(start / (START_STEP_MIN * MINUTE_S)) * START_STEP_MIN * MINUTE_S
    while at + minutes * MINUTE_S <= end and len(found) < count:
        found.append(Interval(starts_at=at, ends_at=at + minutes * MINUTE_S))
        at = found[-1].ends_at
    return len(found) < count
