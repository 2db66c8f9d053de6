"""The booking office, whose letters these tests send."""

from tests.signalling.bookings.conftest import office

__all__ = ["office"]
