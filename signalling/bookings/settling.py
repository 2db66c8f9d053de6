"""Settling what became of a slot, in the one way of pages and programs."""

from vmr.api_tokens import ApiToken
from vmr.bookings.booking import Booking
from vmr.bookings.changes import outcome_happening
from vmr.bookings.outcomes import SlotOutcome, Verdict
from vmr.bookings.outcomes import settle as settled_as
from vmr.staff import StaffMember
from vmr.store import OutcomeStore


async def settle(
    store: OutcomeStore,
    booking: Booking,
    before: SlotOutcome,
    verdict: Verdict,
    *,
    by: StaffMember | ApiToken,
    at: float,
) -> SlotOutcome:
    """`before` is what they have seen. Raises OutcomeProblems, or Conflict where it is not so any
    more."""
    settled = settled_as(before, verdict, slot=booking.slot, by=by.name, at=at)
    await store.settle(settled, by, outcome_happening(booking, before, settled, by=by))
    return settled
