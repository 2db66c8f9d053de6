"""Bookings from a CSV file, and into one. A file is imported whole or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from aiohttp import web

from signalling.bookings.booking_form import PROBLEM, faults_of, parse_booking
from signalling.bookings.changed import BookingProblems, Prepared
from signalling.bookings.office import BOOKINGS, Office
from signalling.bookings.table import BadTable, Line, column_of, read, write
from signalling.bookings.typed import parse_date
from vmr.bookings.booking import Booking, BookingState
from vmr.bookings.changes import export_happening
from vmr.bookings.entitlements import prisoner_key
from vmr.bookings.purposes import Purpose
from vmr.bookings.rules import Problem
from vmr.bookings.times import Interval, day_of, to_local
from vmr.store import Conflict, Judge, NotFound, SignedIn

IMPORT, EXPORT = f"{BOOKINGS}/import", f"{BOOKINGS}/export"
EXPORT_DAYS = 366
FILE_BYTES_MAX = 200 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What would become of a row: a booking, nothing (it is there already), or what is wrong with
    it, as columns and keys of sentences."""

    line: Line
    prepared: Prepared | None = None
    is_there: bool = False
    wrong: tuple[tuple[str, str], ...] = ()


class ImportPages:
    def __init__(self, office: Office) -> None:
        self._office = office
        self._edge = office.edge

    def add_to(self, app: web.Application) -> None:
        add = self._edge.add_route
        add(app, "GET", IMPORT, self.ask)
        add(app, "POST", IMPORT, self.take)
        add(app, "GET", EXPORT, self.export)

    async def ask(self, request: web.Request) -> web.StreamResponse:
        return self._ask(request, await self._office.clerk(request), {})

    async def take(self, request: web.Request) -> web.StreamResponse:
        """A file is tried; the same text, sent back by the page of that trial, is imported."""
        who = await self._office.clerk(request)
        form, file = await self._edge.upload(request, "file")
        text = form.get("csv")
        data = file if text is None else text.encode("utf-8", "surrogatepass")
        if not data or len(data) > FILE_BYTES_MAX:
            size = "too_large" if data else "no_file"
            return self._ask(request, who, {"file": f"staff.bookings.import.{size}"})
        try:
            fates = await self._fates(who, read(data))
        except BadTable as error:
            return self._ask(request, who, {"file": error.key}, error.detail)
        prepared = [one.prepared for one in fates if one.prepared is not None]
        is_right = bool(prepared) and not any(one.wrong for one in fates)
        if text is None or not is_right:
            return self._try(request, who, fates, data.decode("utf-8-sig"), is_right, {})
        try:
            done = await self._office.service.add_all(prepared)
        except (BookingProblems, Conflict):  # somebody took a slot meanwhile
            fates = await self._fates(who, read(data))
            faults = {"rows": "staff.bookings.import.meanwhile"}
            return self._try(request, who, fates, data.decode("utf-8-sig"), False, faults)
        return self._edge.page(
            request, "staff_bookings_imported.html", who=who, count=len(done),
            links=[
                (one.booking, person.name, one.links[person.id])
                for one in done
                for person in one.booking.people
                if person.id in one.links
            ],
        )  # fmt: skip

    async def export(self, request: web.Request) -> web.StreamResponse:
        """Names leave the building: it is in the record before the file is sent, or not sent."""
        who = await self._office.clerk(request)
        first = parse_date(request.query.get("from", ""))
        last = parse_date(request.query.get("until", ""))
        if first is None or last is None or not first <= last <= first + _LONGEST:
            return self._ask(request, who, {"from": "staff.bookings.export.wrong"})
        establishment, zone = who.member.establishment, self._office.said(who).zone
        span = Interval(starts_at=day_of(first, zone).starts_at, ends_at=day_of(last, zone).ends_at)
        bookings = self._office.store.bookings
        found = await bookings.in_time(establishment.id, span, states=tuple(BookingState))
        rooms = await self._office.store.rooms_of(establishment.id)
        hearings = {one.linked: await bookings.booking(one.linked) for one in found if one.linked}
        text = write(
            found,
            {one.id: one.name for one in rooms},
            {id: one.reference for id, one in hearings.items() if one is not None},
            zone,
        )
        done = export_happening(first, last, len(found), by=who.member, at=self._office.clock())
        await self._office.store.staff.write_record(establishment.id, done)
        name = f"bookings-{first.isoformat()}-{last.isoformat()}.csv"
        return web.Response(
            text=text,
            content_type="text/csv",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    # -- what would become of the rows -----------------------------------------------------------

    async def _fates(self, who: SignedIn, lines: Sequence[Line]) -> list[Fate]:
        fates: list[Fate] = []
        for line in lines:
            fate = await self._fate(who, line)
            before = [one.prepared.booking for one in fates if one.prepared is not None]
            if fate.prepared is not None and any(
                one.room == fate.prepared.booking.room
                and one.slot.overlaps(fate.prepared.booking.slot)
                for one in before
            ):
                fate = Fate(line=line, wrong=(("start", "staff.bookings.import.overlaps"),))
            elif fate.prepared is not None and fate.prepared.judge is not None:
                fate = await self._beside(fate, fate.prepared.booking, fate.prepared.judge, before)
            fates.append(fate)
        return fates

    async def _beside(
        self, fate: Fate, booking: Booking, judge: Judge, before: Sequence[Booking]
    ) -> Fate:
        """A social call, judged as if the rows before it were booked: with them it may be too
        much for the month."""
        key = prisoner_key(booking.prisoner)
        slots = [
            one.slot
            for one in before
            if one.purpose is Purpose.SOCIAL and prisoner_key(one.prisoner) == key
        ]
        if not slots:
            return fate
        kept = await self._office.store.entitlements.of_booking(booking)
        found = judge(replace(kept, taken=(*kept.taken, *slots)))
        return Fate(line=fate.line, wrong=_columns(found)) if found else fate

    async def _fate(self, who: SignedIn, line: Line) -> Fate:
        reference = line.cells.get("reference", "")
        if reference:
            found = await self._office.store.bookings.by_reference(reference.upper())
            if found is not None and found.establishment == who.member.establishment.id:
                return Fate(line=line, is_there=True)
            return Fate(line=line, wrong=(("reference", "staff.bookings.import.no_such"),))
        typed = line.typed()
        purpose = next((one for one in Purpose if one.value == line.cells["purpose"]), None)
        rooms = await self._office.rooms(who)
        named = [one for one in rooms if one.name == line.cells.get("room", "")]
        wrong = []
        if purpose is None:
            wrong.append(("purpose", "staff.bookings.import.no_such_purpose"))
        if len(named) != 1:
            wrong.append(("room", "staff.bookings.import.no_such_room"))
        if line.cells.get("state", "confirmed") not in ("", "confirmed"):
            wrong.append(("state", "staff.bookings.import.state"))
        parsed = parse_booking(
            typed, establishment=who.member.establishment.id,
            purpose=purpose or Purpose.CONSULTATION, zone=self._office.said(who).zone,
            linked=await self._office.hearing(who, typed["hearing"]), is_strict=True,
        )  # fmt: skip
        wrong += [(column_of(id), key) for id, key in parsed.faults.items()]
        if wrong or parsed.draft is None:
            return Fate(line=line, wrong=tuple(wrong))
        try:
            prepared = await self._office.service.prepare(
                parsed.draft, named[0].id, who.member, waiver=typed["waiver"]
            )
        except BookingProblems as error:
            return Fate(line=line, wrong=_columns(error.problems))
        except NotFound:
            wrong = [("room", PROBLEM + Problem.ROOM_CLOSED.value)]
            return Fate(line=line, wrong=tuple(wrong))
        return Fate(line=line, prepared=prepared)

    # -- pages -----------------------------------------------------------------------------------

    def _ask(
        self, request: web.Request, who: SignedIn, faults: dict[str, str], detail: str = ""
    ) -> web.Response:
        said = self._office.said(who)
        today = to_local(self._office.clock(), said.zone).date()
        return self._edge.page(
            request, "staff_bookings_import.html", who=who, faults=faults, detail=detail,
            first=today.replace(day=1), last=today, said=said,
        )  # fmt: skip

    def _try(
        self,
        request: web.Request,
        who: SignedIn,
        fates: Sequence[Fate],
        text: str,
        is_right: bool,
        faults: dict[str, str],
    ) -> web.Response:
        return self._edge.page(
            request, "staff_bookings_trial.html", who=who, faults=faults, fates=fates, text=text,
            is_right=is_right, said=self._office.said(who),
            wrong=sum(bool(one.wrong) for one in fates),
            count=sum(one.prepared is not None for one in fates),
        )  # fmt: skip


def _columns(found: tuple[Problem, ...]) -> tuple[tuple[str, str], ...]:
    """What stands against a row, by the column that each problem is about."""
    return tuple((column_of(id), key) for id, key in faults_of(found).items())


_LONGEST = timedelta(days=EXPORT_DAYS)
