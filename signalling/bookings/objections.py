"""What stands against a booking that only the database knows: its hearing, its room, what it is in
place of."""

from signalling.bookings.changed import BookingProblems, Store, room_of
from signalling.mail.config import MailConfig
from vmr.bookings.booking import TEXT_MAX, Booking
from vmr.bookings.judging import is_beside_hearing_still
from vmr.bookings.purposes import Purpose
from vmr.bookings.rules import (
    DAY_S,
    Problem,
    problems_beside_hearing,
    problems_in_room,
    problems_of_addresses,
)
from vmr.bookings.times import Interval
from vmr.store import NotFound


class Objections:
    def __init__(self, *, store: Store, mail: MailConfig) -> None:
        self._store = store
        self._mail = mail

    async def demand(
        self,
        booking: Booking,
        found: tuple[Problem, ...],
        waiver: str,
        *,
        before: Booking | None = None,
    ) -> None:
        """Raises BookingProblems with these and with what else is wrong; NotFound where it is in
        place of no booking of theirs."""
        found = (*found, *problems_of_addresses(booking, self._mail.domains))
        if len(waiver) > TEXT_MAX and Problem.TEXT_TOO_LONG not in found:
            found = (*found, Problem.TEXT_TOO_LONG)
        if booking.linked is not None:
            hearing = await self._store.bookings.booking(booking.linked)
            if (
                hearing is None
                or hearing.establishment != booking.establishment
                or hearing.purpose is not Purpose.HEARING
            ):
                found = (*found, Problem.NO_SUCH_HEARING)
            elif not is_beside_hearing_still(before, booking):
                found = (*found, *problems_beside_hearing(booking, hearing))
        if booking.rebooks is not None:
            before = await self._store.bookings.booking(booking.rebooks)
            if before is None or before.establishment != booking.establishment:
                raise NotFound("no such booking")
        if found:
            raise BookingProblems(*found)

    async def in_room(self, booking: Booking) -> tuple[Problem, ...]:
        """Against its slot in its room."""
        room = await room_of(self._store, booking)
        span = Interval(
            starts_at=booking.slot.starts_at - DAY_S, ends_at=booking.slot.ends_at + DAY_S
        )
        week = await self._store.bookings.week(room, span, but=booking.id)
        return problems_in_room(booking, booking.slot, week)
