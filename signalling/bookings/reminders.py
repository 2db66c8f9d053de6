"""The job that writes the reminders: once for each person and time of a slot.

Whether one is due, and whether it was written already, the outbox says, in the transaction that
keeps it: two jobs at once, or one that was killed half-way, write none twice.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Protocol

from aiohttp import web

from signalling.bookings.letters import Letters
from signalling.ending import end
from vmr.bookings.booking import Booking
from vmr.ids import ExpectedId
from vmr.rooms import Establishment
from vmr.store import BookingStore, OutboxStore, StoreError

HOUR_S = 3_600.0
LOOK_S = 60.0

log = logging.getLogger(__name__)


class Store(Protocol):
    """What of `vmr.store.Store` this needs."""

    @property
    def bookings(self) -> BookingStore: ...

    @property
    def outbox(self) -> OutboxStore: ...

    async def establishments(self) -> tuple[Establishment, ...]: ...


class Reminders:
    """`before_h` hours before a slot; 0: none."""

    def __init__(
        self,
        *,
        store: Store,
        letters: Letters,
        clock: Callable[[], float],
        before_h: float,
        on_letters: Callable[[], None],
    ) -> None:
        self._store = store
        self._letters = letters
        self._clock = clock
        self._before_s = before_h * HOUR_S
        self._on_letters = on_letters

    async def live(self, _app: web.Application) -> AsyncIterator[None]:
        """For `cleanup_ctx`."""
        task = asyncio.create_task(self._keep_reminding(), name="reminders")
        yield
        await end([task])

    async def write(self) -> int:
        """Write those that are due; how many."""
        now = self._clock()
        due = await self._store.outbox.to_remind(now, self._before_s)
        places = {one.id: one for one in await self._store.establishments()} if due else {}
        count = 0
        for id, person in due:
            booking = await self._store.bookings.booking(id)
            if booking is not None:
                count += await self._write_one(booking, person, places[booking.establishment], now)
        if count:
            self._on_letters()
        return count

    async def _write_one(
        self, booking: Booking, person: ExpectedId, at: Establishment, now: float
    ) -> bool:
        to = next((one for one in booking.people if one.id == person), None)
        if to is None:
            return False
        letter = self._letters.reminder(booking, to, at, now)
        return await self._store.outbox.add_reminder(letter, booking.version, self._before_s)

    async def _keep_reminding(self) -> None:
        while self._before_s > 0:
            try:
                await self.write()
            except StoreError as error:  # the next look will do
                log.error("reminders wait code=%s", error.code)
            except Exception as error:  # our bug in one must not end them all
                log.error("reminders were not written error=%s", type(error).__name__)
            await asyncio.sleep(LOOK_S)
