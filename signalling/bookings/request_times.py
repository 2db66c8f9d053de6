"""Free times as who asks may see them: of no room in particular, and nothing of what is booked."""

from collections.abc import Sequence
from typing import Protocol

from signalling.bookings.service import BookingService
from vmr.bookings.purposes import POLICY_OF, Purpose
from vmr.bookings.rules import DAY_S, is_available
from vmr.bookings.times import Interval, overlapping
from vmr.ids import EstablishmentId
from vmr.rooms import Room
from vmr.store import BookingStore

OFFERED = 6


class Store(Protocol):
    """What of `vmr.store.Store` this needs."""

    @property
    def bookings(self) -> BookingStore: ...

    async def rooms_of(self, establishment: EstablishmentId) -> Sequence[Room]: ...


class RequestTimes:
    def __init__(self, *, store: Store, service: BookingService) -> None:
        self._store = store
        self._service = service

    async def offered(
        self, establishment: EstablishmentId, purpose: Purpose, minutes: int, earliest: float,
        others: Sequence[Interval],
    ) -> tuple[Interval, ...]:  # fmt: skip
        """The next times at which some room of this purpose is free, without `others`."""
        rooms = len(await self._rooms(establishment, purpose))
        if rooms == 0:
            return ()
        count = rooms * (OFFERED + 2 * len(others))
        found = await self._service.free(establishment, purpose, minutes, earliest, count=count)
        times = sorted({slot for _, slot in found if overlapping(slot, others) is None})
        return tuple(times[:OFFERED])

    async def is_free(
        self, establishment: EstablishmentId, purpose: Purpose, slot: Interval
    ) -> bool:
        """Whether some room of this purpose is open and free throughout."""
        span = Interval(starts_at=slot.starts_at - DAY_S, ends_at=slot.ends_at + DAY_S)
        for room in await self._rooms(establishment, purpose):
            week = await self._store.bookings.week(room, span)
            if is_available(slot, week) and overlapping(slot, week.taken) is None:
                return True
        return False

    async def _rooms(self, establishment: EstablishmentId, purpose: Purpose) -> list[Room]:
        every = await self._store.rooms_of(establishment)
        return [one for one in every if one.policy is POLICY_OF[purpose] and not one.is_closed]
