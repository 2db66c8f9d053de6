"""What the establishment's record says of a booking: who did what to it, when and why. Pure."""

from enum import Enum
from typing import Final

from vmr.bookings.booking import Booking
from vmr.record import Fact, Happening
from vmr.staff import StaffMember

REQUESTER: Final = "requester"
"""The actor of what somebody without an account asked for on the request page."""


class BookingEvent(Enum):
    REQUESTED = "booking_requested"
    MADE = "booking_made"  # by a clerk, confirmed at once
    CONFIRMED = "booking_confirmed"
    AMENDED = "booking_amended"
    REFUSED = "booking_refused"
    CANCELLED = "booking_cancelled"
    EXTENDED = "booking_extended"  # from the duty desk, while it runs
    LINK_RENEWED = "booking_link_renewed"  # of one person; the link before is void


def booking_happening(
    event: BookingEvent,
    booking: Booking,
    *,
    by: StaffMember | str,
    at: float,
    facts: tuple[Fact, ...] = (),
    waiver: str = "",
) -> Happening:
    """`by` is a member of staff, REQUESTER, or another actor's word. Names are personal.

    `waiver` is why the notice that is asked for was waived, in their own words.
    """
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
            *((("notice_waived", True),) if waiver else ()),
            *facts,
        ),
        personal=(
            ("prisoner", booking.prisoner),
            *people,
            *officer,
            *((("reason", booking.reason),) if booking.reason else ()),
            *((("waiver", waiver),) if waiver else ()),
        ),
    )
