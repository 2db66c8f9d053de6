"""A Host PIN for one slot: made and shown once to duty staff, and asked for at the door.

Nobody can be shown a PIN of which only the hash is kept, so it is made when a duty officer asks for
it, from the moment on at which the slot counts at the door, and replaces the one before.
"""

from signalling.bookings.slot_book import SlotBook
from signalling.pins import PinChecker
from signalling.seams import Clock, Store
from vmr.bookings.booking import Booking
from vmr.bookings.changes import BookingEvent, booking_happening
from vmr.rooms import Room
from vmr.staff import StaffMember
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
        """A new PIN of this slot. Raises RequestError `busy`, StoreError."""
        pin = make_pin(self._digits)
        pin_hash = await self._pins.hash(pin)
        done = booking_happening(BookingEvent.PIN_MADE, booking, by=by, at=self._clock())
        await self._store.slot_pins.keep(booking, pin_hash, done)
        return pin


async def pin_hash_of(store: Store, room: Room) -> str | None:
    """What a Host PIN is compared with now; `room` has its slot (`SlotBook.fill`).

    In a room that asks for it, the PIN of the slot while there is one, and no other: where none
    was made, none is right.
    """
    if not room.pin_per_slot or room.slot is None:
        return room.pin_hash
    return await store.slot_pins.hash_of(room.id, room.slot.booking, room.slot.starts_at)
