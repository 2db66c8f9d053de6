"""Whether a booking's people may be called, asked of what is kept of the prisoner.

It is asked twice: before, so that a clerk hears everything that is wrong at once, and in the very
transaction that books the call, by the judge, so that nothing is overtaken.
"""

from vmr.bookings.booking import Booking, BookingState
from vmr.bookings.entitlements import Entitlement, bound, problems_of_entitlement
from vmr.bookings.judging import is_same_time
from vmr.bookings.numbers import BookingNumbers
from vmr.bookings.purposes import Purpose
from vmr.bookings.rules import Problem
from vmr.store import EntitlementStore, Judge


class Entitling:
    def __init__(self, store: EntitlementStore, numbers: BookingNumbers) -> None:
        self._store = store
        self._numbers = numbers

    async def judged(
        self, booking: Booking, before: Booking | None = None
    ) -> tuple[Booking, Judge | None, tuple[Problem, ...]]:
        """A social call with its people bound to the prisoner's contacts, its judge, and what they
        find now; `before` is what it was. A request is judged when it is confirmed: whoever asked
        for it learns of no ban."""
        if booking.purpose is not Purpose.SOCIAL:
            return bound(booking, ()), None, ()
        if booking.state is not BookingState.CONFIRMED:
            return booking, None, ()
        entitlement = await self._store.of_booking(booking)
        judged = bound(booking, entitlement.contacts)
        has_same_time = before is not None and is_same_time(before, judged)

        def judge(entitlement: Entitlement) -> tuple[Problem, ...]:
            return problems_of_entitlement(
                judged, entitlement, self._numbers, has_same_time=has_same_time
            )

        return judged, judge, judge(entitlement)
