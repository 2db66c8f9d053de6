"""What a room's time is made of, from one moment to another: booked, free, closed. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from vmr.bookings.booking import Booking
from vmr.bookings.hours import Closure, OpeningHours, joined, open_on
from vmr.bookings.rules import RoomWeek, is_available
from vmr.bookings.times import Interval, to_local
from vmr.rooms import Room


class Filling(Enum):
    BOOKED = "booked"
    FREE = "free"
    CLOSED = "closed"  # by a closure
    SHUT = "shut"  # outside the opening hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """One part of a room's time. `booking` is BOOKED's, `reason` the closure's.

    `is_amiss`: booked although the room is closed then, for the hours changed afterwards.
    """

    interval: Interval
    filling: Filling
    booking: Booking | None = None
    reason: str = ""
    is_amiss: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomTime:
    """A room and all that its time is made of; `bookings` are the confirmed ones."""

    room: Room
    hours: Sequence[OpeningHours]
    closures: Sequence[Closure]
    bookings: Sequence[Booking]
    zone: ZoneInfo = field(compare=False)

    @property
    def own_closures(self) -> tuple[Closure, ...]:
        return tuple(one for one in self.closures if one.room in (None, self.room.id))

    def open_in(self, span: Interval) -> tuple[Interval, ...]:
        """When the hours say that it is open, earliest first."""
        first = to_local(span.starts_at, self.zone).date()
        last = to_local(span.ends_at, self.zone).date()
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        found = joined(one for day in days for one in open_on(day, self.hours, self.zone))
        return tuple(part for one in found if (part := common(one, span)) is not None)

    def is_amiss(self, booking: Booking) -> bool:
        """Whether the room is closed for a booking that it has."""
        week = RoomWeek(
            room=self.room, hours=self.hours, closures=self.closures, taken=(), zone=self.zone
        )
        return self.room.is_closed or not is_available(booking.slot, week)

    def stretches(self, span: Interval) -> tuple[Stretch, ...]:
        """The span without a gap, earliest first; a booking that reaches beyond it is cut."""
        found: list[Stretch] = []
        at = span.starts_at
        for booking in sorted(self.bookings, key=lambda one: one.slot):
            part = common(booking.slot, span)
            if part is None:
                continue
            found += self._between(at, part.starts_at)
            found.append(
                Stretch(
                    interval=part,
                    filling=Filling.BOOKED,
                    booking=booking,
                    is_amiss=self.is_amiss(booking),
                )
            )
            at = part.ends_at
        return (*found, *self._between(at, span.ends_at))

    def _between(self, starts_at: float, ends_at: float) -> Iterator[Stretch]:
        """What no booking fills: closures go before opening hours."""
        if not starts_at < ends_at:
            return
        gap = Interval(starts_at=starts_at, ends_at=ends_at)
        if self.room.is_closed:
            yield Stretch(interval=gap, filling=Filling.SHUT)
            return
        at = starts_at
        for one in self.own_closures:
            part = common(one.interval, Interval(starts_at=at, ends_at=ends_at))
            if part is not None:
                yield from self._open_or_shut(at, part.starts_at)
                yield Stretch(interval=part, filling=Filling.CLOSED, reason=one.reason)
                at = part.ends_at
            if at >= ends_at:
                return
        yield from self._open_or_shut(at, ends_at)

    def _open_or_shut(self, starts_at: float, ends_at: float) -> Iterator[Stretch]:
        if not starts_at < ends_at:
            return
        at = starts_at
        for one in self.open_in(Interval(starts_at=starts_at, ends_at=ends_at)):
            if at < one.starts_at:
                shut = Interval(starts_at=at, ends_at=one.starts_at)
                yield Stretch(interval=shut, filling=Filling.SHUT)
            yield Stretch(interval=one, filling=Filling.FREE)
            at = one.ends_at
        if at < ends_at:
            shut = Interval(starts_at=at, ends_at=ends_at)
            yield Stretch(interval=shut, filling=Filling.SHUT)


def common(one: Interval, other: Interval) -> Interval | None:
    """The time that is in both."""
    starts_at = max(one.starts_at, other.starts_at)
    ends_at = min(one.ends_at, other.ends_at)
    return Interval(starts_at=starts_at, ends_at=ends_at) if starts_at < ends_at else None


def hit_by(closure: Closure, bookings: Iterable[Booking]) -> tuple[Booking, ...]:
    """The bookings whose room this closes at their time."""
    return tuple(
        one
        for one in bookings
        if closure.room in (None, one.room) and closure.interval.overlaps(one.slot)
    )
