"""Who empties servers and lets them take rooms again, as `vmr drain` does, by the database."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp

from tests.browser.eventually import eventually
from vmr.cli.sharing import look
from vmr.nodes.drain import Drain
from vmr.store import Store

PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    name: str
    url: str


class Operator:
    def __init__(self, store: Store, redis_url: str, nodes: Sequence[Node]) -> None:
        self.nodes = nodes
        self._store = store
        self._redis_url = redis_url

    async def drain(self, node: Node) -> None:
        drain = Drain(leaves_running=False, asked_at=time.time())
        assert await self._store.owners.set_drain(node.name, drain)

    async def is_empty(self, node: Node) -> None:
        """It runs no room, and forwards none that it has given away."""

        async def is_so() -> bool:
            async with aiohttp.ClientSession() as http:
                said = await (await http.get(f"{node.url}/healthz")).json()
            return bool(said["estate"]["rooms"] == 0 and said["meetings"] == 0)

        await eventually(f"{node.name} is empty", is_so, PATIENCE_S)

    async def undo(self, node: Node) -> None:
        """And `vmr nodes` says so."""
        assert await self._store.owners.set_drain(node.name, None)

        async def is_so() -> bool:
            found = (await look(self._redis_url)).nodes
            return any(one.name == node.name and not one.is_draining for one in found)

        await eventually(f"{node.name} takes rooms again", is_so, PATIENCE_S)
