"""The figures of a report as tables for people and for spreadsheets: one column each. Pure."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from vmr.bookings.outcomes import CausedBy, Outcome
from vmr.bookings.reports import Fairness, Report, Tally
from vmr.bookings.times import MINUTE_S
from vmr.record_times import Cause

Value = int | float | None
CAUSE_OPEN = "open"
"""The column of what was cancelled while nobody has said by whom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`key` is its last part of a key of `staff.reports.column`; `digits` after the point."""

    key: str
    value: Callable[[Tally], Value]
    digits: int = 0


def _outcome(of: Outcome) -> Column:
    return Column(key=of.value, value=lambda one: one.outcomes[of])


def _cancelled(by: CausedBy | None) -> Column:
    word = CAUSE_OPEN if by is None else by.value
    return Column(key=f"cancelled_{word}", value=lambda one: one.cancelled_by[by])


def _lost(cause: Cause) -> Column:
    return Column(
        key=f"lost_{cause.value}", value=lambda one: one.lost.get(cause, 0.0) / MINUTE_S, digits=1
    )


SLOTS = (
    Column(key="slots", value=lambda one: one.slots),
    *(_outcome(one) for one in Outcome),
    Column(key="open", value=lambda one: one.open),
    Column(key="unsettled", value=lambda one: one.unsettled),
)
CANCELLED = tuple(_cancelled(one) for one in (*CausedBy, None))
MINUTES = (
    Column(key="booked", value=lambda one: one.booked_s / MINUTE_S),
    Column(key="talked", value=lambda one: one.talked_s / MINUTE_S),
    Column(key="late_min", value=lambda one: one.late_min, digits=1),
    Column(key="lost", value=lambda one: one.lost_s / MINUTE_S, digits=1),
)
LOST = tuple(_lost(one) for one in Cause)
DOOR = (
    Column(key="knocks_after_lock", value=lambda one: one.knocks_after_lock),
    Column(key="refusals", value=lambda one: one.refusals),
)
REQUESTS = (
    Column(key="requests", value=lambda one: one.requests),
    Column(key="requests_refused", value=lambda one: one.requests_refused),
    Column(key="asked_before_days", value=lambda one: one.asked_before_days, digits=1),
)
EVERY = (*SLOTS, *CANCELLED, *MINUTES, *LOST, *DOOR, *REQUESTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class FairnessColumn:
    key: str
    value: Callable[[Fairness], Value]
    digits: int = 0


FAIRNESS = (
    FairnessColumn(key="prisoners", value=lambda one: one.prisoners),
    FairnessColumn(key="calls", value=lambda one: one.calls),
    FairnessColumn(key="calls_median", value=lambda one: one.calls_median, digits=1),
    FairnessColumn(
        key="most_share",
        value=lambda one: None if one.most_share is None else 100 * one.most_share,
    ),
    FairnessColumn(key="requests_refused", value=lambda one: one.refused),
    FairnessColumn(key="cancelled_by_us", value=lambda one: one.cancelled),
)


def shown(value: Value, digits: int, *, thousands: str = "") -> str:
    """1,234.5 with a comma as `thousands`; empty for what there is not."""
    if value is None:
        return ""
    return f"{value:,.{digits}f}".replace(",", thousands)


def report_csv(
    found: Report, names: Callable[[str], str], head: Callable[[str], str], whole: str
) -> bytes:
    """A line for each group and one for the whole."""
    lines = [(names(key), tally) for key, tally in found.groups] + [(whole, found.whole)]
    return _csv(
        [head("group"), *(head(one.key) for one in EVERY)],
        ([name, *(shown(one.value(tally), one.digits) for one in EVERY)] for name, tally in lines),
    )


def fairness_csv(
    found: Report, names: Callable[[str], str], head: Callable[[str], str], whole: str
) -> bytes:
    """A line for each purpose and one for all of them."""
    lines = [(names(purpose.value), one) for purpose, one in found.fairness]
    lines.append((whole, found.fairness_whole))
    return _csv(
        [head("purpose"), *(head(one.key) for one in FAIRNESS)],
        ([name, *(shown(one.value(of), one.digits) for one in FAIRNESS)] for name, of in lines),
    )


def _csv(head: Sequence[str], lines: Iterable[list[str]]) -> bytes:
    """UTF-8 with a mark, by which spreadsheets know it."""
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(map(harmless, head))
    writer.writerows(map(harmless, line) for line in lines)
    return made.getvalue().encode("utf-8-sig")


def harmless(cell: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else cell
