"""Messages between servers: Redis channels, which deliver to who listens just now, or to nobody.

What is told is told again (`FarDesk`), and who asks waits for an answer only so long; so nothing
here is kept.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from signalling.nodes.registry import PATIENCE_S, PREFIX, RegistryAway
from vmr.nodes.node import NodeId

AGAIN_S = 1.0
LISTEN_S = 5.0

log = logging.getLogger(__name__)


class Wire:
    """Of one server, which hears what is told to all and what is told to it."""

    def __init__(self, url: str, me: NodeId) -> None:
        self._me = me
        self._redis: Any = Redis.from_url(
            url, socket_connect_timeout=PATIENCE_S, retry=Retry(NoBackoff(), 0)
        )

    async def tell(self, text: str, to: NodeId | None = None) -> int:
        """To one server, or to all: how many have heard it. Raises RegistryAway."""
        with _patience():
            async with asyncio.timeout(PATIENCE_S):
                return int(await self._redis.publish(_channel(to), text))

    async def tell_all(self, texts: Iterable[str]) -> None:
        """To all, in this order, for one wait. Raises RegistryAway: some may have been heard."""
        with _patience():
            async with asyncio.timeout(PATIENCE_S):
                async with self._redis.pipeline(transaction=False) as together:
                    for text in texts:
                        together.publish(_channel(None), text)
                    await together.execute()

    async def listen(self, hear: Callable[[bytes], None], on_begin: Callable[[], None]) -> None:
        """Until it is cancelled. `on_begin`: from here on nothing is missed, what was told before
        is. `hear` never waits and never raises."""
        while True:
            with suppress(RedisError, OSError, TimeoutError):
                async with self._redis.pubsub() as heard:
                    await heard.subscribe(_channel(None), _channel(self._me))
                    on_begin()
                    await self._hear_all(heard, hear)
            await asyncio.sleep(AGAIN_S)

    async def _hear_all(self, heard: Any, hear: Callable[[bytes], None]) -> None:
        while True:
            message = await heard.get_message(ignore_subscribe_messages=True, timeout=LISTEN_S)
            if message is not None:
                hear(message["data"])

    async def close(self) -> None:
        """Idempotent."""
        await self._redis.aclose()


@contextmanager
def _patience() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError, TimeoutError) as error:
        raise RegistryAway(type(error).__name__) from error


def _channel(to: NodeId | None) -> str:
    return f"{PREFIX}all" if to is None else f"{PREFIX}to:{to}"
