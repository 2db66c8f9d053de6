"""What became of slots: read, and settled in the same one way as by pages."""

from pydantic import Field

from signalling.api.outcome_models import OutcomeIn, OutcomeOut, OutcomePage, shown
from signalling.api.paging import days, next_of
from signalling.api.problems import ApiProblem, Fault, Kind
from signalling.api.routes import Answer, Call, Route
from signalling.api.values import Day, Id, PageQuery, cut, place_of
from signalling.bookings.settling import settle
from signalling.seams import Clock, Store
from signalling.texts import Texts
from vmr.api_tokens import ApiScope
from vmr.bookings.booking import Booking
from vmr.bookings.outcomes import Outcome, OutcomeProblem, OutcomeProblems, SlotOutcome, Verdict
from vmr.ids import RoomId
from vmr.store import Reviewed, WantedOutcomes
from vmr.store.api_pages import Place

SENTENCE = "staff.outcomes.problem."
"""With a problem's value the key of its sentence, as pages say it."""
POINTERS = {
    OutcomeProblem.CAUSE_MISSING: "/cause",
    OutcomeProblem.CAUSE_WITHOUT_REASON: "/cause",
    OutcomeProblem.NOTE_TOO_LONG: "/note",
    OutcomeProblem.NOT_OVER: "/outcome",
}


class OutcomeQuery(PageQuery):
    first_day: Day | None = Field(
        None, description="When the slot begins, on the establishment's clock."
    )
    last_day: Day | None = Field(None, description="Included.")
    room: Id | None = None
    outcome: Outcome | None = None
    is_settled: bool | None = Field(
        None, description="false: those that wait for somebody to settle them."
    )


class OutcomeRoutes:
    def __init__(self, *, store: Store, texts: Texts, clock: Clock) -> None:
        self._store = store
        self._texts = texts
        self._clock = clock

    def routes(self) -> tuple[Route, ...]:
        read, write = ApiScope.OUTCOMES_READ, ApiScope.OUTCOMES_WRITE
        one = "/bookings/{reference}/outcome"
        return (
            Route(
                method="GET", path="/outcomes", name="listOutcomes", scope=read,
                answer=OutcomePage, query=OutcomeQuery, handle=self.all,
                summary="What became of slots, proposed or settled, the earliest slot first."
                " Notes and names come with the scope bookings.read alone",
            ),
            Route(
                method="GET", path=one, name="getOutcome", scope=read, answer=OutcomeOut,
                summary="What became of one slot; not found until it is over or cancelled",
                handle=self.one, has_version=True,
            ),
            Route(
                method="PUT", path=one, name="settleOutcome", scope=write, body=OutcomeIn,
                answer=OutcomeOut, handle=self.settle, has_version=True, needs_version=True,
                summary="Say what became of a slot, in place of the proposal or of what was"
                " said before",
            ),
        )  # fmt: skip

    async def all(self, call: Call) -> Answer:
        query = call.query_as(OutcomeQuery)
        wanted = WantedOutcomes(
            span=days(query.first_day, query.last_day, call.token.establishment.zone),
            room=None if query.room is None else RoomId(query.room),
            outcome=query.outcome,
            is_settled=query.is_settled,
            after=place_of(query.cursor),
        )
        found = await self._store.outcomes.page(
            call.token.establishment.id, wanted, limit=query.limit + 1
        )
        page, cursor = cut(found, query.limit, _place)
        items = [shown(one, has_names=_has_names(call)) for one in page]
        return Answer(value=OutcomePage(items=items, next=next_of(call, cursor)))

    async def one(self, call: Call) -> Answer:
        booking, outcome = await self._found(call)
        return await self._answer(call, booking, outcome)

    async def settle(self, call: Call) -> Answer:
        said = call.body_as(OutcomeIn)
        booking, before = await self._found(call)
        if before.version != call.version:
            raise ApiProblem(Kind.CHANGED)
        verdict = Verdict(outcome=said.outcome, cause=said.cause, note=said.note)
        try:
            settled = await settle(
                self._store.outcomes, booking, before, verdict, by=call.token, at=self._clock()
            )
        except OutcomeProblems as error:
            raise self._told(error) from None
        return await self._answer(call, booking, settled)

    async def _answer(self, call: Call, booking: Booking, outcome: SlotOutcome) -> Answer:
        meetings = await self._store.outcomes.meetings_of(booking.id)
        found = Reviewed(booking=booking, outcome=outcome, meetings=meetings)
        return Answer(value=shown(found, has_names=_has_names(call)), version=outcome.version)

    async def _found(self, call: Call) -> tuple[Booking, SlotOutcome]:
        booking = await self._store.bookings.by_reference(call.path["reference"])
        if booking is None or booking.establishment != call.token.establishment.id:
            raise ApiProblem(Kind.NOT_FOUND)
        outcome = await self._store.outcomes.outcome(booking.id)
        if outcome is None:
            raise ApiProblem(Kind.NOT_FOUND)
        return booking, outcome

    def _told(self, error: OutcomeProblems) -> ApiProblem:
        faults = tuple(
            Fault(
                code=one.value, pointer=POINTERS[one], detail=self._texts.get(SENTENCE + one.value)
            )
            for one in error.problems
        )
        return ApiProblem(Kind.INVALID, errors=faults)


def _has_names(call: Call) -> bool:
    return call.token.may(ApiScope.BOOKINGS_READ)


def _place(one: Reviewed) -> Place:
    return Place(one.booking.slot.starts_at, one.booking.id)
