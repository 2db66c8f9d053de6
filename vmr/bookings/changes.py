"""What the establishment's record says of a booking: who did what to it, when and why. Pure."""

from enum import Enum

from vmr.bookings.booking import Booking
from vmr.record import Fact, Happening
from vmr.staff import StaffMember

REQUESTER = "requester"
"""The actor of what somebody without an account asked for on the request page."""


class BookingEvent(Enum):
    REQUESTED = "booking_requested"
    MADE = "booking_made"  # by a clerk, confirmed at once
    CONFIRMED = "booking_confirmed"
    AMENDED = "booking_amended"
    REFUSED = "booking_refused"
    CANCELLED = "booking_cancelled"
    EXTENDED = "booking_extended"  # from the duty desk, while it runs


def booking_happening(
    event: BookingEvent,
    booking: Booking,
    *,
    by: StaffMember | str,
    at: float,
    facts: tuple[Fact, ...] = (),
) -> Happening:
    """`by` is a member of staff, REQUESTER, or another actor's word. Names are personal."""
    officer = () if isinstance(by, str) else (("officer", by.name),)
    people = tuple((f"person_{n}", one.name) for n, one in enumerate(booking.people, start=1))
    return Happening(
        at=at,
        actor=by if isinstance(by, str) else f"officer:{by.id}",
        what=event.value,
        subject=f"booking:{booking.id}",
        facts=(
            ("reference", booking.reference),
            ("purpose", booking.purpose.value),
            ("starts_at", booking.slot.starts_at),
            ("ends_at", booking.slot.ends_at),
            ("room", booking.room or ""),
            ("version", booking.version),
            *facts,
        ),
        personal=(
            ("prisoner", booking.prisoner),
            *people,
            *officer,
            *((("reason", booking.reason),) if booking.reason else ()),
        ),
    )
