"""A Host PIN for one slot: made and shown once to duty staff, and asked for at the door.

Nobody can be shown a PIN of which only the hash is kept, so it is made when a duty officer asks for
it, from the moment on at which the slot counts at the door, and replaces the one before. Where a
roster is kept for the day, only who is on it may.
"""

from datetime import date
from zoneinfo import ZoneInfo

from signalling.bookings.slot_book import SlotBook
from signalling.pins import PinChecker
from signalling.seams import Clock, Store
from vmr.bookings.booking import Booking
from vmr.bookings.changes import BookingEvent, booking_happening
from vmr.bookings.rosters import Roster
from vmr.bookings.times import to_local
from vmr.rooms import Establishment, Room
from vmr.staff import StaffMember
from vmr.store import NotRostered
from vmr.store.secrets import make_pin


class SlotPins:
    """`digits` is how many a PIN has."""

    def __init__(
        self, *, store: Store, slots: SlotBook, pins: PinChecker, clock: Clock, digits: int
    ) -> None:
        self._store = store
        self._slots = slots
        self._pins = pins
        self._clock = clock
        self._digits = digits

    async def running(self, room: Room) -> Booking | None:
        """The slot that counts at the door of this room now."""
        slot = (await self._slots.fill(room)).slot
        return None if slot is None else await self._store.bookings.booking(slot.booking)

    async def make(self, booking: Booking, by: StaffMember) -> str:
        """A new PIN of this slot.

        Raises NotRostered where the roster of its day does not have who asks, which is in the
        record then; RequestError `busy`, StoreError.
        """
        pin = make_pin(self._digits)
        pin_hash = await self._pins.hash(pin)
        done = booking_happening(BookingEvent.PIN_MADE, booking, by=by, at=self._clock())
        day = day_of_slot(booking, by.establishment)
        try:
            await self._store.slot_pins.keep(booking, pin_hash, done, by=by.id, day=day)
        except NotRostered:
            refused = booking_happening(
                BookingEvent.PIN_REFUSED, booking, by=by, at=self._clock(),
                facts=(("why", "not_rostered"),),
            )  # fmt: skip
            await self._store.staff.write_record(booking.establishment, refused)
            raise
        return pin

    async def roster(self, booking: Booking, at: Establishment) -> Roster:
        """That of the day on which the slot begins."""
        return await self._store.rosters.of_day(at.id, day_of_slot(booking, at))


def day_of_slot(booking: Booking, at: Establishment) -> date:
    """On the establishment's clock."""
    return to_local(booking.slot.starts_at, ZoneInfo(at.zone)).date()


async def pin_hash_of(store: Store, room: Room) -> str | None:
    """What a Host PIN is compared with now; `room` has its slot (`SlotBook.fill`).

    In a room that asks for it, the PIN of the slot while there is one, and no other: where none
    was made, none is right.
    """
    if not room.pin_per_slot or room.slot is None:
        return room.pin_hash
    return await store.slot_pins.hash_of(room.id, room.slot.booking, room.slot.starts_at)
