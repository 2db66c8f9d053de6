"""A room's time is booked, free or closed, without a gap."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.vmr.bookings.made import LEGAL_1, LONDON, NINE_TO_FIVE, at, booking, closure, slot
from vmr.bookings.booking import BookingState
from vmr.bookings.hours import Closure
from vmr.bookings.timeline import Filling, RoomTime, common, hit_by
from vmr.bookings.times import Interval, interval, overlapping
from vmr.ids import RoomId

THURSDAY = Interval(starts_at=at(4, 0), ends_at=at(5, 0))


def time_of(**values: Any) -> RoomTime:
    given: dict[str, Any] = {
        "room": LEGAL_1, "hours": NINE_TO_FIVE, "closures": (), "bookings": (), "zone": LONDON,
    }  # fmt: skip
    return RoomTime(**{**given, **values})


def booked(slot: Interval) -> Any:
    return booking(preferred=slot, state=BookingState.CONFIRMED, room=LEGAL_1.id)


def said(time: RoomTime, span: Interval = THURSDAY) -> list[tuple[str, float, float]]:
    """What fills the day, and from when to when in hours of it."""
    return [
        (
            one.filling.value,
            (one.interval.starts_at - span.starts_at) / 3600,
            (one.interval.ends_at - span.starts_at) / 3600,
        )
        for one in time.stretches(span)
    ]


def test_a_day_is_made_of_hours_bookings_and_closures() -> None:
    shut = closure(slot(4, 13, minutes=60))
    assert said(time_of(bookings=[booked(slot(4, 10))], closures=[shut])) == [
        ("shut", 0, 9), ("free", 9, 10), ("booked", 10, 11.25), ("free", 11.25, 13),
        ("closed", 13, 14), ("free", 14, 17), ("shut", 17, 24),
    ]  # fmt: skip


def test_a_closure_of_another_room_closes_nothing_here() -> None:
    elsewhere = closure(slot(4, 9, minutes=600), RoomId("r2"))
    assert said(time_of(closures=[elsewhere])) == [
        ("shut", 0, 9),
        ("free", 9, 17),
        ("shut", 17, 24),
    ]


def test_a_booking_stays_where_the_room_was_closed_afterwards_and_is_marked() -> None:
    for values in (
        {"closures": [closure(slot(4, 11, minutes=15))]}, {"hours": ()},
    ):  # fmt: skip
        found = time_of(bookings=[booked(slot(4, 10))], **values).stretches(THURSDAY)
        (one,) = [one for one in found if one.filling is Filling.BOOKED]
        assert one.is_amiss
    assert not time_of(bookings=[booked(slot(4, 10))]).stretches(THURSDAY)[2].is_amiss


def test_a_booking_beyond_the_span_is_cut() -> None:
    night = booked(Interval(starts_at=at(3, 23), ends_at=at(4, 1)))
    assert said(time_of(bookings=[night], hours=()))[0] == ("booked", 0, 1)


def test_a_closure_hits_what_overlaps_it_in_its_room() -> None:
    first, second = booked(slot(4, 10)), booked(slot(4, 11, 15))
    assert hit_by(closure(slot(4, 11, minutes=15)), [first, second]) == (first,)
    assert hit_by(closure(slot(4, 11, minutes=16)), [first, second]) == (first, second)
    assert hit_by(closure(slot(4, 11), RoomId("r2")), [first]) == ()


QUARTERS = st.integers(0, 95).flatmap(
    lambda start: st.integers(1, 40).map(lambda length: slot_at(start, length))
)


def slot_at(start: int, length: int) -> Interval:
    return interval(THURSDAY.starts_at + start * 900, length * 15)


@given(taken=st.lists(QUARTERS, max_size=6), shut=st.lists(QUARTERS, max_size=4))
def test_nothing_is_left_out_and_nothing_twice(taken: list[Interval], shut: list[Interval]) -> None:
    apart: list[Interval] = []
    for one in taken:
        if overlapping(one, apart) is None:
            apart.append(one)
    closures: list[Closure] = [closure(one) for one in sorted(shut)]
    found = time_of(bookings=[booked(one) for one in apart], closures=closures).stretches(THURSDAY)
    ends = [THURSDAY.starts_at, *(one.interval.ends_at for one in found)]
    assert [one.interval.starts_at for one in found] == ends[:-1]
    assert ends[-1] == THURSDAY.ends_at
    cut = sorted(part for one in apart if (part := common(one, THURSDAY)) is not None)
    assert [one.interval for one in found if one.filling is Filling.BOOKED] == cut
    free = [one.interval for one in found if one.filling is Filling.FREE]
    assert not [one for one in free if overlapping(one, shut)]
