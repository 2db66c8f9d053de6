"""The questions of a request, one a page, then the check of the answers and the sending.

Whoever asks has proven a mailbox and has no account. Of the prisoner nothing is shown but what was
typed in this session; of rooms and other bookings only at which times some room is free.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from aiohttp import web

from signalling.bookings import request_answers as answers
from signalling.bookings.changed import BookingProblems
from signalling.bookings.mailboxes import Session
from signalling.bookings.request_config import RequestConfig
from signalling.bookings.request_draft import (
    NONE,
    OTHER,
    PARTS,
    PERSON,
    PURPOSES,
    TIMES,
    RequestDraft,
    Step,
)
from signalling.bookings.request_edge import START, RequestEdge
from signalling.bookings.request_times import RequestTimes
from signalling.bookings.service import BookingService
from signalling.forms import Faults, Form
from vmr.bookings.booking import Booking, BookingState, Channel
from vmr.bookings.changes import REQUESTER
from vmr.bookings.moves import IllegalMove
from vmr.bookings.numbers import BookingNumbers
from vmr.bookings.purposes import Purpose, lengths
from vmr.bookings.rules import DAY_S, needed_notice_s
from vmr.ids import EstablishmentId
from vmr.rooms import Establishment
from vmr.store import BookingStore, Conflict

PEOPLE = f"{START}/{Step.PEOPLE.value}"
CHECK, SENT = f"{START}/{Step.CHECK.value}", f"{START}/sent"
FILLED_IN_S = 30 * 60
"""A free time is offered only if it may still be asked for when the form has been filled in."""
_SIMPLE: dict[Step, Callable[[RequestDraft, Form], Faults]] = {
    Step.PRISONER: answers.take_prisoner,
    Step.NAME: answers.take_name,
    Step.NOTE: answers.take_note,
}


class Store(Protocol):
    """What of `vmr.store.Store` this needs."""

    @property
    def bookings(self) -> BookingStore: ...

    async def establishments(self) -> Sequence[Establishment]: ...


class RequestPages:
    """`mail_domains` are those letters may go to; empty: all."""

    def __init__(
        self,
        *,
        edge: RequestEdge,
        store: Store,
        service: BookingService,
        times: RequestTimes,
        config: RequestConfig,
        numbers: BookingNumbers,
        mail_domains: tuple[str, ...],
    ) -> None:
        self._edge = edge
        self._store = store
        self._service = service
        self._times = times
        self._config = config
        self._numbers = numbers
        self._mail_domains = mail_domains
        self._sending = asyncio.Lock()

    def add_to(self, app: web.Application) -> None:
        add = app.router.add_route
        for step in (Step.PURPOSE, Step.LENGTH, *TIMES, *_SIMPLE):
            path = f"{START}/{step.value}"
            add("GET", path, self._asking(step))
            add("POST", path, self._taking(step))
        add("GET", PEOPLE, self.people)
        add("POST", PEOPLE, self.take_people)
        for path in (f"{PEOPLE}/new", PEOPLE + r"/{number:\d{1,2}}"):
            add("GET", path, self.person)
            add("POST", path, self.take_person)
        add("POST", PEOPLE + r"/{number:\d{1,2}}/remove", self.remove_person)
        add("GET", CHECK, self.check)
        add("POST", CHECK, self.send)
        add("GET", SENT, self.sent)

    # -- one question a page ------------------------------------------------------------------

    def _asking(self, step: Step) -> Any:
        async def ask(request: web.Request) -> web.StreamResponse:
            session, at = await self._at(request, step)
            return await self._ask(request, step, session, at, {})

        return ask

    def _taking(self, step: Step) -> Any:
        async def take(request: web.Request) -> web.StreamResponse:
            session, at = await self._at(request, step)
            form = await self._form(request, session, step, at)
            faults = await self._take(step, session.draft, form, at)
            if faults:
                self._demand_turn(session, step, at)
                return await self._ask(request, step, session, at, faults)
            return self._next(session)

        return take

    async def _take(self, step: Step, draft: RequestDraft, form: Form, at: Establishment) -> Faults:
        if step is Step.PURPOSE:
            return answers.take_purpose(draft, form, self._numbers)
        if step is Step.LENGTH:
            return answers.take_length(draft, form, self._numbers)
        if step in TIMES:
            return await self._take_time(draft, TIMES.index(step), form, at)
        return _SIMPLE[step](draft, form)

    async def _take_time(
        self, draft: RequestDraft, number: int, form: Form, at: Establishment
    ) -> Faults:
        faults = answers.take_time(draft, number, form, ZoneInfo(at.zone))
        slot = draft.times[number].slot
        if faults or slot is None:
            return faults
        field = "day" if draft.times[number].chosen == OTHER else "chosen"
        key = answers.slot_fault(
            slot, draft.slots_but(number), draft.channel, self._numbers, self._edge.clock()
        )
        if not key and not await self._times.is_free(at.id, Purpose(draft.purpose), slot):
            key = "request.time.taken"
        if draft.times[number].slot != slot:  # another tab has asked for another length
            return {field: "request.time.missing"}
        if key:
            draft.times[number].slot = None
            return {field: key}
        draft.answered.add(TIMES[number])
        return {}

    async def _ask(
        self, request: web.Request, step: Step, session: Session, at: Establishment, faults: Faults
    ) -> web.Response:
        draft = session.draft
        said: dict[str, Any] = {}
        template = f"request_{step.name.lower()}.html"
        if step is Step.PURPOSE:
            said["purposes"] = [one.value for one in PURPOSES[draft.channel]]
        elif step is Step.LENGTH:
            said["lengths"] = lengths(Purpose(draft.purpose), self._numbers)
        elif step in TIMES:
            template, number = "request_time.html", TIMES.index(step)
            said = await self._of_time(request, draft, number, at)
            self._demand_turn(session, step, at)
        return self._page(request, template, session, at, step, faults, **said)

    async def _of_time(
        self, request: web.Request, draft: RequestDraft, number: int, at: Establishment
    ) -> dict[str, Any]:
        typed, zone = draft.times[number], ZoneInfo(at.zone)
        now = self._edge.clock()
        earliest = now + needed_notice_s(draft.channel, self._numbers)
        wanted = answers.wanted_at(typed, zone)
        if wanted is not None and wanted > now + self._numbers.ahead_days * DAY_S:
            wanted = None
        offered = await self._times.offered(
            at.id,
            Purpose(draft.purpose),
            int(draft.minutes),
            max(earliest + FILLED_IN_S, wanted or 0.0),
            draft.slots_but(number),
        )
        return {
            "number": number,
            "typed": typed,
            "offered": [
                (f"{one.starts_at:.0f}", self._edge.when(request, one, at)) for one in offered
            ],
            "other": OTHER,
            "none": NONE if number and draft.channel is Channel.COURT else "",
            "chosen_slot": "" if typed.slot is None else self._edge.when(request, typed.slot, at),
            "is_later": wanted is not None and wanted > earliest,
        }

    # -- the people ---------------------------------------------------------------------------

    async def people(self, request: web.Request) -> web.StreamResponse:
        session, at = await self._at(request, Step.PEOPLE)
        if not session.draft.people:
            return self._edge.go(f"{PEOPLE}/new")
        return self._page(request, "request_people.html", session, at, Step.PEOPLE, {})

    async def take_people(self, request: web.Request) -> web.StreamResponse:
        session, at = await self._at(request, Step.PEOPLE)
        await self._form(request, session, Step.PEOPLE, at)
        faults = answers.take_people(session.draft)
        if faults:
            template = "request_people.html"
            return self._page(request, template, session, at, Step.PEOPLE, faults)
        return self._next(session)

    async def person(self, request: web.Request) -> web.StreamResponse:
        session, at = await self._at(request, Step.PEOPLE)
        draft, number = session.draft, _number(request)
        if number is None and len(draft.people) >= draft.persons_max:
            raise web.HTTPSeeOther(PEOPLE)
        if number is not None and number >= len(draft.people):
            raise web.HTTPSeeOther(PEOPLE)
        typed = dict.fromkeys(PERSON, "") if number is None else draft.people[number]
        if number is None and not draft.people:  # most come themselves
            typed |= {"name": draft.name, "email": session.mailbox}
        return self._person(request, session, at, typed, {})

    async def take_person(self, request: web.Request) -> web.StreamResponse:
        session, at = await self._at(request, Step.PEOPLE)
        form = await self._form(request, session, Step.PEOPLE, at)
        draft, number = session.draft, _number(request)
        if number is None and len(draft.people) >= draft.persons_max:
            raise web.HTTPSeeOther(PEOPLE)
        typed, faults = answers.take_person(draft, form, self._mail_domains)
        if faults:
            return self._person(request, session, at, typed, faults)
        draft.answered.discard(Step.PEOPLE)
        if number is None or number >= len(draft.people):
            draft.people.append(typed)
        else:
            draft.people[number] = typed
        return self._edge.go(PEOPLE)

    async def remove_person(self, request: web.Request) -> web.StreamResponse:
        session, at = await self._at(request, Step.PEOPLE)
        await self._form(request, session, Step.PEOPLE, at)
        draft, number = session.draft, _number(request)
        if number is not None and number < len(draft.people):
            del draft.people[number]
            draft.answered.discard(Step.PEOPLE)
        return self._edge.go(PEOPLE)

    def _person(
        self, request: web.Request, session: Session, at: Establishment, typed: dict[str, str],
        faults: Faults,
    ) -> web.Response:  # fmt: skip
        number = _number(request)
        return self._page(
            request, "request_person.html", session, at, Step.PEOPLE, faults,
            typed=typed, parts=[one.value for one in PARTS], number=number,
            ids=[one.value for one in session.draft.ids_to_bring],
        )  # fmt: skip

    # -- the check, and off it goes -----------------------------------------------------------

    async def check(self, request: web.Request) -> web.StreamResponse:
        session, at = await self._at(request, Step.CHECK)
        return await self._check(request, session, at, {})

    async def send(self, request: web.Request) -> web.StreamResponse:
        """One at a time: what was counted and checked still holds when it is kept."""
        self._edge.session(request)
        form = await self._edge.form(request)
        async with self._sending:
            return await self._send(request, form)

    async def _send(self, request: web.Request, form: Form) -> web.StreamResponse:
        session = self._edge.session(request)
        if session.sent and session.draft.establishment is None:  # pressed twice
            return self._edge.go(SENT)
        session, at = await self._at(request, Step.CHECK)
        if form.get("agreed") != "yes":
            return await self._check(request, session, at, {"agreed": "request.check.agree"})
        draft = session.draft  # as it is complete now: another tab may go on with it
        note = self._edge.texts.get("request.note.from", note=draft.note) if draft.note else ""
        asked = draft.draft(session.mailbox, note)
        replaced = await self._replaced(session)
        if await self._has_too_many(session, replaced):
            return await self._check(request, session, at, {"send": "request.check.too_many"})
        try:
            changed = await self._service.request(asked, REQUESTER)
        except BookingProblems as problems:
            faults = {f"send-{one.value}": f"request.problem.{one.value}"
                      for one in problems.problems}  # fmt: skip
            return await self._check(request, session, at, faults)
        session.draft, session.sent = RequestDraft(), changed.booking.reference
        await self._take_back(replaced, changed.booking.reference)
        return self._edge.go(SENT)

    async def _has_too_many(self, session: Session, replaced: Booking | None) -> bool:
        waiting = await self._store.bookings.count_waiting(session.mailbox)
        if replaced is not None and replaced.state is BookingState.REQUESTED:
            waiting -= 1
        return waiting >= self._config.open_max

    async def sent(self, request: web.Request) -> web.StreamResponse:
        session = self._edge.session(request)
        if not session.sent:
            raise web.HTTPSeeOther(START)
        booking = await self._store.bookings.by_reference(session.sent)
        known = await self._store.establishments()
        at = next((one for one in known if booking and one.id == booking.establishment), None)
        return self._edge.page(request, "request_sent.html", reference=session.sent, at=at)

    async def _check(
        self, request: web.Request, session: Session, at: Establishment, faults: Faults
    ) -> web.Response:
        draft = session.draft
        times = [
            "" if one.slot is None else self._edge.when(request, one.slot, at)
            for one in draft.times
        ]
        replaced = await self._replaced(session)
        self._demand_turn(session, Step.CHECK, at)
        return self._page(
            request, "request_check.html", session, at, Step.CHECK, faults,
            times=list(zip([one.value for one in TIMES], times, strict=True)),
            replaced=replaced,
        )  # fmt: skip

    async def _replaced(self, session: Session) -> Booking | None:
        """The booking this is a change of, while it still stands and is this mailbox's."""
        if session.draft.replaces is None:
            return None
        found = await self._store.bookings.booking(session.draft.replaces)
        if found is None or found.is_over:
            return None
        return found if found.requester_email.lower() == session.mailbox else None

    async def _take_back(self, replaced: Booking | None, reference: str) -> None:
        """The request that was replaced. Staff may have decided it just now: then it stays."""
        if replaced is None:
            return
        reason = self._edge.texts.get("request.state.replaced", reference=reference)
        try:
            await self._service.cancel(replaced, reason, REQUESTER)
        except (Conflict, IllegalMove):
            return

    # -- the parts of the above ---------------------------------------------------------------

    async def _at(self, request: web.Request, step: Step) -> tuple[Session, Establishment]:
        """The session whose turn this question is, or was; others are sent to theirs."""
        session = self._edge.session(request)
        known = {one.id: one for one in await self._store.establishments() if one.takes_requests}
        at = known.get(session.draft.establishment or EstablishmentId(""))
        if at is None:
            raise web.HTTPSeeOther(START)
        self._demand_turn(session, step, at)
        return session, at

    async def _form(
        self, request: web.Request, session: Session, step: Step, at: Establishment
    ) -> Form:
        """What was typed. While it was on its way another tab may have begun anew, or gone back:
        then it answers nothing, and leads to the question whose turn it is."""
        form = await self._edge.form(request)
        self._demand_turn(session, step, at)
        return form

    def _demand_turn(self, session: Session, step: Step, at: Establishment) -> None:
        """Asked again after each wait, before the draft is relied on."""
        draft = session.draft
        if draft.establishment != at.id:
            raise web.HTTPSeeOther(START)
        asked = list(Step)
        if asked.index(step) > asked.index(draft.next_step()):
            raise web.HTTPSeeOther(f"{START}/{draft.next_step().value}")

    def _next(self, session: Session) -> web.Response:
        return self._edge.go(f"{START}/{session.draft.next_step().value}")

    def _page(
        self, request: web.Request, template: str, session: Session, at: Establishment,
        step: Step, faults: Faults, **said: Any,
    ) -> web.Response:  # fmt: skip
        before = session.draft.before(step)
        return self._edge.page(
            request,
            template,
            faults=faults,
            draft=session.draft,
            at=at,
            back=START if before is None else f"{START}/{before.value}",
            notice_h=0 if session.draft.channel is Channel.COURT else self._numbers.notice_h,
            **said,
        )


def _number(request: web.Request) -> int | None:
    """Which person; None: a new one."""
    said = request.match_info.get("number")
    return None if said is None else int(said)
