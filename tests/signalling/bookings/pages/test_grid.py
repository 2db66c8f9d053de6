"""The table of a day: every slot in its column, from the row it begins in to the one it ends in."""

from collections import Counter

from signalling.bookings.grid import grid_of, shown_of
from signalling.bookings.said import Said
from signalling.texts import FILES, Texts
from tests.vmr.bookings.made import LONDON, NINE_TO_FIVE, at, slot
from tests.vmr.bookings.test_timeline import THURSDAY, booked, time_of
from vmr.bookings.hours import ALWAYS
from vmr.bookings.times import Interval


def test_rows_begin_where_anything_begins_and_on_each_hour() -> None:
    rooms = [time_of(bookings=[booked(slot(4, 10, 10, minutes=20))]), time_of()]
    grid = grid_of(Interval(starts_at=at(4, 10), ends_at=at(4, 12)), rooms)
    starts = [(row.starts_at - at(4, 10)) / 60 for row in grid.rows]
    assert starts == [0, 10, 30, 60]
    assert [row.size_min for row in grid.rows] == [10, 20, 30, 60]
    assert [(row.is_hour, row.hour_rows) for row in grid.rows] == [
        (True, 3), (False, 0), (False, 0), (True, 1),
    ]  # fmt: skip
    assert [[cell.rows for cell in row.cells] for row in grid.rows] == [[1, 4], [1], [2], []]


def test_every_column_is_filled_to_the_last_row() -> None:
    rooms = [
        time_of(bookings=[booked(slot(4, hour, minute)) for hour, minute in times])
        for times in ([(9, 0), (11, 5)], [(10, 20)], [])
    ]
    grid = grid_of(shown_of(THURSDAY, rooms, LONDON), rooms)
    covered: Counter[int] = Counter()
    for n, row in enumerate(grid.rows):
        for cell in row.cells:
            covered.update(range(n, n + cell.rows))
    assert covered == {n: 3 for n in range(len(grid.rows))}
    hours = sum(row.hour_rows for row in grid.rows)
    assert hours == len(grid.rows), "the column of hours too"


def test_a_day_is_shown_from_its_first_hour_to_its_last() -> None:
    def hours(*rooms: object) -> tuple[float, float]:
        span = shown_of(THURSDAY, rooms, LONDON)  # type: ignore[arg-type]
        return (span.starts_at - at(4, 0)) / 3600, (span.ends_at - at(4, 0)) / 3600

    assert hours(time_of(hours=ALWAYS)) == (8, 18), "a room nobody set hours for is open all night"
    assert hours(time_of(hours=NINE_TO_FIVE)) == (8, 18)
    assert hours(time_of(bookings=[booked(slot(4, 6, 30)), booked(slot(4, 19, 30))])) == (6, 21)
    assert hours(time_of(bookings=[booked(slot(4, 23, 15))])) == (8, 24)


def test_every_month_and_weekday_has_its_name() -> None:
    said = Said(Texts.load(FILES / "text", "en"), LONDON)
    assert said.slot(slot(4, 10)) == "Thursday 4 March 2027, 10:00 to 11:15"
    days = [said.day_of(at(1, 12) + n * 86_400) for n in range(366)]
    assert not [day for day in map(said.day, days) if "mail." in day]
    assert said.span(Interval(starts_at=at(4, 22), ends_at=at(5, 0))) == "22:00 to 24:00"
