"""Rooms: which there are, and when they are free."""

from pydantic import Field

from signalling.api.models import FreeTimes, RoomList, RoomOut
from signalling.api.problems import ApiProblem, Kind
from signalling.api.routes import Answer, Call, Route
from signalling.api.values import Query, Time, span_of
from signalling.bookings.service import BookingService
from signalling.seams import Clock, Store
from vmr.api_tokens import ApiScope
from vmr.bookings.numbers import LONGEST_MIN
from vmr.ids import RoomId
from vmr.rooms import Room


class FreeQuery(Query):
    minutes: int = Field(ge=1, le=LONGEST_MIN)
    earliest: Time | None = Field(None, description="From when on; now when left out.")
    count: int = Field(10, ge=1, le=50)


class RoomRoutes:
    def __init__(self, *, store: Store, bookings: BookingService, clock: Clock) -> None:
        self._store = store
        self._bookings = bookings
        self._clock = clock

    def routes(self) -> tuple[Route, ...]:
        read = ApiScope.ROOMS_READ
        return (
            Route(
                method="GET", path="/rooms", name="listRooms", scope=read, answer=RoomList,
                summary="The rooms of the establishment, closed ones too", handle=self.all,
            ),
            Route(
                method="GET", path="/rooms/{room}", name="getRoom", scope=read, answer=RoomOut,
                summary="One room", handle=self.one,
            ),
            Route(
                method="GET", path="/rooms/{room}/free", name="listFreeTimes", scope=read,
                answer=FreeTimes, query=FreeQuery, handle=self.free,
                summary="The next times when a room is free, the earliest first",
            ),
        )  # fmt: skip

    async def all(self, call: Call) -> Answer:
        found = await self._store.rooms_of(call.token.establishment.id)
        return Answer(value=RoomList(items=[_shown(one) for one in found]))

    async def one(self, call: Call) -> Answer:
        return Answer(value=_shown(await self._room(call)))

    async def free(self, call: Call) -> Answer:
        query, now = call.query_as(FreeQuery), self._clock()
        earliest = now if query.earliest is None else max(now, query.earliest.timestamp())
        room = await self._room(call)
        found = await self._bookings.free_in(room, query.minutes, earliest, count=query.count)
        return Answer(value=FreeTimes(items=[span_of(one) for one in found]))

    async def _room(self, call: Call) -> Room:
        room = await self._store.room(RoomId(call.path["room"]))
        if room is None or room.establishment.id != call.token.establishment.id:
            raise ApiProblem(Kind.NOT_FOUND)
        return room


def _shown(room: Room) -> RoomOut:
    return RoomOut(id=room.id, name=room.name, policy=room.policy, is_closed=room.is_closed)
