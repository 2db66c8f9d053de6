"""Dates and times of bookings in words, on the clock of one establishment."""

import datetime
from zoneinfo import ZoneInfo

from signalling.staff.times import duration_parts
from signalling.texts import Texts
from vmr.bookings.times import Interval, day_of, to_local

DAY_S = 24 * 3_600.0


class Said:
    """On a day on which the clocks change, a time is said with the name of its zone."""

    def __init__(self, texts: Texts, zone: ZoneInfo) -> None:
        self._texts = texts
        self.zone = zone

    def day(self, day: datetime.date) -> str:
        """Tuesday 2 March 2027"""
        return f"{self.weekday(day)} {self.date(day)}"

    def date(self, day: datetime.date) -> str:
        """2 March 2027"""
        return f"{day.day} {self._texts.get(f'mail.month.{day.month}')} {day.year}"

    def weekday(self, day: datetime.date) -> str:
        return self._texts.get(f"mail.weekday.{day.weekday()}")

    def day_of(self, at: float) -> datetime.date:
        return to_local(at, self.zone).date()

    def clock(self, at: float) -> str:
        """09:30, or 01:30 GMT"""
        local = to_local(at, self.zone)
        name = f" {local.tzname()}" if self.changes_on(local.date()) else ""
        return f"{local:%H:%M}{name}"

    def wall(self, at: float) -> str:
        """09:30, whatever the day."""
        return f"{to_local(at, self.zone):%H:%M}"

    def span(self, interval: Interval) -> str:
        """10:00 to 11:15; with the date of the end where that is another."""
        start = to_local(interval.starts_at, self.zone).date()
        end = to_local(interval.ends_at, self.zone).date()
        ends = self.clock(interval.ends_at)
        if interval.ends_at == day_of(start, self.zone).ends_at:
            ends = "24:00"
        elif end != start:
            ends = f"{self.date(end)}, {ends}"
        return self._texts.get(
            "staff.bookings.span", start=self.clock(interval.starts_at), end=ends
        )

    def slot(self, interval: Interval) -> str:
        """Tuesday 2 March 2027, 10:00 to 11:15"""
        day = to_local(interval.starts_at, self.zone).date()
        return f"{self.day(day)}, {self.span(interval)}"

    def moment(self, at: float) -> str:
        """2 March 2027, 09:30"""
        return f"{self.date(to_local(at, self.zone).date())}, {self.clock(at)}"

    def lasted(self, seconds: float) -> str:
        """1 min 30 s"""
        key, values = duration_parts(seconds)
        return self._texts.get(f"staff.records.duration.{key}", **values)

    def changes_on(self, day: datetime.date) -> bool:
        """Whether this day has 23 or 25 hours here."""
        whole = day_of(day, self.zone)
        return whole.ends_at - whole.starts_at != DAY_S
