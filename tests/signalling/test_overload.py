"""A full server begins no new meeting and no self-test, and goes on with everything else."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from media.transit import STEPS_US, Transit
from signalling.load_watch import LoadWatch, open_files_share
from signalling.metrics.timings import LoopWatch
from signalling.overload import (
    FREE_LOOKS,
    FULL_LOOKS,
    MARKS,
    Overload,
    Strain,
    lateness,
)
from tests.media.live_stage import until
from tests.signalling.check.check_page import CheckPage, code_of
from tests.signalling.client import DeviceKey, Refused
from tests.signalling.desk.scene import Scene
from tests.signalling.fakes.engine import FakeEngine
from tests.signalling.fakes.store import FakeStore
from tests.signalling.house import CONFIG, PIN, House
from tests.signalling.officers import staff_store

FULL = {strain: marks.full for strain, marks in MARKS.items()}
FREE = {strain: marks.free for strain, marks in MARKS.items()}
BETWEEN = {strain: (marks.full + marks.free) / 2 for strain, marks in MARKS.items()}


def looks(overload: Overload, figures: dict[Strain, float], count: int) -> Overload:
    for _ in range(count):
        overload.look(figures)
    return overload


# -- the rule ---------------------------------------------------------------------------------


@pytest.mark.parametrize("strain", Strain)
def test_each_strain_alone_is_full_after_some_looks_in_a_row(strain: Strain) -> None:
    figures = {strain: MARKS[strain].full}
    overload = looks(Overload(), figures, FULL_LOOKS - 1)
    assert not overload.is_full
    overload.look(figures)
    assert overload.strains == (strain,)


def test_one_bad_second_is_not_full() -> None:
    overload = Overload()
    for _ in range(20):
        looks(overload, FULL, FULL_LOOKS - 1)
        overload.look(BETWEEN)
    assert not overload.is_full


def test_it_stays_full_until_it_was_free_for_a_while() -> None:
    overload = looks(Overload(), FULL, FULL_LOOKS)
    looks(overload, BETWEEN, 50)
    assert overload.is_full
    looks(overload, FREE, FREE_LOOKS - 1)
    overload.look(BETWEEN)
    looks(overload, FREE, FREE_LOOKS - 1)
    assert overload.is_full
    overload.look(FREE)
    assert not overload.is_full


def test_a_figure_that_nobody_can_read_refuses_nobody() -> None:
    overload = looks(Overload(), {Strain.LOOP: 9.0}, FULL_LOOKS)
    looks(overload, {}, FREE_LOOKS)
    assert not overload.is_full


@given(st.lists(st.sampled_from([*[(one, FULL[one]) for one in Strain], (Strain.LOOP, 0.0)])))
def test_it_changes_no_more_often_than_the_looks_in_a_row_allow(
    figures: list[tuple[Strain, float]],
) -> None:
    overload, changes, was = Overload(), 0, False
    for strain, figure in figures:
        overload.look({strain: figure})
        changes, was = changes + (overload.is_full != was), overload.is_full
    assert changes <= 1 + len(figures) // FULL_LOOKS


def test_packets_are_as_late_as_ninety_nine_in_a_hundred_of_them() -> None:
    transit = Transit()
    before = transit.counters()
    transit.note(0.000_04, 985)
    transit.note(0.004, 15)
    after = transit.counters()
    assert lateness(before, after, STEPS_US) == 0.005
    transit.note(1.0, 1000)
    assert lateness(after, transit.counters(), STEPS_US) == 0.1
    assert lateness(transit.counters(), before, STEPS_US) == 0.0
    assert lateness({}, {"transit_count": 99}, STEPS_US) == 0.0


# -- what is looked at ------------------------------------------------------------------------


class LoadedEngine(FakeEngine):
    def __init__(self) -> None:
        super().__init__()
        self.counted: dict[str, int] = {}

    def counters(self) -> dict[str, int]:
        return self.counted


def watch_of(
    engine: FakeEngine, overload: Overload, look_s: float = 1.0
) -> tuple[LoadWatch, LoopWatch]:
    loop = LoopWatch(Counter())
    return LoadWatch(overload, engine=engine, loop=loop, sockets=lambda: 0.0, look_s=look_s), loop


def test_workers_and_late_packets_are_read_of_the_engine(
    caplog: pytest.LogCaptureFixture,
) -> None:
    engine, overload, transit = LoadedEngine(), Overload(), Transit()
    watch, _ = watch_of(engine, overload)
    for _ in range(FULL_LOOKS + 1):
        transit.note(0.3, 1000)
        engine.counted = {"busy_permille": 990, **transit.counters()}
        watch.look()
    assert set(overload.strains) == {Strain.WORKERS, Strain.PACKETS}
    engine.counted = {"busy_permille": 100, **transit.counters()}
    for _ in range(FREE_LOOKS):
        watch.look()
    assert not overload.is_full
    said = [one.getMessage() for one in caplog.records if one.name.startswith("signalling")]
    assert said.count("full, no new meeting begins reason=workers") == 1
    assert said.count("no longer full reason=workers") == 1


def test_open_files_are_a_share_of_what_the_process_may_open() -> None:
    before = open_files_share()
    assert 0 < before < 1
    opened = [open("/dev/null", "rb") for _ in range(50)]  # noqa: SIM115
    assert open_files_share() > before
    for one in opened:
        one.close()


async def test_a_loop_that_is_really_held_up_is_found_and_forgiven() -> None:
    overload = Overload()
    watch, loop = watch_of(FakeEngine(), overload, look_s=0.3)
    running = [aiter(one.live(None)) for one in (watch, loop)]  # type: ignore[arg-type]
    for one in running:
        await anext(one)
    deadline = time.monotonic() + 60
    while not overload.is_full and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
        time.sleep(MARKS[Strain.LOOP].full + 0.35)  # noqa: ASYNC251 - what is tested
    assert overload.strains == (Strain.LOOP,)
    watch._look_s = 0.02
    await until(lambda: not overload.is_full, "the loop is forgiven", 60)
    for one in running:
        with pytest.raises(StopAsyncIteration):
            await anext(one)


# -- a full server ----------------------------------------------------------------------------


@pytest_asyncio.fixture
async def house() -> AsyncIterator[House]:
    async with House() as running:
        yield running


Fill = Callable[[], None]


@pytest.fixture
def fill(house: House) -> Fill:
    return lambda: (looks(house.running.ground.overload, FULL, FULL_LOOKS), None)[1]


async def code(asking: object) -> str:
    with pytest.raises(Refused) as refused:
        await asking  # type: ignore[misc]
    assert refused.value.message.startswith("No new meeting can begin here now.")
    return refused.value.code


@pytest.mark.parametrize("role", ["guest", "host"])
async def test_a_full_server_begins_no_meeting(house: House, fill: Fill, role: str) -> None:
    page = await house.client()
    fill()
    assert await code(page.join(house.room.address, "Ann", role=role)) == "server_full"
    assert len(house.running.meetings.rooms) == 0
    assert house.running.ground.counters["overload_refused_meetings"] == 1
    looks(house.running.ground.overload, FREE, FREE_LOOKS)
    await page.join(house.room.address, "Ann", role=role)
    assert len(house.running.meetings.rooms) == 1


async def test_a_host_who_waits_opens_no_room_of_a_full_server_and_loses_no_try(
    house: House, fill: Fill
) -> None:
    guest = await house.guest()
    host = await house.client()
    await host.join(house.room.address, "Officer", role="host")
    fill()
    for _ in range(5):
        assert await code(host.request("host.enter_pin", pin=PIN, confirmed=[])) == "server_full"
    assert guest.place == "waiting"
    looks(house.running.ground.overload, FREE, FREE_LOOKS)
    await host.request("host.enter_pin", pin=PIN, confirmed=[])
    await host.wait_place("inside")


async def test_people_are_still_admitted_to_a_room_that_runs(house: House, fill: Fill) -> None:
    host = await house.host()
    fill()
    guest = await house.admitted(host)
    await house.attest(host, guest)
    await host.request("room.lock")
    assert guest.view["stage"] == "locked" or guest.place == "inside"


async def test_a_checked_person_comes_back_to_a_full_server(house: House, fill: Fill) -> None:
    key = DeviceKey()
    host = await house.host()
    guest = await house.admitted(host, key=key)
    await house.attest(host, guest)
    await host.request("room.lock")
    fill()
    await guest.drop()
    house.clock.advance(31)
    house.running.sweep()
    back = await house.guest(key=key)
    await back.wait_place("inside")


async def test_the_desk_opens_no_room_of_a_full_server(tmp_path: Path) -> None:
    store = FakeStore()
    async with staff_store(tmp_path) as store.staff, House(store=store) as house:
        scene = Scene(house)
        desk = await scene.desk()
        host = await house.client()
        await host.join(house.room.address, "Officer", role="host")
        looks(house.running.ground.overload, FULL, FULL_LOOKS)
        admitting = desk.act("knock.admit", scene.room, participant=host.participant)
        assert await code(admitting) == "server_full"
        looks(house.running.ground.overload, FREE, FREE_LOOKS)
        await desk.act("knock.admit", scene.room, participant=host.participant)
        await host.wait_place("inside")
        await scene.close()


async def test_a_self_test_waits_until_there_is_room(house: House, fill: Fill) -> None:
    fill()
    async with CheckPage(house.url) as page:
        status, answer = await page.probe()
        assert await page.probe("relay") == (200, {"is_offered": False}), (
            "there is none, full or not"
        )
    assert (status, code_of(answer)) == (503, "media_full")
    assert house.running.ground.counters["overload_refused_tests"] == 1


async def test_a_full_server_is_ready_and_says_that_it_is_full(house: House, fill: Fill) -> None:
    await house.running.readiness.look()
    before = house.running.readiness.faults()
    fill()
    assert house.running.readiness.faults() == before
    assert house.running.health()["full"] == [strain.value for strain in Strain]
    assert all(house.running.figures().overload.values())


async def test_the_limit_of_meetings_is_told_in_the_same_words() -> None:
    async with House(config=replace(CONFIG, max_meetings=0)) as house:
        page = await house.client()
        assert await code(page.join(house.room.address, "Ann")) == "server_full"
