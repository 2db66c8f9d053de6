"""Slots of a house, with what became of them, for tests of pages."""

from typing import Any

from tests.signalling.fakes.store import PRISON
from tests.signalling.house import House
from tests.vmr.bookings import made
from tests.vmr.bookings.made import person, slot
from vmr.bookings.booking import Booking, BookingState
from vmr.bookings.changes import REQUESTER, BookingEvent, booking_happening
from vmr.bookings.outcomes import Measured, SlotOutcome, propose
from vmr.ids import BookingId
from vmr.policies import PolicyName
from vmr.record_times import Cause
from vmr.rooms import Establishment, Room

OVER = slot(4, 10).ends_at
LATER = slot(28, 10).ends_at


def measured(booking: Booking, **values: Any) -> Measured:
    starts = booking.slot.starts_at
    given: dict[str, Any] = {
        "opened_at": starts + 30, "talked_at": starts + 60, "ended_at": booking.slot.ends_at,
        "talked_s": 3_600.0, "waited_s": 130.0, "lost": {Cause.PAUSED: 90.0},
        "has_guests": True, "had_callers": True, "knocks_after_lock": 2, "refusals": 1,
    }  # fmt: skip
    return Measured(**{**given, **values})


class Slots:
    """`add` is a booking in the room, `propose` its outcome."""

    def __init__(self, house: House, room: Room) -> None:
        self.house = house
        self.room = room
        self.store = house.store.real

    @classmethod
    async def open(
        cls, house: House, establishment: Establishment = PRISON, name: str = "Legal 1"
    ) -> "Slots":
        house.store.bookings = house.store.real.bookings
        house.store.outcomes = house.store.real.outcomes
        house.clock.now = max(house.clock.now, LATER)
        room = await house.store.real.add_room(
            establishment, name=name, policy=PolicyName.LEGAL, pin_hash="x"
        )
        house.store.rooms[room.id] = room
        return cls(house, room)

    async def add(self, number: int, **values: Any) -> Booking:
        given: dict[str, Any] = {
            "id": BookingId(f"b{number}"), "reference": f"ABCD-{number}",
            "establishment": self.room.establishment.id, "room": self.room.id,
            "state": BookingState.CONFIRMED, "people": (person("Ada Law", f"x{number}"),),
        }  # fmt: skip
        if "preferred" not in values:
            given["preferred"] = slot(number, 10)
        booking = made.booking(**{**given, **values})
        done = booking_happening(BookingEvent.MADE, booking, by=REQUESTER, at=booking.made_at)
        await self.store.bookings.add(booking, done)
        return booking

    async def propose(
        self, number: int, found: Measured | None = None, **values: Any
    ) -> tuple[Booking, SlotOutcome]:
        """A slot on that day of March, and its proposal."""
        booking = await self.add(number, **values)
        proposed = propose(booking.id, booking.slot, found or measured(booking), LATER)
        await self.store.outcomes.propose(proposed, booking.version)
        return booking, proposed

    async def never_opened(self, number: int) -> Booking:
        booking = await self.add(number)
        proposed = propose(booking.id, booking.slot, None, LATER)
        await self.store.outcomes.propose(proposed, booking.version)
        return booking

    async def outcome(self, booking: Booking) -> SlotOutcome:
        found = await self.store.outcomes.outcome(booking.id)
        assert isinstance(found, SlotOutcome)
        return found

    async def settled(self) -> list[dict[str, Any]]:
        """What the record of the establishment says of outcomes: facts and personal fields."""
        entries = await self.house.store.staff.record(self.room.establishment.id)
        return [
            {**dict(one.entry.facts), **dict(one.personal)}
            for one in entries
            if one.entry.what == "booking_outcome_settled"
        ]
