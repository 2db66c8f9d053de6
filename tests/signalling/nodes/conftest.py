"""A database and a registry for each test, and servers on them as it asks for."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.peers.postgresql import Postgresql
from tests.peers.redis import Redis
from tests.signalling.nodes.estate import Estate, estate_on
from tests.signalling.store_house import make_room
from vmr.store import Store


@pytest.fixture
def redis() -> Iterator[Redis]:
    server = Redis()
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest_asyncio.fixture
async def estate(
    postgresql: Postgresql, redis: Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Estate]:
    """With one legal room, and no server yet."""
    monkeypatch.chdir(tmp_path)
    with postgresql.database() as name:
        store = await Store.open(postgresql.url(name), f"{tmp_path}/key")
        room = await make_room(store)
        async with estate_on(postgresql.url(name), redis, store, room, tmp_path) as estate:
            yield estate
        await store.close()
