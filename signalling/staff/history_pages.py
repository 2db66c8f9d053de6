"""The establishment's record: who did what to accounts, terminals, rooms and bookings.

Newest first, a page at a time. Whether the whole chain holds is checked when somebody asks.
"""

from aiohttp import web

from signalling.staff.edge import Edge
from signalling.staff.times import time_text
from signalling.texts import Texts
from vmr.staff import StaffPermission
from vmr.staff_record_text import sentence
from vmr.store import KeptEntry, RecordBroken, StaffStore

RECORD = "/staff/record"
PAGE_ENTRIES = 50
MANAGE = StaffPermission.MANAGE_STAFF


class HistoryPages:
    """Looked at, never changed."""

    def __init__(self, *, edge: Edge, store: StaffStore, texts: Texts) -> None:
        self._edge = edge
        self._store = store
        self._texts = texts
        edge.add_place(RECORD, "staff.home.record", MANAGE)

    def add_to(self, app: web.Application) -> None:
        self._edge.add_route(app, "GET", RECORD, self.show)
        self._edge.add_route(app, "GET", f"{RECORD}/check", self.check)

    async def show(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, MANAGE)
        before = _number(request.query.get("before", ""))
        kept = await self._store.newest_of_record(who.member.establishment.id, PAGE_ENTRIES, before)
        last = kept[-1].entry.sequence if kept else 1
        return self._edge.page(
            request, "staff_history.html", who=who, lines=[self._line(one) for one in kept],
            older=last if last > 1 else None, is_newest=before is None,
        )  # fmt: skip

    async def check(self, request: web.Request) -> web.StreamResponse:
        """Whether every entry is as it was written, and none is missing in between."""
        who = await self._edge.signed_in(request, MANAGE)
        broken, count = "", 0
        try:
            count = await self._store.verify_record(who.member.establishment.id)
        except RecordBroken as error:
            broken = str(error)
        return self._edge.page(
            request, "staff_history_check.html", who=who, count=count, broken=broken
        )

    def _line(self, kept: KeptEntry) -> tuple[int, str, str]:
        entry = kept.entry
        said = sentence(entry, kept.personal, self._texts.get)
        return entry.sequence, time_text(entry.at), said


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
