"""Records of meetings, for those who may read them, within their own establishment.

A record of another establishment looks like one that does not exist. Every look, every file and
every search by name is in the record of the establishment before anything is shown; what cannot be
written there is not shown.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from aiohttp import web

from signalling.render import Renderer
from signalling.seams import Clock
from signalling.staff.edge import Edge, Faults
from signalling.staff.pdf import PdfBusy, PdfError, PdfMaker
from signalling.staff.record_view import RecordView, Viewer
from signalling.staff.times import clock_text, time_text
from signalling.whole import parse_whole
from vmr.bookings.times import day_of
from vmr.ids import EstablishmentId, MeetingId, RoomId
from vmr.record import Happening
from vmr.record_text import isolated
from vmr.rooms import Room
from vmr.staff import StaffPermission
from vmr.staff_record import search_happening
from vmr.store import (
    FoundRecord,
    MeetingProof,
    MeetingRecord,
    RecordBroken,
    RecordSearch,
    RecordStore,
    SignedIn,
    StaffStore,
    StoreError,
    Wanted,
)

RECORDS = "/staff/records"
READ = StaffPermission.READ_RECORDS
PAGE = 25
"""Records on one page of the list."""
PAGES_MAX = 10_000
PDF_ENTRIES_MAX = 3_000
"""Some 10 ms of a core each; a consultation has fewer than a hundred."""
NAME_MAX = 100


class Records(Protocol):
    """What these pages need of the store (`vmr.store.Store`)."""

    @property
    def staff(self) -> StaffStore: ...

    @property
    def record_search(self) -> RecordSearch: ...

    @property
    def records(self) -> RecordStore: ...

    async def rooms_of(self, establishment: EstablishmentId) -> Sequence[Room]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What was asked for, as it was typed."""

    room: str = ""
    since: str = ""
    until: str = ""
    name: str = ""

    @property
    def is_set(self) -> bool:
        return any((self.room, self.since, self.until, self.name))

    def link(self, page: int) -> str:
        asked = {"room": self.room, "from": self.since, "to": self.until, "name": self.name}
        fields = {name: value for name, value in asked.items() if value}
        return f"{RECORDS}?{urlencode({**fields, 'page': page})}"


class RecordPages:
    def __init__(
        self, *, edge: Edge, store: Records, renderer: Renderer, pdf: PdfMaker, clock: Clock
    ) -> None:
        self._edge = edge
        self._pdf = pdf
        self._store = store
        self._renderer = renderer
        self._clock = clock
        edge.add_place(RECORDS, "staff.home.records", READ)

    def add_to(self, app: web.Application) -> None:
        add = self._edge.add_route
        add(app, "GET", RECORDS, self.list)
        one = RECORDS + "/{meeting:[0-9A-Za-z_-]{1,64}}"
        add(app, "GET", one, self.show)
        add(app, "GET", f"{one}/pdf", self.download_pdf)
        add(app, "GET", f"{one}/jsonl", self.download_lines)

    # -- the list -----------------------------------------------------------------------------

    async def list(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, READ)
        establishment = who.member.establishment
        zone = ZoneInfo(establishment.zone)
        filters = _filters(request)
        wanted, faults = _wanted(filters, zone)
        page = _page(request)
        records: tuple[FoundRecord, ...] = ()
        has_more = False
        if wanted is not None:
            if wanted.name:
                done = search_happening(wanted.name, by=who.member, at=self._clock())
                if not await self._write(who, done):
                    return self._refused(request, who)
            records, has_more = await self._store.record_search.find(
                establishment.id, wanted, skip=(page - 1) * PAGE, most=PAGE
            )
        return self._edge.page(
            request, "staff_records.html", who=who, faults=faults, records=records,
            rooms=await self._store.rooms_of(establishment.id), filters=filters, page=page,
            has_more=has_more, when=lambda at: time_text(at, zone),
            clock=lambda at: clock_text(at, zone)[:5],
        )  # fmt: skip

    # -- one record ---------------------------------------------------------------------------

    async def show(self, request: web.Request) -> web.StreamResponse:
        who = await self._edge.signed_in(request, READ)
        found = await self._found(request, who)
        proof = await self._store.records.prove(found.meeting)
        record = await self._look(found, who)
        if record is None:
            return self._refused(request, who)
        view, body = await self._put_together(found, record, proof, who)
        has_pdf = await self._pdf.is_available()
        return self._edge.page(
            request, "staff_record.html", who=who, record=view, body=body, has_pdf=has_pdf
        )

    async def download_pdf(self, request: web.Request) -> web.StreamResponse:
        """Written down before it is made: a file that then fails is one too many there."""
        who = await self._edge.signed_in(request, READ)
        found = await self._found(request, who)
        if not await self._pdf.is_available():
            return self._no_file(request, who, found, "staff.records.pdf_missing")
        proof = await self._store.records.prove(found.meeting)
        if proof.entries > PDF_ENTRIES_MAX:
            return self._no_file(request, who, found, "staff.records.pdf_long")
        record = await self._look(found, who, as_file="pdf")
        if record is None:
            return self._refused(request, who)
        view, body = await self._put_together(found, record, proof, who)
        try:
            style = self._renderer.style("record_print.css")
            made = await self._pdf.make(self._document(view, body, who), style)
        except PdfBusy:
            return self._no_file(request, who, found, "staff.records.pdf_busy")
        except PdfError:
            return self._no_file(request, who, found, "staff.records.pdf_failed")
        return _file(found, who, made, "application/pdf", "pdf")

    async def download_lines(self, request: web.Request) -> web.StreamResponse:
        """The file that proves itself (`vmr.record_export`); nothing that is false is signed."""
        who = await self._edge.signed_in(request, READ)
        found = await self._found(request, who)
        try:
            made = await self._store.records.export(found.meeting, by=who.member, at=self._clock())
        except RecordBroken:
            return self._no_file(request, who, found, "staff.records.lines_broken")
        except StoreError:
            return self._refused(request, who)
        return _file(found, who, made, "application/jsonl", "jsonl")

    def _document(self, view: RecordView, body: str, who: SignedIn) -> str:
        return self._renderer.text(
            "record_pdf.html",
            record=view,
            body=body,
            establishment=who.member.establishment,
            made_by=isolated(who.member.name),
        )

    def _no_file(
        self, request: web.Request, who: SignedIn, found: FoundRecord, why: str
    ) -> web.Response:
        return self._edge.page(
            request, "staff_record_no_file.html", who=who, meeting=found.meeting, why=why,
            status=503,
        )  # fmt: skip

    async def _found(self, request: web.Request, who: SignedIn) -> FoundRecord:
        """One of the establishment of who asks."""
        found = await self._store.record_search.one(MeetingId(request.match_info["meeting"]))
        if found is None or found.establishment != who.member.establishment.id:
            raise web.HTTPNotFound
        return found

    async def _look(
        self, found: FoundRecord, who: SignedIn, *, as_file: str = ""
    ) -> MeetingRecord | None:
        """The record, once the look stands in that of the establishment; None where it cannot."""
        try:
            return await self._store.records.look(
                found.meeting, by=who.member, at=self._clock(), as_file=as_file
            )
        except StoreError:
            return None

    async def _write(self, who: SignedIn, done: Happening) -> bool:
        """Whether it is in the record of the establishment."""
        try:
            await self._store.staff.write_record(who.member.establishment.id, done)
        except StoreError:
            return False
        return True

    async def _put_together(
        self, found: FoundRecord, record: MeetingRecord, proof: MeetingProof, who: SignedIn
    ) -> tuple[RecordView, str]:
        """The view and the part of a document that shows it, made beside the loop."""
        establishment, now = who.member.establishment, self._clock()

        def work() -> tuple[RecordView, str]:
            viewer = Viewer(
                found, record.entries, establishment=establishment, texts=self._renderer.texts,
                proof=proof, now=now, side_parts=record.side_parts,
            )  # fmt: skip
            return body_of(viewer, self._renderer)

        return await asyncio.to_thread(work)

    def _refused(self, request: web.Request, who: SignedIn) -> web.Response:
        return self._edge.page(request, "staff_record_refused.html", who=who, status=503)


def body_of(viewer: Viewer, renderer: Renderer) -> tuple[RecordView, str]:
    """A second of work for ten thousand entries: for a thread."""
    view = viewer.view()
    return view, renderer.text("record_body.html", record=view)


def _file(
    found: FoundRecord, who: SignedIn, made: bytes, content_type: str, ending: str
) -> web.Response:
    """To be kept by the browser, named by the day of the meeting."""
    day = datetime.fromtimestamp(found.started_at, ZoneInfo(who.member.establishment.zone))
    name = f"record-{day:%Y-%m-%d}-{found.meeting[:8]}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=made, content_type=content_type, headers=headers)


def _filters(request: web.Request) -> Filters:
    asked = request.query
    return Filters(
        room=asked.get("room", ""),
        since=asked.get("from", "").strip(),
        until=asked.get("to", "").strip(),
        name=" ".join(asked.get("name", "").split())[:NAME_MAX],
    )


def _wanted(filters: Filters, zone: ZoneInfo) -> tuple[Wanted | None, Faults]:
    """What to look for, or what is wrong with it."""
    faults: Faults = {}
    since, until = _day(filters.since), _day(filters.until)
    if filters.since and since is None:
        faults["from"] = "staff.records.from_wrong"
    if filters.until and until is None:
        faults["to"] = "staff.records.to_wrong"
    if since is not None and until is not None and until < since:
        faults["to"] = "staff.records.to_before_from"
    if faults:
        return None, faults
    return Wanted(
        room=RoomId(filters.room) if filters.room else None,
        since=None if since is None else day_of(since, zone).starts_at,
        until=None if until is None else day_of(until, zone).ends_at,
        name=filters.name,
    ), faults


def _day(text: str) -> date | None:
    """A date that a calendar of ours can show; None for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 < day.year < 9999 else None


def _page(request: web.Request) -> int:
    asked = parse_whole(request.query.get("page", "")) or 1
    return min(asked, PAGES_MAX)
