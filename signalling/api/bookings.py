"""Bookings: found, made, changed and decided, in the same one way as by pages."""

from collections.abc import Awaitable, Iterable, Mapping

from pydantic import Field

from signalling.api.booking_models import draft_of, patched, shown, shown_change
from signalling.api.models import (
    BookingChanged,
    BookingIn,
    BookingOut,
    BookingPage,
    BookingPatch,
    ConfirmIn,
    ReasonIn,
)
from signalling.api.paging import days, next_of
from signalling.api.problems import ApiProblem, Fault, Kind
from signalling.api.routes import Answer, Call, Route
from signalling.api.values import Day, Id, PageQuery, Text, cut, place_of
from signalling.bookings.changed import BookingProblems, Changed
from signalling.bookings.service import BookingService
from signalling.errors import SENTENCES
from signalling.texts import Texts
from vmr.api_tokens import ApiScope
from vmr.bookings.booking import Booking, BookingState
from vmr.bookings.moves import IllegalMove
from vmr.bookings.rules import Problem
from vmr.ids import BookingId, RoomId
from vmr.store import ApiStore, BookingStore, NotFound
from vmr.store.api_pages import Place

SENTENCE = "staff.bookings.problem."
"""With a problem's value the key of its sentence, as pages say it."""
_P = Problem
POINTERS: dict[Problem, str] = {
    **dict.fromkeys((_P.IN_THE_PAST, _P.TOO_FAR_AHEAD, _P.SHORT_NOTICE, _P.WRONG_LENGTH), "/slot"),
    **dict.fromkeys((_P.ALTERNATIVES_OVERLAP, _P.TOO_MANY_ALTERNATIVES), "/alternatives"),
    **dict.fromkeys(
        (_P.NOBODY_EXPECTED, _P.TOO_MANY_EXPECTED, _P.TOO_MANY_OUTSIDE, _P.NAME_MISSING,
         _P.MINOR_ALONE, _P.INTERPRETER_WITHOUT_LANGUAGE),
        "/people",
    ),
    **dict.fromkeys(
        (_P.ROOM_OF_ANOTHER_POLICY, _P.ROOM_CLOSED, _P.ROOM_SHUT, _P.ROOM_TAKEN), "/room"
    ),
    **dict.fromkeys(
        (_P.LINK_OF_ANOTHER_PURPOSE, _P.NO_SUCH_HEARING, _P.AFTER_ITS_HEARING,
         _P.BEFORE_ITS_HEARING),
        "/linked",
    ),
    _P.PRISONER_MISSING: "/prisoner",
    _P.REASON_MISSING: "/reason",
}  # fmt: skip
"""Where the problem is; what may be in several places points at the whole."""


class BookingQuery(PageQuery):
    first_day: Day | None = Field(None, description="On the establishment's clock.")
    last_day: Day | None = Field(None, description="Included.")
    room: Id | None = None
    state: BookingState | None = None
    search: Text = Field("", description="Words of names, addresses and references.")


class BookingRoutes:
    def __init__(
        self, *, api: ApiStore, bookings: BookingStore, service: BookingService, texts: Texts
    ) -> None:
        self._api = api
        self._bookings = bookings
        self._service = service
        self._texts = texts

    def routes(self) -> tuple[Route, ...]:
        read, write = ApiScope.BOOKINGS_READ, ApiScope.BOOKINGS_WRITE
        one = "/bookings/{reference}"
        refused = frozenset({Kind.STATE, Kind.ROOM_TAKEN})
        return (
            Route(
                method="GET", path="/bookings", name="listBookings", scope=read,
                answer=BookingPage, query=BookingQuery, handle=self.all,
                summary="Bookings of the establishment, the earliest slot first",
            ),
            Route(
                method="POST", path="/bookings", name="makeBooking", scope=write, status=201,
                answer=BookingChanged, body=BookingIn, handle=self.make, has_version=True,
                is_repeatable=True, problems=refused,
                summary="Book a room, or (without one) ask for a slot",
            ),
            Route(
                method="GET", path=one, name="getBooking", scope=read, answer=BookingOut,
                summary="One booking", handle=self.one, has_version=True,
            ),
            Route(
                method="PATCH", path=one, name="amendBooking", scope=write, body=BookingPatch,
                answer=BookingChanged, handle=self.amend, has_version=True, needs_version=True,
                problems=refused, summary="Change a booking; only what is given changes",
            ),
            Route(
                method="POST", path=f"{one}/confirm", name="confirmBooking", scope=write,
                body=ConfirmIn, answer=BookingChanged, handle=self.confirm, has_version=True,
                needs_version=True, is_repeatable=True, problems=refused,
                summary="Give a request a room and a slot",
            ),
            Route(
                method="POST", path=f"{one}/refuse", name="refuseBooking", scope=write,
                body=ReasonIn, answer=BookingChanged, handle=self.refuse, has_version=True,
                needs_version=True, is_repeatable=True, problems=refused,
                summary="Refuse a request, with the reason",
            ),
            Route(
                method="POST", path=f"{one}/cancel", name="cancelBooking", scope=write,
                body=ReasonIn, answer=BookingChanged, handle=self.cancel, has_version=True,
                needs_version=True, is_repeatable=True, problems=refused,
                summary="Cancel a booking, with the reason; its personal links are void",
            ),
        )  # fmt: skip

    async def all(self, call: Call) -> Answer:
        query = call.query_as(BookingQuery)
        found = await self._api.bookings(
            call.token.establishment.id,
            span=days(query.first_day, query.last_day, call.token.establishment.zone),
            room=None if query.room is None else RoomId(query.room),
            state=query.state,
            text=query.search,
            after=place_of(query.cursor),
            limit=query.limit + 1,
        )
        page, cursor = cut(found, query.limit, lambda one: Place(one.slot.starts_at, one.id))
        return Answer(
            value=BookingPage(items=[shown(one) for one in page], next=next_of(call, cursor))
        )

    async def one(self, call: Call) -> Answer:
        booking = await self.find(call)
        return Answer(value=shown(booking), version=booking.version)

    async def make(self, call: Call) -> Answer:
        said, id = call.body_as(BookingIn), BookingId(call.new_id)
        there = await self._bookings.booking(id) if call.is_again else None
        if there is not None:
            return _changed(Changed(booking=there), is_new=True)
        draft = draft_of(said, call.token.establishment.id)
        if said.room is None:
            making = self._service.request(draft, call.token, waiver=said.waiver, id=id)
        else:
            room = RoomId(said.room)
            making = self._service.make(draft, room, call.token, waiver=said.waiver, id=id)
        return await self.done(making, is_new=True, names_room=True)

    async def amend(self, call: Call) -> Answer:
        said, booking = call.body_as(BookingPatch), await self.seen(call)
        after = patched(booking, said)
        doing = self._service.amend(booking, after, call.token, waiver=said.waiver)
        return await self.done(doing, names_room=True)

    async def confirm(self, call: Call) -> Answer:
        said, booking = call.body_as(ConfirmIn), await self.seen(call)
        slot = booking.slot if said.slot is None else said.slot.interval("/slot")
        room = RoomId(said.room)
        return await self.done(
            self._service.confirm(booking, room, slot, call.token, waiver=said.waiver),
            names_room=True,
        )

    async def refuse(self, call: Call) -> Answer:
        said, booking = call.body_as(ReasonIn), await self.seen(call)
        return await self.done(self._service.refuse(booking, said.reason, call.token))

    async def cancel(self, call: Call) -> Answer:
        said, booking = call.body_as(ReasonIn), await self.seen(call)
        return await self.done(self._service.cancel(booking, said.reason, call.token))

    async def find(self, call: Call) -> Booking:
        booking = await self._bookings.by_reference(call.path["reference"])
        if booking is None or booking.establishment != call.token.establishment.id:
            raise ApiProblem(Kind.NOT_FOUND)
        return booking

    async def seen(self, call: Call) -> Booking:
        """The booking as its changer has seen it."""
        booking = await self.find(call)
        if booking.version != call.version:
            raise ApiProblem(Kind.CHANGED)
        return booking

    async def done(
        self,
        doing: Awaitable[Changed],
        *,
        is_new: bool = False,
        names_room: bool = False,
        is_of_booking: bool = True,
    ) -> Answer:
        """`names_room`: what may not be found is the room that the body names. `is_of_booking`:
        the body is a booking, into which problems can point."""
        try:
            changed = await doing
        except NotFound:
            if not names_room:
                raise
            fault = Fault(code="unknown_room", pointer="/room", detail=SENTENCES["unknown_room"])
            raise ApiProblem(Kind.INVALID, errors=(fault,)) from None
        except BookingProblems as error:
            raise self._told(error.problems, POINTERS if is_of_booking else {}) from None
        except IllegalMove:
            raise ApiProblem(Kind.STATE) from None
        return _changed(changed, is_new=is_new)

    def _told(self, found: Iterable[Problem], pointers: Mapping[Problem, str]) -> ApiProblem:
        problems = tuple(found)
        kind = Kind.ROOM_TAKEN if problems == (Problem.ROOM_TAKEN,) else Kind.INVALID
        faults = tuple(
            Fault(
                code=one.value,
                pointer=pointers.get(one, ""),
                detail=self._texts.get(SENTENCE + one.value),
            )
            for one in problems
        )
        return ApiProblem(kind, errors=faults)


def _changed(changed: Changed, *, is_new: bool) -> Answer:
    booking = changed.booking
    location = f"/bookings/{booking.reference}" if is_new else ""
    return Answer(value=shown_change(changed), version=booking.version, location=location)
