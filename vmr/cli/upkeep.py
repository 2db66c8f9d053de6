"""What the server does for the records by itself, whether anybody uses it or not."""

import asyncio
import logging

from signalling.seams import Clock
from vmr.record_numbers import RecordNumbers
from vmr.store.store import Store

log = logging.getLogger(__name__)


class Upkeep:
    """Signs the records at the start and from time to time; `run` until it is cancelled."""

    def __init__(self, store: Store, numbers: RecordNumbers, clock: Clock) -> None:
        self._store = store
        self._numbers = numbers
        self._clock = clock

    async def run(self) -> None:
        while True:
            try:
                await self.sign()
            except Exception as error:  # a full disk today must not stop the signing of tomorrow
                log.error("records were not signed: %s: %s", type(error).__name__, error)
            await asyncio.sleep(self._numbers.checkpoint_s)

    async def sign(self) -> None:
        """A checkpoint of every establishment. Raises StoreError."""
        for establishment in await self._store.establishments():
            await self._store.records.checkpoint(establishment.id, self._clock())
