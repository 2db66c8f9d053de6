"""The task that takes webhook messages from the database to who wants to hear them.

Of one webhook one message is under way at a time, of all together a few: a receiver that is slow
holds up its own messages alone. A message is claimed, committed, before it is sent, and deleted
after it was taken: who dies between the two sends it again, under the same id.
"""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Protocol

from aiohttp import web

from signalling.api.delivery import AT_ONCE, TOTAL_S, NotDelivered
from signalling.ending import end
from vmr.ids import WebhookId
from vmr.store import StoreError, WebhookStore
from vmr.webhooks import WebhookMessage, wait_s

LEASE_S = 3 * TOTAL_S
"""A claim lasts longer than any delivery."""
LOOK_S = 1.0

log = logging.getLogger(__name__)


class Delivery(Protocol):
    async def deliver(self, message: WebhookMessage, at: float) -> None:
        """Raises NotDelivered."""

    async def close(self) -> None: ...


class Deliveries:
    def __init__(
        self,
        *,
        store: WebhookStore,
        delivery: Delivery,
        clock: Callable[[], float],
        counters: Counter[str],
        chance: Callable[[], float] = random.random,
        look_s: float = LOOK_S,
    ) -> None:
        self._store = store
        self._delivery = delivery
        self._clock = clock
        self._counters = counters
        self._chance = chance
        self._look_s = look_s
        self._under_way: dict[WebhookId, asyncio.Task[None]] = {}
        self._is_free = asyncio.Event()

    async def live(self, _app: web.Application) -> AsyncIterator[None]:
        """For `cleanup_ctx`. What is under way at the end is sent again after the next start."""
        task = asyncio.create_task(self._keep_delivering(), name="webhooks")
        yield
        await end([task])
        await end(self._under_way.values())
        await self._delivery.close()

    async def _keep_delivering(self) -> None:
        while True:
            self._is_free.clear()
            begun = 0
            try:
                begun = await self._begin()
            except StoreError as error:
                log.error("webhooks wait code=%s", error.code)
            except Exception as error:  # our bug must not end all webhooks
                self._counters["internal_errors"] += 1
                log.error("webhooks were not delivered error=%s", type(error).__name__)
            if not begun:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._is_free.wait(), self._look_s)

    async def _begin(self) -> int:
        """Send what is due to webhooks that are not being spoken to; how many that are."""
        room = AT_ONCE - len(self._under_way)
        if room <= 0:
            return 0
        claimed = await self._store.claim(
            self._clock(), but=tuple(self._under_way), lease_s=LEASE_S, limit=room
        )
        for message in claimed:
            task = asyncio.create_task(self._deliver(message), name="webhook")
            self._under_way[message.webhook] = task
        return len(claimed)

    async def _deliver(self, message: WebhookMessage) -> None:
        try:
            await self._settle(message)
        except StoreError as error:  # the claim runs out by itself
            log.error("a webhook was not settled code=%s", error.code)
        finally:
            del self._under_way[message.webhook]
            self._is_free.set()

    async def _settle(self, message: WebhookMessage) -> None:
        try:
            await self._delivery.deliver(message, self._clock())
        except NotDelivered as error:
            await self._put_off(message, str(error))
        except Exception as error:  # our bug in one message must not hold up the others
            self._counters["internal_errors"] += 1
            log.error(
                "a webhook message broke message=%s error=%s", message.id, type(error).__name__
            )
            await self._put_off(message, "internal error")
        else:
            self._counters["webhooks_delivered"] += 1
            await self._store.settle_delivered(message, self._clock())

    async def _put_off(self, message: WebhookMessage, error: str) -> None:
        self._counters["webhooks_put_off"] += 1
        now = self._clock()
        until = now + wait_s(message.tries, self._chance())
        await self._store.put_off(message, until, error, now)
