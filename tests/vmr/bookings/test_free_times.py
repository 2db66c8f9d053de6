"""The next free times: free, open, in order, and the first there are."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.vmr.bookings.made import LEGAL_1, NOW, at, booking, closure, slot, week
from vmr.bookings.free_times import first_free, free_times
from vmr.bookings.rules import RoomWeek, problems_in_room
from vmr.bookings.times import Interval, interval
from vmr.ids import RoomId


def test_the_first_free_times_lie_around_what_is_taken() -> None:
    busy = week(taken=(slot(1, 9), slot(1, 11)))
    found = free_times(busy, 75, NOW, count=3)
    assert found == (slot(1, 12, 15), slot(1, 13, 30), slot(1, 14, 45))


def test_a_full_day_leads_to_the_next_on_which_the_room_is_open() -> None:
    closed = week(closures=(closure(Interval(starts_at=at(1, 0), ends_at=at(3, 0))),))
    assert free_times(closed, 75, NOW, count=1) == (slot(3, 9),)
    assert free_times(week(), 75, at(5, 16), count=1) == (slot(8, 9),)  # over a weekend


def test_times_begin_on_a_quarter_of_an_hour() -> None:
    assert free_times(week(), 30, at(1, 9, 7), count=1) == (slot(1, 9, 15, minutes=30),)


def test_a_room_that_is_closed_or_never_open_has_none() -> None:
    assert free_times(week(room=replace(LEGAL_1, is_closed=True)), 75, NOW, count=3) == ()
    assert free_times(week(hours=()), 75, NOW, count=3) == ()


def test_of_several_rooms_the_earliest_come_first() -> None:
    other = week(room=replace(LEGAL_1, id=RoomId("r2")), taken=(slot(1, 9, minutes=15),))
    found = first_free([other, week()], 75, NOW, count=3)
    assert found == (("r1", slot(1, 9)), ("r2", slot(1, 9, 15)), ("r1", slot(1, 10, 15)))


_TAKEN = st.lists(
    st.builds(
        lambda day, quarter, length: interval(at(1 + day, 8) + quarter * 900, length),
        st.integers(0, 4), st.integers(0, 40), st.sampled_from([20, 30, 75, 240]),
    ),
    max_size=20,
)  # fmt: skip


@given(taken=_TAKEN, minutes=st.sampled_from([20, 30, 75]), count=st.integers(1, 8))
def test_whatever_is_found_can_be_booked_and_nothing_overlaps(
    taken: list[Interval], minutes: int, count: int
) -> None:
    busy: RoomWeek = week(taken=tuple(sorted(taken)))
    found = free_times(busy, minutes, NOW, count=count)
    assert len(found) == count
    assert list(found) == sorted(found)
    for one in found:
        assert problems_in_room(booking(), one, busy) == ()
    assert not any(a.overlaps(b) for a, b in pairwise(found))


@given(taken=_TAKEN)
def test_the_first_time_found_is_the_first_quarter_of_an_hour_that_is_free(
    taken: list[Interval],
) -> None:
    busy = week(taken=tuple(sorted(taken)))
    first = free_times(busy, 75, NOW, count=1)[0]
    earlier = NOW - NOW % 900
    while earlier < first.starts_at:
        wanted = interval(earlier, 75)
        assert earlier < NOW or problems_in_room(booking(), wanted, busy) != ()
        earlier += 900
