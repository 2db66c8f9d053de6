"""The establishment's record: who did what to accounts, terminals, rooms, bookings and records.

Newest first, a page at a time; each look stands in it before it is shown. The whole of it, with the
records of all its meetings, is proven when somebody asks: one check at a time, in a thread of the
store, and only as much as that proves in some seconds.
"""

import asyncio
from typing import Protocol
from zoneinfo import ZoneInfo

from aiohttp import web

from signalling.seams import Clock
from signalling.staff.edge import Edge
from signalling.staff.times import time_text
from signalling.texts import Texts
from signalling.whole import parse_whole
from vmr.staff import StaffPermission
from vmr.staff_record_text import sentence
from vmr.store import KeptEntry, Problem, RecordStore, StoreError

RECORD = "/staff/record"
PAGE_ENTRIES = 50
CHECK_ENTRIES_MAX = 200_000
"""Of the establishment and its meetings together: some 3 s, for which no meeting waits."""
ENTRIES_PER_MIN = 3_600_000
PROBLEMS_MAX = 50
MANAGE = StaffPermission.MANAGE_STAFF


class Records(Protocol):
    """What these pages need of the store (`vmr.store.Store`)."""

    @property
    def records(self) -> RecordStore: ...


class HistoryPages:
    """Looked at, never changed."""

    def __init__(self, *, edge: Edge, store: Records, texts: Texts, clock: Clock) -> None:
        self._edge = edge
        self._store = store
        self._texts = texts
        self._clock = clock
        self._check = asyncio.Lock()
        edge.add_place(RECORD, "staff.home.record", MANAGE)

    def add_to(self, app: web.Application) -> None:
        self._edge.add_route(app, "GET", RECORD, self.show)
        self._edge.add_route(app, "GET", f"{RECORD}/check", self.check)

    async def show(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, MANAGE)
        before = parse_whole(request.query.get("before", ""), 15)
        establishment = who.member.establishment
        try:
            kept = await self._store.records.look_at_newest(
                establishment.id, PAGE_ENTRIES, before, by=who.member, at=self._clock()
            )
        except StoreError:
            return self._edge.page(request, "staff_record_refused.html", who=who, status=503)
        last = kept[-1].entry.sequence if kept else 1
        zone = ZoneInfo(establishment.zone)
        return self._edge.page(
            request, "staff_history.html", who=who, lines=[self._line(one, zone) for one in kept],
            older=last if last > 1 else None, is_newest=before is None,
        )  # fmt: skip

    async def check(self, request: web.Request) -> web.StreamResponse:
        """Whether every entry is as it was written, none is missing, and all records fit."""
        who = await self._edge.signed_in(request, MANAGE)
        establishment = who.member.establishment
        if self._check.locked():
            return self._edge.page(
                request, "staff_history_unchecked.html", who=who, why="busy", status=503
            )
        async with self._check:
            began = self._clock()
            entries = await self._store.records.count_entries(establishment.id)
            if entries > CHECK_ENTRIES_MAX:
                minutes = -(-entries // ENTRIES_PER_MIN)
                return self._edge.page(
                    request, "staff_history_unchecked.html", who=who, why="too_long",
                    entries=entries, minutes=minutes,
                )  # fmt: skip
            proof = await self._store.records.verify_establishment(establishment.id)
        problems = [self._problem(one) for one in proof.problems[:PROBLEMS_MAX]]
        now = self._clock()
        return self._edge.page(
            request, "staff_history_check.html", who=who, proof=proof, problems=problems,
            more=len(proof.problems) - len(problems), seconds=f"{now - began:.1f}",
            when=time_text(now, ZoneInfo(establishment.zone)),
        )  # fmt: skip

    def _problem(self, problem: Problem) -> str:
        if problem.meeting is None:
            return self._texts.get("staff.record.problem_own", text=problem.text)
        return self._texts.get("staff.record.problem", meeting=problem.meeting, text=problem.text)

    def _line(self, kept: KeptEntry, zone: ZoneInfo) -> tuple[int, str, str]:
        entry = kept.entry
        said = sentence(entry, kept.personal, self._texts.get, lambda at: time_text(at, zone))
        return entry.sequence, time_text(entry.at, zone), said
