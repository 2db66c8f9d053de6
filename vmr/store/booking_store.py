"""What others hold of bookings in the database: `BookingStore`, as `Store.bookings`.

Each method is one transaction, as in `vmr.store.store`. Happenings go into the establishment's
record, in the same transaction.
"""

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from vmr.bookings.booking import Booking, BookingState
from vmr.bookings.changes import PastChange
from vmr.bookings.hours import Closure, OpeningHours
from vmr.bookings.personal_links import NO_CHANGES, LinkChanges
from vmr.bookings.rules import RoomWeek
from vmr.bookings.timeline import RoomTime
from vmr.bookings.times import Interval
from vmr.ids import BookingId, ClosureId, EstablishmentId, InviteId, RoomId
from vmr.letters import Letter
from vmr.record import Happening
from vmr.rooms import Establishment, Room
from vmr.store import booking_history, bookings, room_hours, rooms, secrets
from vmr.store.bookings import Written
from vmr.store.database import Database
from vmr.store.entitlements import Judge


class BookingStore:
    """Bookings, and when rooms are open for them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self,
        booking: Booking,
        happening: Happening,
        links: LinkChanges = NO_CHANGES,
        letters: Sequence[Letter] = (),
        judge: Judge | None = None,
    ) -> None:
        """With the personal links of its people and the letters to them.

        Raises SlotTaken where it is confirmed and overlaps another in its room, NotEntitled with
        what `judge` finds.
        """
        await self._database.write(
            lambda one: bookings.add(one, booking, happening, links, letters, judge)
        )

    async def add_all(
        self,
        added: Sequence[tuple[Booking, Happening, LinkChanges, Sequence[Letter], Judge | None]],
    ) -> None:
        """All of them, as `add` does, or none; each is judged with those before it."""

        def work(connection: Connection) -> None:
            for booking, happening, links, letters, judge in added:
                bookings.add(connection, booking, happening, links, letters, judge)

        await self._database.write(work)

    async def change(
        self,
        booking: Booking,
        happening: Happening,
        links: LinkChanges = NO_CHANGES,
        letters: Sequence[Letter] = (),
        judge: Judge | None = None,
    ) -> None:
        """The booking as it shall be, its version one more than the one that was seen.

        Raises SlotTaken, NotEntitled with what `judge` finds, NotFound, and Conflict where somebody
        else has changed it since.
        """
        await self._database.write(
            lambda one: bookings.change(one, booking, happening, links, letters, judge)
        )

    async def renew_link(
        self,
        booking: Booking,
        invite: InviteId,
        token: str,
        happening: Happening,
        letters: Sequence[Letter] = (),
    ) -> None:
        """One person's link opens by this token alone from now on.

        Raises Conflict where somebody else has changed the booking since it was seen.
        """
        token_hash = secrets.hash_token(token)
        await self._database.write(
            lambda one: bookings.renew_link(one, booking, invite, token_hash, happening, letters)
        )

    async def booking(self, booking: BookingId) -> Booking | None:
        """Of any establishment."""
        return await self._database.read(lambda one: bookings.by_id(one, booking))

    async def by_reference(self, reference: str) -> Booking | None:
        return await self._database.read(lambda one: bookings.by_reference(one, reference))

    async def in_time(
        self,
        establishment: EstablishmentId,
        span: Interval,
        *,
        room: RoomId | None = None,
        states: Iterable[BookingState] = (BookingState.CONFIRMED,),
    ) -> tuple[Booking, ...]:
        """Those that overlap the span, earliest first."""
        wanted = tuple(states)
        return await self._database.read(
            lambda one: bookings.in_time(one, establishment, span, room=room, states=wanted)
        )

    async def waiting(self, establishment: EstablishmentId) -> tuple[Booking, ...]:
        """Requests nobody has decided, the earliest slot first."""
        return await self._database.read(lambda one: bookings.waiting(one, establishment))

    async def linked_to(self, booking: BookingId) -> tuple[Booking, ...]:
        """Those before and after this hearing, earliest first."""
        return await self._database.read(lambda one: bookings.linked_to(one, booking))

    async def history(self, booking: Booking) -> tuple[PastChange, ...]:
        """What the establishment's record says of it, oldest first."""
        return await self._database.read(
            lambda one: booking_history.history(one, booking.establishment, booking.id)
        )

    async def rebooked(self, booking: BookingId) -> tuple[Booking, ...]:
        """Those that were made in place of this one, earliest first."""
        return await self._database.read(lambda one: bookings.rebooked(one, booking))

    async def search(
        self, establishment: EstablishmentId, text: str, *, limit: int, offset: int = 0
    ) -> tuple[tuple[Booking, ...], int]:
        """By names, addresses and references, the latest first; and how many there are."""
        return await self._database.read(
            lambda one: bookings.search(one, establishment, text, limit=limit, offset=offset)
        )

    async def slot_of(self, room: RoomId, at: float, early_s: float) -> Booking | None:
        """What is confirmed there at this time, else what begins within `early_s`."""
        return await self._database.read(lambda one: bookings.slot_of(one, room, at, early_s))

    async def taken(self, room: RoomId, span: Interval) -> tuple[Interval, ...]:
        """What is confirmed in this room within the span, earliest first."""
        return await self._database.read(lambda one: bookings.taken(one, room, span))

    async def extend(
        self, booking: BookingId, ends_at: float, happening: Happening, written: Written
    ) -> None:
        """A running slot ends later, and so do its personal links; its people are written to.

        Raises SlotTaken where the room is booked by then, NotFound for a slot that is none now.
        """
        await self._database.write(
            lambda one: bookings.extend(one, booking, ends_at, happening, written)
        )

    async def week(self, room: Room, span: Interval, *, but: BookingId | None = None) -> RoomWeek:
        """What `vmr.bookings.rules` needs to know of the room in this span; `but` is left out."""

        def work(connection: Connection) -> RoomWeek:
            establishment = room.establishment
            return RoomWeek(
                room=room,
                hours=room_hours.hours(connection, room.id),
                closures=room_hours.closures_in(connection, establishment.id, span),
                taken=bookings.taken(connection, room.id, span, but=but),
                zone=ZoneInfo(establishment.zone),
            )

        return await self._database.read(work)

    async def rooms_in_time(
        self, establishment: Establishment, span: Interval
    ) -> tuple[RoomTime, ...]:
        """What fills the time of each of its rooms in this span, as one moment saw it."""

        def work(connection: Connection) -> tuple[RoomTime, ...]:
            hours = room_hours.hours_of(connection, establishment.id)
            closures = room_hours.closures_in(connection, establishment.id, span)
            by_room: dict[RoomId | None, list[Booking]] = {}
            for one in bookings.in_time(connection, establishment.id, span):
                by_room.setdefault(one.room, []).append(one)
            return tuple(
                RoomTime(
                    room=room,
                    hours=hours[room.id],
                    closures=closures,
                    bookings=by_room.get(room.id, ()),
                    zone=ZoneInfo(establishment.zone),
                )
                for room in rooms.rooms_of(connection, establishment.id)
            )

        return await self._database.read(work)

    # -- requests -------------------------------------------------------------------------------

    async def asked_by(self, mailbox: str, since: float) -> tuple[Booking, ...]:
        """What was asked for from this address in any establishment, the latest slot first.

        Without those whose slot began before `since`. `mailbox` is in lower case.
        """
        return await self._database.read(lambda one: bookings.asked_by(one, mailbox, since))

    async def count_waiting(self, mailbox: str) -> int:
        """How many requests of this address (in lower case) nobody has decided."""
        return await self._database.read(lambda one: bookings.count_waiting(one, mailbox))

    # -- opening hours --------------------------------------------------------------------------

    async def hours(self, room: RoomId) -> tuple[OpeningHours, ...]:
        """By weekday and time; always open where nobody has said anything. Raises NotFound."""
        return await self._database.read(lambda one: room_hours.hours(one, room))

    async def set_hours(
        self, room: Room, hours: Sequence[OpeningHours], happening: Happening
    ) -> None:
        await self._database.write(
            lambda one: room_hours.set_hours(one, room.id, hours, room.establishment.id, happening)
        )

    async def closures(self, establishment: EstablishmentId, span: Interval) -> tuple[Closure, ...]:
        """Of the establishment and of its rooms, earliest first."""
        return await self._database.read(
            lambda one: room_hours.closures_in(one, establishment, span)
        )

    async def closure(self, closure: ClosureId, establishment: EstablishmentId) -> Closure | None:
        """None where it is another establishment's."""
        found = await self._database.read(lambda one: room_hours.closure(one, closure))
        return found[1] if found is not None and found[0] == establishment else None

    async def add_closure(
        self, closure: Closure, establishment: EstablishmentId, happening: Happening
    ) -> None:
        await self._database.write(
            lambda one: room_hours.add_closure(one, closure, establishment, happening)
        )

    async def remove_closure(
        self, closure: ClosureId, establishment: EstablishmentId, happening: Happening
    ) -> None:
        """Raises NotFound."""
        await self._database.write(
            lambda one: room_hours.remove_closure(one, closure, establishment, happening)
        )
