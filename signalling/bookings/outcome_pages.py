"""What became of slots: those that wait for review, one of them, and what a clerk says of it.

What is another establishment's is answered as what does not exist.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from aiohttp import web

from signalling.bookings.office import REFERENCE, Office
from signalling.bookings.settling import settle
from signalling.forms import Faults, Form
from signalling.whole import parse_whole
from vmr.bookings.booking import Booking
from vmr.bookings.outcomes import (
    CausedBy,
    Outcome,
    OutcomeProblem,
    OutcomeProblems,
    SlotOutcome,
    Verdict,
)
from vmr.ids import MeetingId
from vmr.rooms import Room
from vmr.staff import StaffPermission
from vmr.store import Conflict, SignedIn

OUTCOMES = "/staff/outcomes"
READ_RECORDS = StaffPermission.READ_RECORDS
PAGE = 25
PAGES_MAX = 10_000
PROBLEM = "staff.outcomes.problem."
CHANGED = "staff.outcomes.changed"
_FIELD_OF = {
    OutcomeProblem.CAUSE_MISSING: "cause",
    OutcomeProblem.CAUSE_WITHOUT_REASON: "cause",
    OutcomeProblem.NOTE_TOO_LONG: "note",
    OutcomeProblem.NOT_OVER: "outcome",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A slot with what became of it, and where that is told at length."""

    booking: Booking
    room: Room | None
    outcome: SlotOutcome
    meetings: tuple[MeetingId, ...]
    before: Booking | None
    after: tuple[Booking, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The form as it was filled in, or as it is offered."""

    outcome: str
    cause: str
    note: str


class OutcomePages:
    def __init__(self, office: Office) -> None:
        self._office = office
        self._edge = office.edge
        self._store = office.store

    def add_to(self, app: web.Application) -> None:
        add = self._edge.add_route
        add(app, "GET", OUTCOMES, self.list)
        add(app, "GET", f"{OUTCOMES}/{REFERENCE}", self.show)
        add(app, "POST", f"{OUTCOMES}/{REFERENCE}", self.settle)

    async def list(self, request: web.Request) -> web.StreamResponse:
        who = await self._office.clerk(request)
        at, page = who.member.establishment.id, _page(request)
        waiting, count = await self._store.outcomes.waiting(
            at, limit=PAGE, offset=(page - 1) * PAGE
        )
        rooms = {one.id: one for one in await self._store.rooms_of(at)}
        return self._edge.page(
            request, "staff_outcomes.html", who=who, waiting=waiting, count=count, rooms=rooms,
            page=page, has_more=page * PAGE < count, said=self._office.said(who),
        )  # fmt: skip

    async def show(self, request: web.Request) -> web.StreamResponse:
        who = await self._office.clerk(request)
        found = await self._found(request, who)
        return await self._show(request, who, found, _offered(found.outcome), {})

    async def settle(self, request: web.Request) -> web.StreamResponse:
        """What is said of a version that is not the one now is asked for again."""
        who = await self._office.clerk(request)
        form = await self._edge.form(request)
        found = await self._found(request, who)
        typed = _typed(form)
        if form.get("version", "") != str(found.outcome.version):
            return await self._show(request, who, found, typed, {"outcome": CHANGED})
        outcome = next((one for one in Outcome if one.value == typed.outcome), None)
        if outcome is None:
            faults = {"outcome": "staff.outcomes.outcome_missing"}
            return await self._show(request, who, found, typed, faults)
        cause = next((one for one in CausedBy if one.value == typed.cause), None)
        verdict = Verdict(outcome=outcome, cause=cause, note=typed.note)
        try:
            await settle(
                self._store.outcomes, found.booking, found.outcome, verdict, by=who.member,
                at=self._office.clock(),
            )  # fmt: skip
        except OutcomeProblems as error:
            return await self._show(request, who, found, typed, _faults(error.problems))
        except Conflict:
            found = await self._found(request, who)
            return await self._show(request, who, found, typed, {"outcome": CHANGED})
        return self._edge.go(f"{OUTCOMES}/{found.booking.reference}")

    async def _found(self, request: web.Request, who: SignedIn) -> Found:
        booking = await self._office.booking(request, who)
        outcome = await self._store.outcomes.outcome(booking.id)
        if outcome is None:
            raise web.HTTPNotFound
        bookings = self._store.bookings
        return Found(
            booking=booking,
            room=None if booking.room is None else await self._store.room(booking.room),
            outcome=outcome,
            meetings=await self._store.outcomes.meetings_of(booking.id),
            before=None if booking.rebooks is None else await bookings.booking(booking.rebooks),
            after=await bookings.rebooked(booking.id),
        )

    async def _show(
        self, request: web.Request, who: SignedIn, found: Found, typed: Typed, faults: Faults
    ) -> web.Response:
        waiting, _count = await self._store.outcomes.waiting(who.member.establishment.id, limit=2)
        others = (one.booking for one in waiting if one.booking.id != found.booking.id)
        return self._edge.page(
            request, "staff_outcome.html", who=who, faults=faults, found=found, typed=typed,
            outcomes=[one.value for one in Outcome], causes=[one.value for one in CausedBy],
            said=self._office.said(who), next=next(others, None),
            may_read=who.member.may(READ_RECORDS),
        )  # fmt: skip


def _offered(outcome: SlotOutcome) -> Typed:
    cause = "" if outcome.cause is None else outcome.cause.value
    return Typed(outcome=outcome.outcome.value, cause=cause, note=outcome.note)


def _typed(form: Form) -> Typed:
    return Typed(
        outcome=form.get("outcome", ""),
        cause=form.get("cause", ""),
        note=form.get("note", "").replace("\r\n", "\n").replace("\0", "").strip(),
    )


def _faults(problems: Iterable[OutcomeProblem]) -> Faults:
    """The first of each field."""
    faults: Faults = {}
    for one in problems:
        faults.setdefault(_FIELD_OF[one], PROBLEM + one.value)
    return faults


def _page(request: web.Request) -> int:
    asked = parse_whole(request.query.get("page", "")) or 1
    return min(asked, PAGES_MAX)
