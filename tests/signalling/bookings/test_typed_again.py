"""Booking again: what the form is filled with, and what has to be said anew."""

from signalling.bookings.booking_form import typed_again
from tests.vmr.bookings.made import LONDON, booking


def test_an_exception_somebody_made_is_not_carried_into_the_next_booking() -> None:
    made = booking(more_persons_by="Governor Hall", more_minutes_by="Governor Hall")
    typed = typed_again(made, LONDON)
    assert "Governor Hall" not in typed.values()
    assert typed["rebooks"] == made.reference
    assert made.prisoner in typed.values()
