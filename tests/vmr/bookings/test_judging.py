"""Which rules count when a booking is confirmed or amended."""

from dataclasses import replace

from tests.vmr.bookings.made import LEGAL_1, at, booking, person, slot
from vmr.bookings import moves
from vmr.bookings.booking import BookingState
from vmr.bookings.judging import (
    needs_room_again,
    problems_when_amended,
    problems_when_confirmed,
)
from vmr.bookings.numbers import BookingNumbers
from vmr.bookings.rules import Problem

NUMBERS = BookingNumbers()
CONFIRMED = booking(state=BookingState.CONFIRMED, room=LEGAL_1.id)


def test_a_slot_that_was_asked_for_in_time_needs_no_more_notice() -> None:
    asked = booking(alternatives=(slot(3, 9), slot(5, 9)))
    now = at(4, 8)
    for wanted, problems in [
        (slot(4, 10), ()),
        (slot(5, 9), ()),
        (slot(3, 9), (Problem.IN_THE_PAST,)),
        (slot(5, 11), (Problem.SHORT_NOTICE,)),
    ]:
        confirmed = moves.confirm(asked, LEGAL_1.id, wanted, now)
        assert problems_when_confirmed(asked, confirmed, NUMBERS, now) == problems
    confirmed = moves.confirm(asked, LEGAL_1.id, slot(5, 11), now)
    assert problems_when_confirmed(asked, confirmed, NUMBERS, now, is_notice_waived=True) == ()


def test_the_clock_does_not_count_where_no_time_is_changed() -> None:
    now = at(4, 10, 30)  # in the middle of the slot
    after = replace(CONFIRMED, people=(person("Ada Lawe"),), alternatives=(slot(1, 9),))
    assert problems_when_amended(CONFIRMED, after, NUMBERS, now) == ()
    nobody = replace(CONFIRMED, people=())
    assert problems_when_amended(CONFIRMED, nobody, NUMBERS, now) == (Problem.NOBODY_EXPECTED,)


def test_a_moved_slot_needs_notice() -> None:
    now = at(3, 9)
    moved = replace(CONFIRMED, preferred=slot(4, 11))
    assert problems_when_amended(CONFIRMED, moved, NUMBERS, now) == (Problem.SHORT_NOTICE,)
    assert problems_when_amended(CONFIRMED, moved, NUMBERS, now, is_notice_waived=True) == ()


def test_a_request_is_judged_with_its_alternatives() -> None:
    asked, now = booking(), at(3, 9)
    other = replace(asked, alternatives=(slot(4, 13),))
    assert problems_when_amended(asked, other, NUMBERS, now) == (Problem.SHORT_NOTICE,)
    assert problems_when_amended(other, other, NUMBERS, now) == ()


def test_the_room_is_asked_again_where_room_time_or_purpose_change() -> None:
    assert not needs_room_again(CONFIRMED, replace(CONFIRMED, note_for_guest="Hello"))
    assert needs_room_again(CONFIRMED, replace(CONFIRMED, preferred=slot(5, 10)))
