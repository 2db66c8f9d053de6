"""A signalling server for each test that asks for one."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.signalling.house import House


@pytest_asyncio.fixture
async def house() -> AsyncIterator[House]:
    async with House() as running:
        yield running
