"""Host PINs of one slot each, as `Store.slot_pins`; only their hashes.

A PIN is worth nothing in another room or at another time than those it was made for: a booking that
was moved since needs another.
"""

from datetime import date

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from vmr.bookings.booking import Booking, BookingState
from vmr.ids import BookingId, EstablishmentId, OfficerId, RoomId
from vmr.record import Happening
from vmr.store import bookings, rosters, staff
from vmr.store.booking_tables import slot_pins as table
from vmr.store.database import Database
from vmr.store.errors import Conflict, NotFound
from vmr.store.tables import rooms


class SlotPinStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(
        self, booking: Booking, pin_hash: str, happening: Happening, *, by: OfficerId, day: date
    ) -> None:
        """The only PIN of this slot from now on; `day` is the one it begins on.

        Raises Conflict where the booking is not confirmed, or in another room or at another time,
        NotRostered where that day's roster does not have the officer.
        """

        def work(connection: Connection) -> None:
            found = bookings.by_id(connection, booking.id)
            if (
                found is None
                or found.state is not BookingState.CONFIRMED
                or (found.room, found.slot.starts_at) != (booking.room, booking.slot.starts_at)
            ):
                raise Conflict("the booking was changed by somebody else")
            rosters.demand(connection, booking.establishment, day, by)
            connection.execute(delete(table).where(table.c.booking_id == booking.id))
            connection.execute(
                insert(table).values(
                    booking_id=booking.id,
                    room_id=booking.room,
                    starts_at=booking.slot.starts_at,
                    pin_hash=pin_hash,
                )
            )
            staff.write_record(connection, booking.establishment, happening)

        await self._database.write(work)

    async def hash_of(self, room: RoomId, booking: BookingId, starts_at: float) -> str | None:
        """None where no PIN was made for this slot in this room at this time."""
        query = select(table.c.pin_hash).where(
            table.c.booking_id == booking,
            table.c.room_id == room,
            table.c.starts_at == starts_at,
        )
        found: str | None = await self._database.read(lambda one: one.execute(query).scalar())
        return found

    async def set_per_slot(
        self,
        room: RoomId,
        establishment: EstablishmentId,
        is_per_slot: bool,
        happening: Happening,
    ) -> None:
        """Whether the room asks for a PIN of the slot. Raises NotFound."""

        def work(connection: Connection) -> None:
            change = update(rooms).where(
                rooms.c.id == room, rooms.c.establishment_id == establishment
            )
            if connection.execute(change.values(pin_per_slot=is_per_slot)).rowcount != 1:
                raise NotFound("no such room")
            staff.write_record(connection, establishment, happening)

        await self._database.write(work)
