"""What a governor asks of the bookings of some months: counts, minutes, and whether all get a fair
share. Pure; no names in it.

Everything counts in the month of the slot it was for, a request in that of the slot that was asked
for. Every booking is in one group, and the whole is the sum of the groups. Where staff have not
settled an outcome yet, its proposal counts; `unsettled` says of how many.
"""

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from statistics import median
from typing import NamedTuple
from zoneinfo import ZoneInfo

from vmr.bookings.booking import BookingState
from vmr.bookings.outcomes import TOOK_PLACE, CausedBy, Outcome
from vmr.bookings.purposes import Purpose
from vmr.bookings.times import MINUTE_S, Interval, day_of
from vmr.ids import RoomId
from vmr.record_times import Cause

DAY_S = 86_400.0
MONTHS_MAX = 24
SLOT_STATES = frozenset({BookingState.CONFIRMED, BookingState.CANCELLED})


class Row(NamedTuple):
    """One booking as far as reports look; times in seconds since the epoch.

    `outcome` is None where there is none yet, and then nothing was measured; `opened_at` None where
    no meeting was opened.
    """

    room: RoomId | None
    purpose: Purpose
    state: BookingState
    was_requested: bool
    made_at: float
    starts_at: float
    ends_at: float
    prisoner: str
    outcome: Outcome | None = None
    cause: CausedBy | None = None
    is_settled: bool = False
    began_at: float | None = None
    talked_s: float = 0.0
    lost: Mapping[Cause, float] = {}
    knocks_after_lock: int = 0
    refusals: int = 0

    @property
    def is_slot(self) -> bool:
        """A room was kept for it, whatever became of it."""
        return self.room is not None and self.state in SLOT_STATES


class GroupBy(Enum):
    MONTH = "month"
    ROOM = "room"
    PURPOSE = "purpose"


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts of one group. `open` are slots without an outcome: still to come, or just over.

    `booked_s` counts slots that were not cancelled; `late_s` has one value for each late slot,
    `asked_before_s` one for each request that got a slot.
    """

    slots: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    open: int = 0
    unsettled: int = 0
    cancelled_by: Counter[CausedBy | None] = field(default_factory=Counter)
    booked_s: float = 0.0
    talked_s: float = 0.0
    lost: dict[Cause, float] = field(default_factory=dict)
    late_s: list[float] = field(default_factory=list)
    knocks_after_lock: int = 0
    refusals: int = 0
    requests: int = 0
    requests_refused: int = 0
    asked_before_s: list[float] = field(default_factory=list)

    def count(self, row: Row) -> None:
        if row.was_requested:
            self.requests += 1
            self.requests_refused += row.state is BookingState.REFUSED
        if row.is_slot:
            self._count_slot(row)

    def add(self, other: "Tally") -> None:
        """What the other counted is counted here too."""
        self.slots += other.slots
        self.outcomes.update(other.outcomes)
        self.open += other.open
        self.unsettled += other.unsettled
        self.cancelled_by.update(other.cancelled_by)
        self.booked_s += other.booked_s
        self.talked_s += other.talked_s
        _add_seconds(self.lost, other.lost)
        self.late_s += other.late_s
        self.knocks_after_lock += other.knocks_after_lock
        self.refusals += other.refusals
        self.requests += other.requests
        self.requests_refused += other.requests_refused
        self.asked_before_s += other.asked_before_s

    @property
    def lost_s(self) -> float:
        return sum(self.lost.values())

    @property
    def late_min(self) -> float | None:
        """The median of what was late, in minutes."""
        return median(self.late_s) / MINUTE_S if self.late_s else None

    @property
    def asked_before_days(self) -> float | None:
        """The median from request to slot, in days."""
        return median(self.asked_before_s) / DAY_S if self.asked_before_s else None

    def _count_slot(self, row: Row) -> None:
        self.slots += 1
        if row.was_requested:
            self.asked_before_s.append(row.starts_at - row.made_at)
        if row.outcome is not Outcome.CANCELLED and row.state is not BookingState.CANCELLED:
            self.booked_s += row.ends_at - row.starts_at
        if row.outcome is None:
            self.open += 1
            return
        self.outcomes[row.outcome] += 1
        self.unsettled += not row.is_settled
        if row.outcome is Outcome.CANCELLED:
            self.cancelled_by[row.cause] += 1
        elif row.outcome is Outcome.LATE and row.began_at is not None:
            self.late_s.append(max(0.0, row.began_at - row.starts_at))
        self.talked_s += row.talked_s
        if row.lost:
            _add_seconds(self.lost, row.lost)
        self.knocks_after_lock += row.knocks_after_lock
        self.refusals += row.refusals


@dataclass(frozen=True, slots=True, kw_only=True)
class Fairness:
    """How calls were shared out. `most_share` is the part of all calls that the tenth of the
    prisoners with the most of them had, 0 to 1; None where nobody was served.

    `refused` are requests, `cancelled` slots that the establishment cancelled.
    """

    prisoners: int
    calls: int
    calls_median: float | None
    most_share: float | None
    refused: int
    cancelled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`groups` in their order: months as they come, rooms and purposes as they were given."""

    groups: tuple[tuple[str, Tally], ...]
    whole: Tally
    fairness: tuple[tuple[Purpose, Fairness], ...]
    fairness_whole: Fairness


def months_of(first: date, last: date) -> tuple[date, ...]:
    """The first days of these months, both included."""
    return tuple(_months(first.replace(day=1), last))


def span_of(first: date, last: date, zone: ZoneInfo) -> Interval:
    """From the first moment of the one month to the last of the other."""
    starts = day_of(first.replace(day=1), zone).starts_at
    return Interval(starts_at=starts, ends_at=day_of(_next_month(last), zone).starts_at)


def report(
    rows: Iterable[Row],
    by: GroupBy,
    *,
    months: Sequence[date],
    zone: ZoneInfo,
    rooms: Sequence[RoomId] = (),
) -> Report:
    """Of rows whose slots begin in these months. A group that nothing is in is left out, but for
    months; what has no room has the key ""."""
    starts = [day_of(one, zone).starts_at for one in months]
    tallies: dict[str, Tally] = {key: Tally() for key in _keys(by, months, rooms)}
    shares = {purpose: _Share() for purpose in Purpose}
    for row in rows:
        if by is GroupBy.MONTH:
            key = f"{months[bisect_right(starts, row.starts_at) - 1]:%Y-%m}"
        elif by is GroupBy.ROOM:
            key = row.room or ""
        else:
            key = row.purpose.value
        tally = tallies.get(key)
        if tally is None:
            tally = tallies[key] = Tally()
        tally.count(row)
        shares[row.purpose].count(row)
    whole, every = Tally(), _Share()
    for tally in tallies.values():
        whole.add(tally)
    for share in shares.values():
        every.add(share)
    return Report(
        groups=tuple(
            (key, one)
            for key, one in tallies.items()
            if by is GroupBy.MONTH or one.slots or one.requests
        ),
        whole=whole,
        fairness=tuple((one, share.fairness()) for one, share in shares.items() if share.is_any),
        fairness_whole=every.fairness(),
    )


class _Share:
    """Who got how many calls; the references stay in here."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.refused = 0
        self.cancelled = 0
        self.is_any = False

    def count(self, row: Row) -> None:
        self.is_any = True
        if row.is_slot and row.outcome in TOOK_PLACE:
            self.calls["".join(row.prisoner.split()).casefold()] += 1
        elif row.was_requested and row.state is BookingState.REFUSED:
            self.refused += 1
        elif row.outcome is Outcome.CANCELLED and row.cause is CausedBy.ESTABLISHMENT:
            self.cancelled += 1

    def add(self, other: "_Share") -> None:
        self.calls.update(other.calls)
        self.refused += other.refused
        self.cancelled += other.cancelled

    def fairness(self) -> Fairness:
        counts = sorted(self.calls.values(), reverse=True)
        calls = sum(counts)
        tenth = math.ceil(len(counts) / 10)
        return Fairness(
            prisoners=len(counts),
            calls=calls,
            calls_median=float(median(counts)) if counts else None,
            most_share=sum(counts[:tenth]) / calls if counts else None,
            refused=self.refused,
            cancelled=self.cancelled,
        )


def _keys(by: GroupBy, months: Sequence[date], rooms: Sequence[RoomId]) -> Iterator[str]:
    if by is GroupBy.MONTH:
        yield from (f"{one:%Y-%m}" for one in months)
    elif by is GroupBy.ROOM:
        yield from rooms
    else:
        yield from (one.value for one in Purpose)


def _months(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first = _next_month(first)


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _add_seconds(to: dict[Cause, float], more: Mapping[Cause, float]) -> None:
    for cause, seconds in more.items():
        to[cause] = to.get(cause, 0.0) + seconds
