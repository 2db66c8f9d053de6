"""The plain values of requests and answers, as pydantic knows them: texts, times, pages.

Times are RFC 3339 in UTC. What PostgreSQL or a terminal could not take (control characters) is not
a text.
"""

import base64
import json
import math
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from signalling.api.problems import ApiProblem, Fault, Kind
from signalling.api.wording import CURSOR, ID, LINES, ONE_LINE, Code
from vmr.bookings.booking import NOTE_MAX, TEXT_MAX
from vmr.bookings.times import Interval
from vmr.store.api_pages import Place

LIMIT_MAX = 200
FIRST_YEAR, LAST_YEAR = 2000, 2199

Text = Annotated[str, StringConstraints(max_length=TEXT_MAX, pattern=ONE_LINE)]
Note = Annotated[str, StringConstraints(max_length=NOTE_MAX, pattern=LINES)]
Id = Annotated[str, StringConstraints(pattern=ID)]


def _in_range(value: date) -> date:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError(f"The year is from {FIRST_YEAR} to {LAST_YEAR}.")
    return value


def _time_in_range(value: datetime) -> datetime:
    _in_range(value)
    return value


Time = Annotated[AwareDatetime, AfterValidator(_time_in_range)]
Day = Annotated[date, AfterValidator(_in_range)]
Cursor = Annotated[
    str,
    StringConstraints(max_length=300, pattern=CURSOR),
    Field(description="From the `next` of a page; says nothing by itself."),
]


class In(BaseModel):
    """What a program sends: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Query(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class PageQuery(Query):
    cursor: Cursor | None = None
    limit: int = Field(50, ge=1, le=LIMIT_MAX)


class Span(In):
    """From `starts_at` until just before `ends_at`."""

    starts_at: Time
    ends_at: Time

    def interval(self, pointer: str) -> Interval:
        """Raises ApiProblem when it does not end after it starts."""
        if not self.starts_at < self.ends_at:
            fault = Fault(
                code="ends_before_start", pointer=pointer, detail="It must end after it starts."
            )
            raise ApiProblem(Kind.INVALID, errors=(fault,))
        return Interval(starts_at=self.starts_at.timestamp(), ends_at=self.ends_at.timestamp())


def moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def span_of(interval: Interval) -> Span:
    return Span(starts_at=moment(interval.starts_at), ends_at=moment(interval.ends_at))


def cursor_of(place: Place) -> str:
    return base64.urlsafe_b64encode(json.dumps(list(place)).encode()).decode().rstrip("=")


def place_of(cursor: str | None) -> Place | None:
    """Raises ApiProblem for what no page gave."""
    if cursor is None:
        return None
    try:
        at, id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        place = Place(float(at), id)
    except (ValueError, TypeError, RecursionError, OverflowError):
        place = Place(math.nan, "")
    if not math.isfinite(place.at) or not isinstance(place.id, str) or not place.id.isascii():
        raise _not_a_cursor()
    if not place.id.isprintable():
        raise _not_a_cursor()
    return place


def _not_a_cursor() -> ApiProblem:
    detail = "It is not from the next of a page."
    fault = Fault(code=Code.WRONG_FORM.value, parameter="cursor", detail=detail)
    return ApiProblem(Kind.INVALID, errors=(fault,))


T = TypeVar("T")


def cut(found: Sequence[T], limit: int, place: Callable[[T], Place]) -> tuple[Sequence[T], str]:
    """The page of one more than `limit`, and the cursor of the next; empty for the last page."""
    page = found[:limit]
    return page, cursor_of(place(page[-1])) if len(found) > limit else ""
