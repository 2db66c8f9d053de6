"""A server with real staff behind it, and desks."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.signalling.desk.scene import Scene
from tests.signalling.fakes.store import FakeStore
from tests.signalling.house import House
from tests.signalling.officers import staff_store


@pytest_asyncio.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    store = FakeStore()
    async with staff_store(tmp_path) as store.staff, House(store=store) as house:
        running = Scene(house)
        yield running
        await running.close()
