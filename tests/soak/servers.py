"""The servers that are soaked, each a process of its own: one with SQLite, or several that share
their rooms, with a PostgreSQL and a Redis of their own."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.packet_cost import TIMEOUT_S, Child
from tests.peers.ports import free_port
from tests.peers.postgresql import Postgresql
from tests.peers.redis import Redis
from tests.peers.sqlite import lay_database
from tests.soak.operator import Node, Operator
from vmr.store import Store

HOST = "tests.soak.host"
ALONE = "server"


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """By their names. `operator` is of several."""

    children: dict[str, Child]
    urls: Sequence[str]
    store: Store
    operator: Operator | None

    @property
    def names(self) -> list[str]:
        return list(self.children)

    async def ask_all(self, timeout_s: float = TIMEOUT_S, **message: Any) -> dict[str, Any]:
        """What each of them answers."""
        answers = await asyncio.gather(
            *(one.ask(timeout_s, **message) for one in self.children.values())
        )
        return dict(zip(self.children, answers, strict=True))


@asynccontextmanager
async def serving(nodes: int) -> AsyncIterator[Servers]:
    """So many that share their rooms; one runs alone."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        yield await (_alone(folder, stack) if nodes == 1 else _sharing(nodes, folder, stack))


async def _alone(folder: Path, stack: AsyncExitStack) -> Servers:
    database = lay_database(folder / "vmr.db")
    store = await _open(database, folder, stack)
    host = await _start(stack, database)
    url = (await host.listen())["url"]
    return Servers(children={ALONE: host}, urls=[url], store=store, operator=None)


async def _sharing(nodes: int, folder: Path, stack: AsyncExitStack) -> Servers:
    postgresql, redis = Postgresql(), Redis()
    stack.callback(postgresql.remove)
    postgresql.make()
    postgresql.start()
    stack.callback(redis.stop)
    redis.start()
    database = postgresql.url(stack.enter_context(postgresql.database()))
    store = await _open(database, folder, stack)
    children: dict[str, Child] = {}
    known = []
    for number in range(nodes):
        name, port = f"node-{number + 1}", str(free_port())
        child = await _start(stack, database, redis.url, port, str(folder / name))
        children[name] = child
        known.append(Node(name=name, url=(await child.listen())["url"]))
    operator = Operator(store, redis.url, known)
    return Servers(
        children=children, urls=[one.url for one in known], store=store, operator=operator
    )


async def _open(database: str, folder: Path, stack: AsyncExitStack) -> Store:
    store = await Store.open(database, str(folder / "key"))
    stack.push_async_callback(store.close)
    return store


async def _start(stack: AsyncExitStack, *arguments: str) -> Child:
    host = await Child.start(HOST, *arguments)
    stack.push_async_callback(host.finish)
    return host
