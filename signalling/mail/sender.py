"""The task that takes letters from the outbox to the mail server.

A letter is claimed, committed, before the server is spoken to, and settled after it has taken it.
Whoever dies between the two leaves a claim that runs out, and the letter is sent again under the
same Message-ID (signalling/README.md says why that fault and not the other). A process that lives
but could not write down what it sent remembers it and sends nothing twice.
"""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Protocol

from aiohttp import web

from signalling.ending import end
from signalling.mail.backoff import GIVE_UP_S, wait_s
from signalling.mail.delivery import LETTER_S, PutOff, Refused
from vmr.ids import LetterId
from vmr.letters import Claimed, Letter
from vmr.store import OutboxStore, StoreError

AT_ONCE = 2
LEASE_S = 2 * LETTER_S
"""A claim lasts longer than any sending."""
LOOK_S = 15.0
STOP_S = 3.0

log = logging.getLogger(__name__)


class Delivery(Protocol):
    async def deliver(self, letter: Letter) -> None:
        """Raises Refused or PutOff (`signalling.mail.delivery`) where it was not taken."""


class Sender:
    """`delivery` None: mail is not set up, and letters wait."""

    def __init__(
        self,
        *,
        outbox: OutboxStore,
        delivery: Delivery | None,
        clock: Callable[[], float],
        counters: Counter[str],
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._outbox = outbox
        self._delivery = delivery
        self._clock = clock
        self._counters = counters
        self._chance = chance
        self._wake = asyncio.Event()
        self._unmarked: dict[LetterId, float] = {}
        self._is_stopping = False
        self.open = 0
        """Letters that wait, at the last look."""

    def wake(self) -> None:
        """There may be letters. Never waits."""
        self._wake.set()

    async def live(self, _app: web.Application) -> AsyncIterator[None]:
        """For `cleanup_ctx`. What is being sent at the end has a moment to be taken."""
        task = asyncio.create_task(self._keep_sending(), name="mail sender")
        yield
        self._is_stopping = True
        self._wake.set()
        await asyncio.wait([task], timeout=STOP_S)
        await end([task])

    async def send_some(self) -> bool:
        """Send what is due, a few at once; whether there may be more."""
        for letter, at in list(self._unmarked.items()):
            await self._outbox.settle_sent(letter, at)
            del self._unmarked[letter]
        if self._delivery is None:
            await self._outbox.drop_useless(self._clock())
            self.open = await self._outbox.count_open()
            return False
        claimed = await self._outbox.claim(self._clock(), lease_s=LEASE_S, limit=AT_ONCE)
        await asyncio.gather(*(self._send(one, self._delivery) for one in claimed))
        self.open = await self._outbox.count_open()
        return len(claimed) == AT_ONCE

    async def _send(self, claimed: Claimed, delivery: Delivery) -> None:
        letter = claimed.letter
        try:
            await delivery.deliver(letter)
        except Refused as error:
            await self._settle_failed(letter, str(error))
        except PutOff as error:
            await self._put_off(claimed, str(error))
        except Exception as error:  # our bug in one letter must not hold up the others
            self._counters["internal_errors"] += 1
            log.error("a letter was not sent letter=%s error=%s", letter.id, type(error).__name__)
            await self._put_off(claimed, "internal_error")
        else:
            self._counters["mail_sent"] += 1
            self._unmarked[letter.id] = self._clock()
            with suppress(StoreError):  # marked before anything else is claimed
                await self._outbox.settle_sent(letter.id, self._unmarked[letter.id])
                del self._unmarked[letter.id]

    async def _put_off(self, claimed: Claimed, error: str) -> None:
        letter, now = claimed.letter, self._clock()
        if now - letter.made_at > GIVE_UP_S:
            await self._settle_failed(letter, error)
            return
        self._counters["mail_put_off"] += 1
        wait = wait_s(claimed.tries, self._chance())
        with suppress(StoreError):  # the claim runs out by itself
            await self._outbox.put_off(letter.id, now + wait, error)

    async def _settle_failed(self, letter: Letter, error: str) -> None:
        self._counters["mail_failed"] += 1
        log.warning("a letter will not be taken letter=%s kind=%s", letter.id, letter.kind.value)
        with suppress(StoreError):  # refused once more, when the claim has run out
            await self._outbox.settle_failed(letter.id, error)

    async def _keep_sending(self) -> None:
        while not self._is_stopping:
            self._wake.clear()
            is_more = False
            try:
                is_more = await self.send_some()
            except StoreError as error:
                log.error("letters wait code=%s", error.code)
            except Exception as error:  # our bug must not end the mail
                self._counters["internal_errors"] += 1
                log.error("letters were not sent error=%s", type(error).__name__)
            if not is_more and not self._is_stopping:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), LOOK_S)
