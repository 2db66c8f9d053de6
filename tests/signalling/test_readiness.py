"""When a server should be sent people, and why not."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import pytest
import pytest_asyncio

from signalling import readiness
from signalling.readiness import Fault, Note, Readiness
from tests.signalling.fakes.clock import FakeClock
from tests.signalling.fakes.engine import FakeEngine
from tests.signalling.fakes.store import FakeStore
from tests.signalling.house import House
from vmr.store import JournalState

DAY_S = 86_400.0


class Stage:
    """A readiness whose surroundings a test can spoil."""

    def __init__(self) -> None:
        self.store = FakeStore()
        self.workers = 2
        self.wall = FakeClock()
        self.rights: Any = SimpleNamespace(is_leased=True, is_draining=False)
        self.certificate = SimpleNamespace(is_refused=False, ends_at=self.wall() + 20 * DAY_S)
        engine = FakeEngine()
        counters = engine.counters
        engine.counters = lambda: {**counters(), "workers": self.workers}  # type: ignore[method-assign]
        self.readiness = Readiness(
            store=self.store,
            engine=engine,
            rights=self.rights,
            clock=FakeClock(),
            wall_clock=self.wall,
            certificate=cast(Any, self.certificate),
        )


@pytest_asyncio.fixture
async def stage() -> Stage:
    stage = Stage()
    await stage.readiness.look()
    return stage


def test_a_server_is_not_ready_before_its_store_was_tried() -> None:
    assert Stage().readiness.faults() == (Fault.STARTING,)


async def test_a_server_with_all_it_needs_is_ready(stage: Stage) -> None:
    assert stage.readiness.faults() == ()


async def test_a_store_that_takes_no_writes_is_a_fault_until_it_does(stage: Stage) -> None:
    stage.store.is_broken = True
    await stage.readiness.look()
    assert stage.readiness.faults() == (Fault.STORE,)
    stage.store.is_broken = False
    await stage.readiness.look()
    assert stage.readiness.faults() == ()


async def test_a_write_that_hangs_is_a_fault_until_it_has_ended(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "PATIENCE_S", 0.0)
    may_end, tries = asyncio.Event(), []

    async def hang() -> None:
        tries.append(1)
        await may_end.wait()

    monkeypatch.setattr(stage.store, "check_writable", hang)
    look = asyncio.create_task(stage.readiness.look())
    async with asyncio.timeout(5):
        while stage.readiness.faults() != (Fault.STORE,):  # noqa: ASYNC110
            await asyncio.sleep(0)
        may_end.set()
        await look
    assert stage.readiness.faults() == ()
    assert tries == [1]


async def test_no_living_media_worker_is_a_fault(stage: Stage) -> None:
    stage.workers = 0
    assert stage.readiness.faults() == (Fault.MEDIA_WORKERS,)


@pytest.mark.parametrize("seconds", [6.0, -6.0])
async def test_a_wall_clock_that_was_set_is_a_fault(stage: Stage, seconds: float) -> None:
    stage.wall.advance(seconds / 2)
    assert stage.readiness.faults() == ()
    stage.wall.advance(seconds / 2)
    assert stage.readiness.faults() == (Fault.CLOCK,)


async def test_a_server_without_its_lease_is_not_ready(stage: Stage) -> None:
    stage.rights.is_leased = False
    assert stage.readiness.faults() == (Fault.REGISTRY,)


async def test_a_server_that_is_about_to_stop_is_not_ready(stage: Stage) -> None:
    stage.readiness.drain()
    assert stage.readiness.faults() == (Fault.DRAINING,)


async def test_a_certificate_to_look_after_is_a_note_and_no_fault(stage: Stage) -> None:
    assert stage.readiness.notes() == ()
    stage.certificate.is_refused = True
    assert stage.readiness.notes() == (Note.CERTIFICATE,)
    stage.certificate.is_refused = False
    stage.certificate.ends_at -= 6.5 * DAY_S
    assert stage.readiness.notes() == (Note.CERTIFICATE_ENDS,)
    assert stage.readiness.faults() == ()


@pytest_asyncio.fixture
async def house() -> AsyncIterator[House]:
    async with House() as house:
        yield house


async def test_the_answer_names_what_fails_and_nothing_else(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house.running.readiness, "_wall_clock", house.clock)
    house.store.is_broken = True
    await house.running.readiness.look()
    async with aiohttp.ClientSession(house.url) as browser:
        async with browser.get("/readyz") as answer:
            assert answer.status == 503
            assert await answer.json() == {"ready": False, "faults": ["store"], "notes": []}
        house.store.is_broken = False
        await house.running.readiness.look()
        async with browser.get("/readyz") as answer:
            assert answer.status == 200
            assert await answer.json() == {"ready": True, "faults": [], "notes": []}


async def test_a_server_whose_records_wait_for_the_database_is_not_ready(stage: Stage) -> None:
    stage.store.journal = JournalState(entries=1, bytes=400)
    assert stage.readiness.faults() == (Fault.JOURNAL,)
