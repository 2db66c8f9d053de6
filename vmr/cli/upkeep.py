"""What the server does for the records by itself, whether anybody uses it or not."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from signalling.seams import Clock
from vmr.record_numbers import RecordNumbers
from vmr.staff_record import SERVER
from vmr.store.store import Store

RETENTION_S = 86_400.0

log = logging.getLogger(__name__)


class Upkeep:
    """Signs records and deletes what was kept long enough, at the start and from time to time.

    `run` goes on until it is cancelled.
    """

    def __init__(self, store: Store, numbers: RecordNumbers, clock: Clock) -> None:
        self._store = store
        self._numbers = numbers
        self._clock = clock

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_keep_doing(self.sign, self._numbers.checkpoint_s), name="signer")
            tasks.create_task(_keep_doing(self.forget, RETENTION_S), name="retention")

    async def sign(self) -> None:
        """A checkpoint of every establishment. Raises StoreError."""
        for establishment in await self._store.establishments():
            await self._store.records.checkpoint(establishment.id, self._clock())
        await self._store.records.scrub()

    async def forget(self) -> None:
        """Delete personal values whose retention has ended. Raises StoreError."""
        done = await self._store.records.run_retention(
            self._numbers.days(), self._numbers.retention_staff_days, by=SERVER, at=self._clock()
        )
        if done.records or done.bookings or done.entitlements or done.names:
            log.info(
                "personal values deleted meetings=%d bookings=%d prisoners_contacts_bans=%d"
                " establishments=%d",
                len(done.records), len(done.bookings), len(done.entitlements), len(done.names),
            )  # fmt: skip


async def _keep_doing(work: Callable[[], Awaitable[None]], every_s: float) -> None:
    while True:
        try:
            await work()
        except Exception as error:  # a full disk today must not stop the work of tomorrow
            log.error("upkeep failed", exc_info=error)
        await asyncio.sleep(every_s)
