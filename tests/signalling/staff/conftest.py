"""A server with real staff behind it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.signalling.fakes.store import FakeStore
from tests.signalling.house import House
from tests.signalling.officers import staff_store


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    store = FakeStore()
    async with staff_store(tmp_path) as store.staff, House(store=store) as running:
        yield running
