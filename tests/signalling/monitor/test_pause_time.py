"""How long a room runs on when its last monitor is lost: by the real clock, never over 5 s."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from signalling.config import SignallingConfig
from tests.signalling.client import Client
from tests.signalling.fakes.store import FakeStore
from tests.signalling.house import PIN_HASH, House
from tests.signalling.monitor.monitor_client import MonitorClient
from tests.signalling.monitor.scene import Scene
from tests.signalling.officers import staff_store
from vmr.numbers import Numbers
from vmr.policies import PolicyName

MOST_S = 5.0
ROOMS = 24
SEED = 4


class RealClock:
    """Seconds since the epoch."""

    def __call__(self) -> float:
        return time.time()


@pytest_asyncio.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    store = FakeStore()
    config = SignallingConfig(
        new_sockets_per_address_burst=500,
        requests_per_session_burst=500,
        requests_per_session_s=500,
    )
    numbers = Numbers(social_unrecorded=True)
    clock: object = RealClock()
    async with (
        staff_store(tmp_path) as store.staff,
        House(store=store, numbers=numbers, clock=clock, config=config) as house,
    ):
        running = Scene(house)
        yield running
        await running.close()


class Watched:
    """A room that is open, and the page that watches it and beats like a page."""

    def __init__(self, scene: Scene, room: str, page: MonitorClient, host: Client) -> None:
        self.scene = scene
        self.room = room
        self.page = page
        self.host = host
        self.frames = 0
        self.is_beating = True
        self.task = asyncio.create_task(self._beat())

    async def _beat(self) -> None:
        while self.is_beating:
            self.frames += 25
            self.scene.feed(self.room)
            await self.page.beat({self.room: self.frames})
            await asyncio.sleep(1.0)  # the page's own rhythm

    async def stop(self) -> None:
        self.is_beating = False
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


async def falls_silent(watched: Watched) -> None:
    await watched.stop()


async def is_hidden(watched: Watched) -> None:
    await watched.stop()
    await watched.page.beat({watched.room: watched.frames}, visible=False)


async def loses_its_socket(watched: Watched) -> None:
    await watched.stop()
    await watched.page.socket.eio.disconnect(abort=True)


async def loses_its_transport(watched: Watched) -> None:
    watched.scene.connect(watched.room, is_connected=False)


async def stops_decoding(watched: Watched) -> None:
    """It goes on to say that it is there, with the frames it had."""
    await watched.stop()

    async def beat() -> None:
        while True:
            watched.scene.feed(watched.room)
            await watched.page.beat({watched.room: watched.frames})
            await asyncio.sleep(1.0)  # the page's own rhythm

    watched.task = asyncio.create_task(beat())


LOSSES: tuple[Callable[[Watched], Awaitable[None]], ...] = (
    falls_silent, is_hidden, loses_its_socket, loses_its_transport, stops_decoding,
)  # fmt: skip


async def begin(scene: Scene, number: int) -> Watched:
    added = scene.house.store.add_room(PIN_HASH, policy=PolicyName.SOCIAL)
    await scene.house.running.meetings.board.refresh_all()
    page = await scene.watching(str(added.id), name=f"Officer {number}")
    return Watched(scene, str(added.id), page, await scene.opened(added))


async def lose(watched: Watched, how: Callable[[Watched], Awaitable[None]], wait_s: float) -> float:
    """Seconds from the loss to the pause, as the host hears of it."""
    await asyncio.sleep(wait_s)  # at any moment of the rhythm
    assert watched.host.view["is_unwatched"] is False
    began = time.monotonic()
    await how(watched)
    host = watched.host
    await host.wait_for(lambda: host.view.get("is_unwatched"), "the pause", MOST_S * 2)
    return time.monotonic() - began


@pytest.mark.timeout(120)
async def test_the_pause_after_the_loss_of_a_monitor_is_never_over_5_seconds(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(SEED)
    rooms = [await begin(scene, number) for number in range(ROOMS)]
    await asyncio.sleep(4.0)  # long enough to be live, not only ready
    losses = [LOSSES[number % len(LOSSES)] for number in range(ROOMS)]
    waits = [chance.uniform(0, 2) for _ in rooms]
    took = await asyncio.gather(*map(lose, rooms, losses, waits))
    for watched in rooms:
        await watched.stop()
    with capsys.disabled():
        for loss in LOSSES:
            of = [s for s, how in zip(took, losses, strict=True) if how is loss]
            print(f"\npause after a monitor {loss.__name__}: most {max(of):.2f} s", end="")
        print(f"\npause after monitor loss, {len(took)} times: most {max(took):.2f} s of {MOST_S}")
    assert max(took) <= MOST_S
