"""Which slot a room is in, and whether the room is free for longer: the book, at this moment.

A room comes from the store without a slot; whoever hands it to a meeting asks here first.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from signalling.bookings.letters import Letters
from signalling.bookings.post import Post
from signalling.errors import RequestError
from signalling.seams import Clock
from vmr.bookings.booking import Booking
from vmr.bookings.changes import BookingEvent, booking_happening
from vmr.bookings.numbers import BookingNumbers
from vmr.bookings.rules import INSIDE
from vmr.bookings.times import HOUR_S, MINUTE_S, Interval
from vmr.ids import BookingId, EstablishmentId, InviteId, RoomId
from vmr.rooms import ExpectedPerson, Room, Slot
from vmr.self_test import SelfTest
from vmr.staff import StaffMember
from vmr.store import BookingStore, NotFound, SelfTestStore, SlotTaken

AHEAD_S = 12 * HOUR_S
"""How far ahead the desk is told of a room's next slot."""


class SlotBook:
    """`letters` writes to the people of a slot that was extended; `on_letters` hears of it."""

    def __init__(
        self,
        *,
        bookings: BookingStore,
        self_tests: SelfTestStore,
        clock: Clock,
        numbers: BookingNumbers,
        letters: Letters,
        on_letters: Callable[[], None] = lambda: None,
    ) -> None:
        self._bookings = bookings
        self._self_tests = self_tests
        self._clock = clock
        self._letters = letters
        self._on_letters = on_letters
        self.early_s = numbers.open_early_min * MINUTE_S

    async def fill(self, room: Room) -> Room:
        """The room with the slot that runs, or is about to begin. Raises StoreError."""
        found = await self._bookings.slot_of(room.id, self._clock(), self.early_s)
        if found is None:
            return replace(room, slot=None)
        tests = await self._self_tests.of([one.invite for one in found.people if one.invite])
        return in_slot(room, found, tests)

    async def next_slots(self, establishment: EstablishmentId) -> dict[RoomId, Interval]:
        """Of each of its rooms the slot that runs now, or the next today. Raises StoreError."""
        now = self._clock()
        span = Interval(starts_at=now, ends_at=now + AHEAD_S)
        booked = await self._bookings.in_time(establishment, span)
        latest_first = reversed([one for one in booked if one.room is not None])
        return {one.room: one.slot for one in latest_first if one.room is not None}

    async def extend(
        self, room: RoomId, slot: Slot | None, span: Interval, by: StaffMember
    ) -> None:
        """Keep the room for a call that goes on through `span`.

        Raises RequestError room_booked where the next slot begins before it is over.
        """
        booking = None if slot is None else await self._bookings.booking(slot.booking)
        if booking is None:
            if await self._bookings.taken(room, span):
                raise RequestError("room_booked")
            return
        await self._set_end(booking, span.ends_at, by)

    async def take_back(self, booking: BookingId, ends_at: float, by: StaffMember) -> None:
        """The call does not go on after all."""
        found = await self._bookings.booking(booking)
        if found is not None:
            await self._set_end(found, ends_at, by)

    async def _set_end(self, booking: Booking, ends_at: float, by: StaffMember) -> None:
        """With an update for its people, which replaces their calendar entry."""
        event, now = BookingEvent.EXTENDED, self._clock()
        happening = booking_happening(event, booking, by=by, at=now, facts=(("until", ends_at),))
        post = Post(self._letters, by.establishment, now)
        try:
            await self._bookings.extend(
                booking.id,
                ends_at,
                happening,
                lambda before, after: post.of_change(event, before, after, {}),
            )
        except SlotTaken:
            raise RequestError("room_booked") from None
        except NotFound:  # cancelled while it runs: the next may begin when they like
            raise RequestError("slot_cancelled") from None
        self._on_letters()


def in_slot(room: Room, booking: Booking | None, tests: Mapping[InviteId, SelfTest]) -> Room:
    """The room in the slot of this booking, or in none."""
    return replace(room, slot=None if booking is None else slot_of(booking, tests))


def slot_of(booking: Booking, tests: Mapping[InviteId, SelfTest] | None = None) -> Slot:
    """What a meeting has to know of its booking; `tests` are those by its personal links."""
    outside = [one for one in booking.people if one.part not in INSIDE]
    return Slot(
        booking=booking.id,
        starts_at=booking.slot.starts_at,
        ends_at=booking.slot.ends_at,
        persons_outside=len(outside) if booking.more_persons_by else 0,
        expected=tuple(
            ExpectedPerson(
                id=one.id,
                name=one.shown,
                part=one.part.value,
                invite=one.invite,
                is_under_18=one.is_under_18,
                is_inside=one.part in INSIDE,
                self_test=tests.get(one.invite) if tests and one.invite else None,
            )
            for one in booking.people
        ),
    )
