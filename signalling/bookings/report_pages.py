"""Reports of an establishment's slots over some months, on a page and as files. No names."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from aiohttp import web

from signalling.bookings import report_figures as figures
from signalling.bookings.charts import Bar, bars
from signalling.bookings.office import Office
from signalling.forms import Faults
from signalling.texts import Texts
from vmr.bookings.outcomes import Outcome
from vmr.bookings.reports import (
    MONTHS_MAX,
    GroupBy,
    Report,
    Row,
    Tally,
    months_of,
    report,
    span_of,
)
from vmr.bookings.times import MINUTE_S, to_local
from vmr.ids import RoomId
from vmr.record_times import Cause
from vmr.staff import StaffPermission
from vmr.store import SignedIn

REPORTS = "/staff/reports"
MAY_READ = (StaffPermission.BOOK, StaffPermission.READ_RECORDS)
BACK_MONTHS, AHEAD_MONTHS, USUAL_MONTHS = 48, 3, 12
AT_ONCE = 2
"""Reports that are made at a time; others wait for them."""
NONE = "\N{EN DASH}"
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked for, and in `faults` what is wrong with it; then `months` is empty."""

    first: str
    last: str
    by: GroupBy
    months: tuple[date, ...]
    faults: Faults

    @property
    def query(self) -> str:
        return urlencode({"from": self.first, "to": self.last, "by": self.by.value})


class ReportPages:
    def __init__(self, office: Office) -> None:
        self._edge = office.edge
        self._store = office.store
        self._texts = office.texts
        self._clock = office.clock
        self._turn = asyncio.Semaphore(AT_ONCE)

    def add_to(self, app: web.Application) -> None:
        add = self._edge.add_route
        add(app, "GET", REPORTS, self.show)
        add(app, "GET", f"{REPORTS}/slots.csv", self.download_slots)
        add(app, "GET", f"{REPORTS}/fairness.csv", self.download_fairness)

    async def show(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, *MAY_READ)
        asked = self._asked(request, who)
        said = await self._said(who, asked)
        found = await self._report(who, asked) if asked.months else None
        return self._edge.page(
            request, "staff_reports.html", who=who, faults=asked.faults, asked=asked, said=said,
            months=_offered(self._today(who)), groupings=[one.value for one in GroupBy],
            found=found, charts=None if found is None else Charts(found, said),
            months_max=MONTHS_MAX, figures=figures,
        )  # fmt: skip

    async def download_slots(self, request: web.Request) -> web.StreamResponse:
        return await self._file(request, "slots", figures.report_csv)

    async def download_fairness(self, request: web.Request) -> web.StreamResponse:
        return await self._file(request, "fairness", figures.fairness_csv)

    async def _file(
        self,
        request: web.Request,
        name: str,
        make: Callable[[Report, Callable[[str], str], Callable[[str], str], str], bytes],
    ) -> web.StreamResponse:
        who = await self._edge.signed_in(request, *MAY_READ)
        asked = self._asked(request, who)
        if not asked.months:
            raise web.HTTPSeeOther(f"{REPORTS}?{asked.query}")
        said = await self._said(who, asked)
        found = await self._report(who, asked)
        group = said.purpose if make is figures.fairness_csv else said.group
        body = make(found, group, said.column, said.whole)
        file = f"{name}-{asked.first}-{asked.last}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{file}"'}
        return web.Response(body=body, content_type="text/csv", charset="utf-8", headers=headers)

    async def _report(self, who: SignedIn, asked: Asked) -> Report:
        establishment = who.member.establishment
        zone = ZoneInfo(establishment.zone)
        rooms = [one.id for one in await self._store.rooms_of(establishment.id)]
        span = span_of(asked.months[0], asked.months[-1], zone)

        def made(rows: list[Row]) -> Report:
            return report(rows, asked.by, months=asked.months, zone=zone, rooms=rooms)

        async with self._turn:
            rows = await self._store.outcomes.report_rows(establishment.id, span)
            return await asyncio.to_thread(made, rows)

    async def _said(self, who: SignedIn, asked: Asked) -> "Said":
        rooms = await self._store.rooms_of(who.member.establishment.id)
        return Said(self._texts, asked.by, {one.id: one.name for one in rooms})

    def _today(self, who: SignedIn) -> date:
        return to_local(self._clock(), ZoneInfo(who.member.establishment.zone)).date()

    def _asked(self, request: web.Request, who: SignedIn) -> Asked:
        """The last twelve months where nothing was asked for."""
        today = self._today(who)
        usual = {"from": _month_word(_back(today, USUAL_MONTHS - 1)), "to": _month_word(today)}
        words = {id: request.query.get(id, usual[id])[:10] for id in usual}
        by = request.query.get("by", "")
        first, last = parse_month(words["from"]), parse_month(words["to"])
        faults: Faults = {}
        if first is None:
            faults["from"] = "staff.reports.from_wrong"
        if last is None:
            faults["to"] = "staff.reports.to_wrong"
        months: tuple[date, ...] = ()
        if first is not None and last is not None:
            if last < first:
                faults["to"] = "staff.reports.to_before_from"
            elif first < _back(last, MONTHS_MAX - 1):
                faults["to"] = "staff.reports.too_long"
            else:
                months = months_of(first, last)
        return Asked(
            first=words["from"],
            last=words["to"],
            by=next((one for one in GroupBy if one.value == by), GroupBy.MONTH),
            months=months,
            faults=faults,
        )


class Said:
    """A report in words."""

    def __init__(self, texts: Texts, by: GroupBy, rooms: dict[RoomId, str]) -> None:
        self._texts = texts
        self._by = by
        self._rooms = rooms

    @property
    def whole(self) -> str:
        return self._texts.get("staff.reports.whole")

    def group(self, key: str) -> str:
        if self._by is GroupBy.MONTH:
            return self.month(key)
        if self._by is GroupBy.PURPOSE:
            return self.purpose(key)
        if not key:
            return self._texts.get("staff.reports.no_room")
        return self._rooms.get(RoomId(key), self._texts.get("staff.reports.room_gone"))

    def purpose(self, word: str) -> str:
        return self._texts.get(f"staff.bookings.purpose.{word}")

    def month(self, word: str) -> str:
        """March 2027."""
        year, month = word.split("-")
        return f"{self._texts.get(f'mail.month.{int(month)}')} {year}"

    def column(self, key: str) -> str:
        return self._texts.get(f"staff.reports.column.{key}")

    def number(self, value: figures.Value, digits: int = 0) -> str:
        """With commas; a dash where there is none."""
        return figures.shown(value, digits, thousands=",") or NONE


class Charts:
    """The bars that stand beside the tables of a report."""

    def __init__(self, found: Report, said: Said) -> None:
        self._found = found
        self._said = said

    @property
    def outcomes(self) -> tuple[Bar, ...]:
        series = [one.value for one in Outcome]
        return bars([
            (
                self._said.group(key),
                self._said.number(one.slots),
                [*zip(series, map(float, map(one.outcomes.__getitem__, Outcome)), strict=True),
                 ("open", float(one.open))],
            )
            for key, one in self._found.groups
        ])  # fmt: skip

    @property
    def minutes(self) -> tuple[Bar, ...]:
        return bars([
            (
                self._said.group(key),
                self._said.number(one.booked_s / MINUTE_S),
                [("talked", one.talked_s), ("lost", one.lost_s), ("rest", _rest(one))],
            )
            for key, one in self._found.groups
        ])  # fmt: skip

    @property
    def lost(self) -> tuple[Bar, ...]:
        lost = self._found.whole.lost
        return bars([
            (
                self._said.column(f"lost_{one.value}"),
                self._said.number(lost.get(one, 0.0) / MINUTE_S, 1),
                [("lost", lost.get(one, 0.0))],
            )
            for one in Cause
        ])  # fmt: skip


def _rest(one: Tally) -> float:
    """Booked time that was neither talked nor lost: waiting, ID checks, an early end."""
    return max(0.0, one.booked_s - one.talked_s - one.lost_s)


def parse_month(word: str) -> date | None:
    """Of 2027-03 the first day; None for anything else."""
    found = _MONTH.fullmatch(word)
    if found is None or not (1970 < int(found[1]) < 9990 and 1 <= int(found[2]) <= 12):
        return None
    return date(int(found[1]), int(found[2]), 1)


def _offered(today: date) -> list[str]:
    """The months that can be chosen, the latest first."""
    months = months_of(_back(today, BACK_MONTHS), _back(today, -AHEAD_MONTHS))
    return [_month_word(one) for one in reversed(months)]


def _month_word(day: date) -> str:
    return f"{day:%Y-%m}"


def _back(day: date, months: int) -> date:
    """The first day of the month so many months before."""
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)
