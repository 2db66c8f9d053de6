"""Spans of days that are asked for, and where the next page is."""

from datetime import date
from urllib.parse import parse_qsl, urlencode, urlsplit
from zoneinfo import ZoneInfo

from signalling.api.problems import ApiProblem, Fault, Kind
from signalling.api.routes import Call
from signalling.api.values import FIRST_YEAR, LAST_YEAR
from vmr.bookings.times import Interval, day_of


def days(first: date | None, last: date | None, zone: str) -> Interval | None:
    """From the first until the end of the last; None: no bound was asked for."""
    if first is None and last is None:
        return None
    first, last = first or date(FIRST_YEAR, 1, 1), last or date(LAST_YEAR, 12, 31)
    if last < first:
        fault = Fault(
            code="ends_before_start", parameter="last_day", detail="It is before the first day."
        )
        raise ApiProblem(Kind.INVALID, errors=(fault,))
    clock = ZoneInfo(zone)
    return Interval(starts_at=day_of(first, clock).starts_at, ends_at=day_of(last, clock).ends_at)


def next_of(call: Call, cursor: str) -> str | None:
    """The same question from the cursor on; None after the last page."""
    if not cursor:
        return None
    asked = urlsplit(call.href)
    kept = [(name, value) for name, value in parse_qsl(asked.query) if name != "cursor"]
    return f"{asked.path}?{urlencode([*kept, ('cursor', cursor)])}"
