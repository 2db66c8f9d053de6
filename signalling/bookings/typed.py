"""Dates and times as people type them. Values only: what is wrong is the caller's to say."""

import re
from collections.abc import Mapping
from datetime import date, time

from vmr.bookings.hours import END_OF_DAY

YEARS = (2000, 2200)
"""A date outside them is a slip of the hand."""

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_BRITISH = re.compile(r"(\d{1,2})[./ -](\d{1,2})[./ -](\d{4})", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2})(?:[:.]?(\d{2}))?\s*(am|pm)?", re.ASCII | re.IGNORECASE)


def parse_date(text: str) -> date | None:
    """2027-03-02, as date fields send it, or 2/3/2027."""
    said = text.strip()
    if found := _ISO.fullmatch(said):
        return _date(found[1], found[2], found[3])
    if found := _BRITISH.fullmatch(said):
        return _date(found[3], found[2], found[1])
    return None


def date_of(form: Mapping[str, str], id: str) -> date | None:
    """Of the three fields `id`-day, `id`-month and `id`-year."""
    day, month, year = (form.get(f"{id}-{part}", "").strip() for part in ("day", "month", "year"))
    return _date(year, month, day)


def parse_clock(text: str) -> time | None:
    """9, 0930, 9:30, 9.30 or 2:30pm."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute) if hour <= 23 and minute <= 59 else None


def parse_closing(text: str) -> time | None:
    """As `parse_clock`; midnight is the end of the day."""
    if text.strip() in ("24", "24:00", "24.00", "2400"):
        return END_OF_DAY
    at = parse_clock(text)
    return END_OF_DAY if at == time() else at


def clock_text(at: time) -> str:
    """As it is typed: 09:30, or 24:00 for the end of the day."""
    return "24:00" if at >= END_OF_DAY else f"{at:%H:%M}"


def _date(year: str, month: str, day: str) -> date | None:
    parts = (year, month, day)
    if not all(one.isascii() and one.isdigit() and len(one) <= 4 for one in parts):
        return None
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if YEARS[0] <= found.year <= YEARS[1] else None
