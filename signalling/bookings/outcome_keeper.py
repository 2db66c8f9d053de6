"""The job that proposes what became of each slot, from the records of its meetings.

What is due, and whether it was done already, the database says, in the transaction that keeps a
proposal: two jobs at once, or one that was killed half-way, propose nothing twice, and nothing over
what a clerk has settled.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Protocol

from aiohttp import web

from signalling.ending import end
from vmr.bookings.booking import Booking, BookingState
from vmr.bookings.outcomes import Measured, measure, propose, propose_cancelled
from vmr.bookings.times import HOUR_S
from vmr.record_totals import totals
from vmr.store import OutcomeStore, StoreError

LOOK_S = 60.0
AT_ONCE = 50
"""Slots of one look into the database."""
SLOTS_MAX = 1_000
"""Slots of one minute: after an upgrade the past is caught up with little by little."""
BACK_S = 48 * HOUR_S
"""What began before that is looked at once after a start, and not again."""

log = logging.getLogger(__name__)


class Store(Protocol):
    """What of `vmr.store.Store` this needs."""

    @property
    def outcomes(self) -> OutcomeStore: ...


class OutcomeKeeper:
    def __init__(self, *, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._since = 0.0

    async def live(self, _app: web.Application) -> AsyncIterator[None]:
        """For `cleanup_ctx`."""
        task = asyncio.create_task(self._keep_proposing(), name="outcomes")
        yield
        await end([task])

    async def look(self) -> int:
        """Propose for what is due, at most SLOTS_MAX; how many were kept."""
        kept = 0
        now = self._clock()
        for _ in range(SLOTS_MAX // AT_ONCE):
            due = await self._store.outcomes.due(now, since=self._since, limit=AT_ONCE)
            done = [await self._try(one, now) for one in due]
            kept += sum(done)
            if len(due) < AT_ONCE:
                self._since = max(0.0, now - BACK_S)
                break
            if not any(done):  # all of them change under our hands: the next look will do
                break
        return kept

    async def _try(self, booking: Booking, now: float) -> bool:
        try:
            return await self._propose(booking, now)
        except StoreError:
            raise
        except Exception as error:  # our bug in one must not keep the others waiting
            log.error("no outcome booking=%s error=%s", booking.id, type(error).__name__)
            return False

    async def _propose(self, booking: Booking, now: float) -> bool:
        measured = await self._measured(booking)
        if booking.state is BookingState.CANCELLED:
            cause = await self._store.outcomes.cancelled_by(booking)
            proposed = propose_cancelled(booking.id, cause, measured, now)
        else:
            proposed = propose(booking.id, booking.slot, measured, now)
        return await self._store.outcomes.propose(proposed, booking.version)

    async def _measured(self, booking: Booking) -> Measured | None:
        records = await self._store.outcomes.records_of(booking.id)
        return measure([await asyncio.to_thread(totals, entries) for entries in records])

    async def _keep_proposing(self) -> None:
        while True:
            try:
                await self.look()
            except StoreError as error:  # the next look will do
                log.error("outcomes wait code=%s", error.code)
            except Exception as error:  # our bug must not end it for good
                log.error("outcomes were not proposed error=%s", type(error).__name__)
            await asyncio.sleep(LOOK_S)
