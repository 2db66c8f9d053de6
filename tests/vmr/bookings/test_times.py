"""Intervals, and the establishment's clock across its changes."""

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmr.bookings.times import (
    HOUR_S,
    Interval,
    NoSuchTime,
    day_of,
    from_local,
    interval,
    overlapping,
    to_local,
)

LONDON = ZoneInfo("Europe/London")
SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)


def test_neighbours_do_not_overlap_and_anything_nearer_does() -> None:
    first, next_, near = interval(0, 30), interval(1_800, 30), interval(1_799, 30)
    assert not first.overlaps(next_)
    assert first.overlaps(near)
    assert overlapping(near, [next_, first]) == next_
    assert first.contains(0)
    assert not first.contains(1_800)


def test_an_interval_ends_after_it_starts() -> None:
    with pytest.raises(ValueError, match="ends after it starts"):
        Interval(starts_at=5, ends_at=5)


def test_a_day_is_23_or_25_hours_long_when_the_clocks_change() -> None:
    assert day_of(SPRING, LONDON).minutes == 23 * 60
    assert day_of(AUTUMN, LONDON).minutes == 25 * 60
    assert day_of(date(2027, 6, 1), LONDON).minutes == 24 * 60


def test_a_time_that_the_clocks_leave_out_is_refused() -> None:
    with pytest.raises(NoSuchTime):
        from_local(SPRING, time(1, 30), LONDON)


def test_of_a_time_that_comes_twice_the_first_is_meant() -> None:
    twice = from_local(AUTUMN, time(1, 30), LONDON)
    assert to_local(twice, LONDON).utcoffset() == to_local(twice - HOUR_S, LONDON).utcoffset()
    assert to_local(twice + HOUR_S, LONDON).time() == time(1, 30)


def test_75_minutes_across_the_change_of_the_clocks_last_75_minutes() -> None:
    slot = interval(from_local(SPRING, time(0, 30), LONDON), 75)
    assert slot.minutes == 75
    assert to_local(slot.ends_at, LONDON).time() == time(2, 45)


@given(st.integers(0, 4_000_000_000), st.sampled_from(["Europe/London", "Asia/Kathmandu", "UTC"]))
def test_a_time_read_from_the_clock_on_the_wall_is_that_time_or_the_hour_before(
    at: int, name: str
) -> None:
    zone = ZoneInfo(name)
    wall = to_local(at - at % 60, zone)
    back = from_local(wall.date(), wall.time(), zone)
    assert at - at % 60 - back in (0, HOUR_S)
