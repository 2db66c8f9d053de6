"""A real store with an establishment, rooms and a clerk, and the service over it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.peers.sqlite import new_store
from tests.signalling.bookings.office import Office


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    store = await new_store(tmp_path / "vmr.db")
    yield await Office.open(store)
    await store.close()
