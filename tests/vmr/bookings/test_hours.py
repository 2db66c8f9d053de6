"""When a room can be booked: hours of the week, across midnight and the change of the clocks."""

from datetime import date, time, timedelta

import pytest

from tests.vmr.bookings.made import LONDON, NINE_TO_FIVE, at, slot
from vmr.bookings.hours import ALWAYS, OpeningHours, is_open, open_on
from vmr.bookings.times import Interval, interval


def test_a_slot_within_the_hours_of_its_day_is_open_and_one_over_their_end_is_not() -> None:
    assert is_open(slot(4, 15, 45), NINE_TO_FIVE, LONDON)
    assert not is_open(slot(4, 16), NINE_TO_FIVE, LONDON)
    assert not is_open(slot(4, 8, 45), NINE_TO_FIVE, LONDON)
    assert not is_open(slot(6, 10), NINE_TO_FIVE, LONDON)  # a Saturday


def test_hours_that_touch_are_one_and_a_lunch_break_is_a_break() -> None:
    touching = [
        OpeningHours(weekday=3, opens=time(9), closes=time(12)),
        OpeningHours(weekday=3, opens=time(12), closes=time(17)),
    ]
    broken = [touching[0], OpeningHours(weekday=3, opens=time(13), closes=time(17))]
    assert is_open(slot(4, 11, 30), touching, LONDON)
    assert not is_open(slot(4, 11, 30), broken, LONDON)


def test_a_room_that_is_always_open_is_open_over_midnight_and_through_both_changes() -> None:
    assert is_open(slot(4, 23, 30), ALWAYS, LONDON)
    assert is_open(slot(28, 0, 30), ALWAYS, LONDON)
    october = interval(at(28, 0) + 217 * 86_400, 75)
    assert is_open(october, ALWAYS, LONDON)


def test_the_hours_are_the_clocks_on_the_wall_in_summer_and_in_winter() -> None:
    for day, offset in ((date(2027, 3, 26), 0), (date(2027, 3, 29), 1)):
        opening = open_on(day, NINE_TO_FIVE, LONDON)[0]
        assert opening == Interval(
            starts_at=at(26, 9) + (day - date(2027, 3, 26)).days * 86_400 - offset * 3_600,
            ends_at=at(26, 17) + (day - date(2027, 3, 26)).days * 86_400 - offset * 3_600,
        )


def test_hours_that_begin_in_the_hour_the_clocks_leave_out_begin_with_the_next() -> None:
    night = [OpeningHours(weekday=6, opens=time(1, 30), closes=time(4))]
    opening = open_on(date(2027, 3, 28), night, LONDON)[0]
    assert opening.minutes == timedelta(hours=1, minutes=30).seconds / 60


@pytest.mark.parametrize(("opens", "closes"), [(time(9), time(9)), (time(17), time(9))])
def test_hours_end_after_they_begin(opens: time, closes: time) -> None:
    with pytest.raises(ValueError, match="the end after the start"):
        OpeningHours(weekday=1, opens=opens, closes=closes)
