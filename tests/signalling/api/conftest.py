from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.peers.sqlite import new_store
from tests.signalling.api.prison import Caller, Prison
from vmr.store import Store


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await new_store(tmp_path / "vmr.db")
    yield store
    await store.close()


@pytest_asyncio.fixture
async def prison(store: Store) -> AsyncIterator[Prison]:
    async with await Prison.open(store) as running:
        yield running


@pytest_asyncio.fixture
async def program(prison: Prison) -> Caller:
    """With every scope."""
    return await prison.program()
