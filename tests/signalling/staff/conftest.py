"""A server with real staff behind it, and browsers for them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from signalling.config import SignallingConfig
from signalling.staff.config import StaffConfig
from tests.signalling.fakes.store import FakeStore
from tests.signalling.house import House
from tests.signalling.officers import (
    office_beside,
    staff_store,
    store_beside,
    terminals_beside,
)
from tests.signalling.staff.browser import Browser
from vmr.staff_sessions import TotpMode


@pytest.fixture
def staff_config() -> StaffConfig:
    """A server on localhost without TLS; a module may say otherwise."""
    return StaffConfig(is_secure=False, totp=TotpMode.OPTIONAL, tries=4, address_tries=8)


@pytest_asyncio.fixture
async def house(tmp_path: Path, staff_config: StaffConfig) -> AsyncIterator[House]:
    store = FakeStore()
    config = SignallingConfig(staff=staff_config)
    async with staff_store(tmp_path) as store.staff:
        store.terminals = terminals_beside(store.staff)
        store.real = store_beside(store.staff)
        store.office = office_beside(store.staff)
        store.api, store.webhooks = store.real.api, store.real.webhooks
        async with House(store=store, config=config) as running:
            yield running


Open = Callable[[], Awaitable[Browser]]


@pytest_asyncio.fixture
async def open_browser(house: House) -> AsyncIterator[Open]:
    """`await open_browser()`: another browser, without cookies."""
    async with AsyncExitStack() as stack:

        async def opened() -> Browser:
            return await stack.enter_async_context(Browser(house.url))

        yield opened
