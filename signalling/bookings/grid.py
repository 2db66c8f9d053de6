"""The calendar of a day as a table: rooms beside one another, time downwards. Pure.

A row reaches from one moment at which something begins or ends, in any room, to the next; an hour
is always such a moment. So every slot is drawn where it is, to the minute, without a line of style
in the page.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from itertools import pairwise
from zoneinfo import ZoneInfo

from vmr.bookings.hours import ALWAYS
from vmr.bookings.timeline import RoomTime, Stretch, common
from vmr.bookings.times import HOUR_S, MINUTE_S, Interval, from_local, to_local
from vmr.rooms import Room

SIZE_MIN = 5
USUAL = (time(8), time(18))
"""What is shown of a day for which nothing says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A stretch, in the row it begins in; `rows` is how many it reaches over."""

    room: Room
    stretch: Stretch
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`size_min` is its length, a multiple of 5 up to 60. `is_hour`: it begins on an hour.

    `hour_rows` is how many rows the hour that begins here takes.
    """

    starts_at: float
    size_min: int
    is_hour: bool
    hour_rows: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayGrid:
    rooms: tuple[Room, ...]
    rows: tuple[Row, ...]


def shown_of(day: Interval, rooms: Sequence[RoomTime], zone: ZoneInfo) -> Interval:
    """The part of the day that matters: whole hours around its bookings and opening hours."""
    on = to_local(day.starts_at, zone).date()
    starts, ends = from_local(on, USUAL[0], zone), from_local(on, USUAL[1], zone)
    slots = (common(one.slot, day) for room in rooms for one in room.bookings)
    matters = [one for one in slots if one is not None]
    for room in rooms:
        if tuple(room.hours) != ALWAYS:
            matters += room.open_in(day)
    starts = min([starts, *(one.starts_at for one in matters)])
    ends = max([ends, *(one.ends_at for one in matters)])
    first = math.floor((starts - day.starts_at) / HOUR_S)
    last = math.ceil((ends - day.starts_at) / HOUR_S)
    return Interval(
        starts_at=day.starts_at + first * HOUR_S,
        ends_at=min(day.starts_at + last * HOUR_S, day.ends_at),
    )


def grid_of(span: Interval, rooms: Sequence[RoomTime]) -> DayGrid:
    """`span` begins on an hour."""
    columns = [room.stretches(span) for room in rooms]
    count = math.ceil((span.ends_at - span.starts_at) / HOUR_S)
    hours = [span.starts_at + n * HOUR_S for n in range(count)]
    begins = {one.interval.starts_at for column in columns for one in column}
    moments = sorted({*hours, *begins, span.ends_at})
    at_row = {moment: n for n, moment in enumerate(moments)}
    cells: list[list[Cell]] = [[] for _ in moments]
    for room, column in zip(rooms, columns, strict=True):
        for one in column:
            first, last = at_row[one.interval.starts_at], at_row[one.interval.ends_at]
            cells[first].append(Cell(room=room.room, stretch=one, rows=last - first))
    ends_of = dict(zip(hours, [*hours[1:], span.ends_at], strict=True))
    return DayGrid(
        rooms=tuple(room.room for room in rooms),
        rows=tuple(
            Row(
                starts_at=start,
                size_min=math.ceil((end - start) / MINUTE_S / SIZE_MIN) * SIZE_MIN,
                is_hour=start in ends_of,
                hour_rows=at_row[ends_of[start]] - n if start in ends_of else 0,
                cells=tuple(cells[n]),
            )
            for n, (start, end) in enumerate(pairwise(moments))
        ),
    )
