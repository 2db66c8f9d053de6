"""A real store with an establishment, rooms and a clerk, and the service over it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.signalling.bookings.office import Office
from vmr.store import Store


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    store = await Store.open(f"sqlite:///{tmp_path}/vmr.db")
    yield await Office.open(store)
    await store.close()
