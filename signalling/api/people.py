"""The people a booking expects: each added, changed and taken away by itself. A change of one is a
change of the booking, whose version it names."""

from dataclasses import replace

from signalling.api.booking_models import expected, shown_person
from signalling.api.bookings import BookingRoutes
from signalling.api.models import BookingChanged, People, PersonFields, PersonOut
from signalling.api.problems import ApiProblem, Kind
from signalling.api.routes import Answer, Call, Route
from signalling.bookings.service import BookingService
from vmr.api_tokens import ApiScope
from vmr.bookings.booking import Booking, Expected
from vmr.bookings.draft import NEW
from vmr.ids import ExpectedId


class PeopleRoutes:
    def __init__(self, *, bookings: BookingRoutes, service: BookingService) -> None:
        self._bookings = bookings
        self._service = service

    def routes(self) -> tuple[Route, ...]:
        read, write = ApiScope.BOOKINGS_READ, ApiScope.BOOKINGS_WRITE
        every = "/bookings/{reference}/people"
        one = f"{every}/{{person}}"
        refused = frozenset({Kind.STATE, Kind.ROOM_TAKEN})
        return (
            Route(
                method="GET", path=every, name="listPeople", scope=read, answer=People,
                summary="The people a booking expects", handle=self.all, has_version=True,
            ),
            Route(
                method="POST", path=every, name="addPerson", scope=write, body=PersonFields,
                answer=BookingChanged, status=201, handle=self.add, has_version=True,
                needs_version=True, is_repeatable=True, problems=refused,
                summary="Expect somebody more",
            ),
            Route(
                method="GET", path=one, name="getPerson", scope=read, answer=PersonOut,
                summary="One of them", handle=self.one, has_version=True,
            ),
            Route(
                method="PUT", path=one, name="changePerson", scope=write, body=PersonFields,
                answer=BookingChanged, handle=self.change, has_version=True, needs_version=True,
                problems=refused, summary="Say all of one of them anew",
            ),
            Route(
                method="DELETE", path=one, name="removePerson", scope=write,
                answer=BookingChanged, handle=self.remove, has_version=True, needs_version=True,
                problems=refused, summary="Expect one of them no more; their personal link is void",
            ),
            Route(
                method="POST", path=f"{one}/link", name="renewLink", scope=write,
                answer=BookingChanged, handle=self.renew, has_version=True, is_repeatable=True,
                problems=refused, summary="A new personal link; the one before is void",
            ),
        )  # fmt: skip

    async def all(self, call: Call) -> Answer:
        booking = await self._bookings.find(call)
        people = People(items=[shown_person(one) for one in booking.people])
        return Answer(value=people, version=booking.version)

    async def one(self, call: Call) -> Answer:
        booking = await self._bookings.find(call)
        return Answer(value=shown_person(_person(call, booking)), version=booking.version)

    async def add(self, call: Call) -> Answer:
        booking = await self._bookings.seen(call)
        added = expected(call.body_as(PersonFields), NEW)
        answer = await self._amend(call, booking, (*booking.people, added))
        return replace(answer, location=f"/bookings/{booking.reference}/people")

    async def change(self, call: Call) -> Answer:
        booking = await self._bookings.seen(call)
        before = _person(call, booking)
        after = expected(call.body_as(PersonFields), before.id)
        people = (after if one is before else one for one in booking.people)
        return await self._amend(call, booking, tuple(people))

    async def remove(self, call: Call) -> Answer:
        booking = await self._bookings.seen(call)
        gone = _person(call, booking)
        people = tuple(one for one in booking.people if one is not gone)
        return await self._amend(call, booking, people)

    async def renew(self, call: Call) -> Answer:
        booking, person = await self._bookings.find(call), ExpectedId(call.path["person"])
        return await self._bookings.done(self._service.resend(booking, person, call.token))

    async def _amend(self, call: Call, booking: Booking, people: tuple[Expected, ...]) -> Answer:
        doing = self._service.amend(booking, replace(booking, people=people), call.token)
        return await self._bookings.done(doing, is_of_booking=False)


def _person(call: Call, booking: Booking) -> Expected:
    for one in booking.people:
        if one.id == call.path["person"]:
            return one
    raise ApiProblem(Kind.NOT_FOUND)
