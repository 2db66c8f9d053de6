"""Bookings and rooms for the tests of their rules."""

from dataclasses import replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from vmr.bookings.booking import Booking, BookingState, Expected, Part
from vmr.bookings.hours import Closure, OpeningHours
from vmr.bookings.purposes import Purpose
from vmr.bookings.rules import RoomWeek
from vmr.bookings.times import Interval, from_local, interval
from vmr.ids import BookingId, ClosureId, EstablishmentId, ExpectedId, RoomId
from vmr.policies import PolicyName
from vmr.rooms import Establishment, Room

LONDON = ZoneInfo("Europe/London")
PRISON = Establishment(id=EstablishmentId("e1"), name="HMP Test", phone="01632 960000")
LEGAL_1 = Room(
    id=RoomId("r1"), establishment=PRISON, address="a" * 12, name="Legal 1",
    policy=PolicyName.LEGAL, pin_hash="$argon2id$one",
)  # fmt: skip
NINE_TO_FIVE = tuple(OpeningHours(weekday=day, opens=time(9), closes=time(17)) for day in range(5))
NOW = datetime(2027, 3, 1, 8, tzinfo=LONDON).timestamp()  # a Monday


def at(day: int, hour: int, minute: int = 0) -> float:
    """In March 2027; the clocks change on Sunday the 28th."""
    return from_local(date(2027, 3, day), time(hour, minute), LONDON)


def slot(day: int, hour: int, minute: int = 0, *, minutes: float = 75) -> Interval:
    return interval(at(day, hour, minute), minutes)


def person(name: str = "Ada Law", id: str = "x1", **values: Any) -> Expected:
    return replace(Expected(id=ExpectedId(id), name=name, part=Part.LAWYER), **values)


def booking(**values: Any) -> Booking:
    made = Booking(
        id=BookingId("b1"),
        reference="ABCD-2345",
        establishment=PRISON.id,
        purpose=Purpose.CONSULTATION,
        state=BookingState.REQUESTED,
        preferred=slot(4, 10),
        prisoner="A1234BC",
        people=(person(),),
        made_at=NOW,
        changed_at=NOW,
    )
    return replace(made, **values)


def week(**values: Any) -> RoomWeek:
    made = RoomWeek(room=LEGAL_1, hours=NINE_TO_FIVE, closures=(), taken=(), zone=LONDON)
    return replace(made, **values)


def closure(interval: Interval, room: RoomId | None = None) -> Closure:
    return Closure(id=ClosureId("c1"), room=room, interval=interval, reason="Works")
