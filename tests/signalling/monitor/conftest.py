"""A server with real staff behind it, and monitoring pages."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.signalling.fakes.store import FakeStore
from tests.signalling.house import House
from tests.signalling.monitor.scene import Scene
from tests.signalling.officers import staff_store
from vmr.numbers import Numbers


@pytest_asyncio.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    store = FakeStore()
    numbers = Numbers(social_unrecorded=True)
    async with (
        staff_store(tmp_path) as store.staff,
        House(store=store, numbers=numbers) as house,
    ):
        running = Scene(house)
        yield running
        await running.close()
