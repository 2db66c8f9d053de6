"""Whole numbers of forms and addresses."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalling.bookings.booking_form import parse_booking, rows_of
from signalling.whole import parse_whole
from vmr.bookings.purposes import Purpose
from vmr.ids import EstablishmentId

DIGITS = st.sampled_from("0123456789²٣")


@pytest.mark.parametrize("text", ["", "-1", "1.0", " 1", "1234567", "²", "٣", "9" * 5000])
def test_what_is_not_a_short_number_is_none(text: str) -> None:
    assert parse_whole(text) is None


def test_leading_zeros_are_read() -> None:
    assert parse_whole("007") == 7


@given(st.text())
def test_any_text_gives_a_number_of_rows(text: str) -> None:
    assert rows_of({"people": text}) >= 1


@given(hour=st.text(DIGITS, max_size=9), minute=st.text(DIGITS, max_size=9))
def test_any_digits_of_a_clock_give_a_time_or_a_fault(hour: str, minute: str) -> None:
    typed = {"start-day": "2", "start-month": "3", "start-year": "2027", "minutes": "75"}
    typed |= {"start-hour": hour, "start-minute": minute, "prisoner": "A1234BC"}
    parsed = parse_booking(
        typed,
        establishment=EstablishmentId("e1"),
        purpose=Purpose.CONSULTATION,
        zone=ZoneInfo("Europe/London"),
        linked=None,
    )
    assert (parsed.draft is None) == bool(parsed.faults)
