"""The registry of servers in Redis: an entry of each, that ends by itself LEASE_S after it was
renewed.

One script does it all, so that an answer is of one moment: who renews, who is there, and the mark
(`born`) by which everybody sees that the registry was emptied. Beside it stands what each server
last said of its rooms, which outlives it (`vmr.nodes.standing`). A registry that drops entries when
its memory is full (`maxmemory-policy`) would make the living dead: it must be `noeviction`.
"""

import logging
import secrets
from collections.abc import Collection, Iterable
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from vmr.nodes.lease import LEASE_S
from vmr.nodes.node import Node, NodeId, NotANode, parse_node
from vmr.nodes.sight import Look, Standing
from vmr.nodes.standing import NotAStanding, parse_standing

PATIENCE_S = 1.0
"""A registry that does not answer for so long is away; a lease outlives several tries."""
PREFIX = "vmr:"
SETTLED = 2**53 - 1
"""The number of a standing after which none of this server comes."""
_STANDINGS = f"{PREFIX}standings"
_SAY = """
local function say(key, node, number, text)
    local said = redis.call('HGET', key, node)
    if not said or tonumber(string.match(said, '^%d+')) < tonumber(number) then
        redis.call('HSET', key, node, number .. ' ' .. text)
    end
end
"""
_SAY_ONE = f"{_SAY}say(KEYS[1], ARGV[1], ARGV[2], ARGV[3])"
_LOOK = f"""{_SAY}
redis.call('SET', KEYS[1], ARGV[1], 'NX')
if ARGV[2] ~= '' then
    redis.call('SET', KEYS[3], ARGV[2], 'PX', ARGV[3])
    redis.call('SADD', KEYS[2], KEYS[3])
    say(KEYS[4], ARGV[4], ARGV[5], ARGV[6])
end
local found = {{}}
for _, key in ipairs(redis.call('SMEMBERS', KEYS[2])) do
    local entry = redis.call('GET', key)
    if entry then
        found[#found + 1] = entry
    else
        redis.call('SREM', KEYS[2], key)
    end
end
return {{redis.call('GET', KEYS[1]), found, redis.call('HGETALL', KEYS[4])}}
"""


log = logging.getLogger(__name__)


class RegistryAway(Exception):
    """It does not answer, or not with what was asked for."""


class Registry:
    """Of one server; `close()` may be called twice."""

    def __init__(self, url: str) -> None:
        """`redis://user:password@host:port/number`, `rediss://` or `unix://`. Touches nothing."""
        self._redis: Any = Redis.from_url(
            url,
            socket_timeout=PATIENCE_S,
            socket_connect_timeout=PATIENCE_S,
            retry=Retry(NoBackoff(), 0),
        )

    async def look(
        self, me: NodeId, renewed: Node | None, standing: tuple[int, str] = (0, "")
    ) -> Look:
        """Who is there, after renewing this server's own entry, with its numbered standing, if it
        is given.

        Raises RegistryAway; the entry may have been renewed all the same.
        """
        keys = (f"{PREFIX}born", f"{PREFIX}nodes", f"{PREFIX}node:{me}", _STANDINGS)
        entry = "" if renewed is None else renewed.to_text()
        try:
            born, entries, said = await self._redis.eval(
                _LOOK, len(keys), *keys,
                secrets.token_hex(8), entry, int(LEASE_S * 1000), me, *standing,
            )  # fmt: skip
            nodes = tuple(map(parse_node, entries))
        except (RedisError, OSError, TimeoutError, NotANode) as error:
            raise RegistryAway(type(error).__name__) from error
        standings = _standings(zip(said[::2], said[1::2], strict=True))
        return Look(born=born.decode(), nodes=nodes, standings=standings)

    async def say(self, node: NodeId, number: int, text: str) -> None:
        """The standing of a server, unless a later one is there. Raises RegistryAway; it may be
        said all the same."""
        try:
            await self._redis.eval(_SAY_ONE, 1, _STANDINGS, node, number, text)
        except (RedisError, OSError, TimeoutError) as error:
            raise RegistryAway(type(error).__name__) from error

    async def standings(self) -> dict[NodeId, Standing]:
        """Of the dead as well. Raises RegistryAway."""
        try:
            return _standings((await self._redis.hgetall(_STANDINGS)).items())
        except (RedisError, OSError, TimeoutError) as error:
            raise RegistryAway(type(error).__name__) from error

    async def forget(self, nodes: Collection[NodeId]) -> None:
        """Their standings are asked for no more. Raises RegistryAway."""
        try:
            await self._redis.hdel(_STANDINGS, *nodes)
        except (RedisError, OSError, TimeoutError) as error:
            raise RegistryAway(type(error).__name__) from error

    async def eviction(self) -> str:
        """What it does when its memory is full, as Redis calls it. Raises RegistryAway."""
        try:
            memory = await self._redis.info("memory")
        except (RedisError, OSError, TimeoutError) as error:
            raise RegistryAway(type(error).__name__) from error
        return str(memory.get("maxmemory_policy", "unknown"))

    async def leave(self, me: NodeId) -> None:
        """This server ends in good order: its rooms may be taken at once. Raises RegistryAway."""
        try:
            await self._redis.delete(f"{PREFIX}node:{me}")
        except (RedisError, OSError, TimeoutError) as error:
            raise RegistryAway(type(error).__name__) from error

    async def close(self) -> None:
        await self._redis.aclose()


def _standings(said: Iterable[tuple[bytes, bytes]]) -> dict[NodeId, Standing]:
    """One that cannot be read is as if it were not there."""
    found = {}
    for node, text in said:
        try:
            found[NodeId(node.decode())] = parse_standing(text.decode().partition(" ")[2])
        except (NotAStanding, UnicodeDecodeError):
            log.warning("a standing that cannot be read node=%s", node.decode(errors="replace"))
    return found
