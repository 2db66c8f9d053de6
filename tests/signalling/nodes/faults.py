"""What goes wrong with three servers of one estate, one fault after another, and what holds after
each: locked stayed locked, one server has the room, one chain that verifies, nothing told is lost,
and nobody is inside who was not let in.

`Morning` begins with a locked room; `strike` does one of FAULTS and looks. A soak does them in any
order, as often as it likes.
"""

import asyncio
import random
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest

from tests.browser.eventually import eventually
from tests.browser.network import TcpProxy
from tests.peers.postgresql import Postgresql
from tests.signalling.client import Client, Refused
from tests.signalling.nodes.estate import SETTLED_S, Estate, Page
from tests.signalling.nodes.node_process import NodeProcess
from tests.signalling.store_house import make_room
from vmr.nodes.lease import LEASE_S

PAUSE_S = 10.0
SERVERS = 3


class Morning:
    """An estate on which a locked meeting runs. `start`, then `strike`, then `close`."""

    def __init__(self, estate: Estate, postgresql: Postgresql, seed: int = 1) -> None:
        self.estate = estate
        self.postgresql = postgresql
        self.random = random.Random(seed)
        self._proxies: dict[NodeProcess, TcpProxy] = {}
        self._owned = AsyncExitStack()
        self.unlocked = 0
        """How often the host was told that the room is unlocked, in the meeting that runs."""
        self.meetings = 1

    async def start(self) -> None:
        redis = ("127.0.0.1", self.estate.redis.port)
        for _ in range(SERVERS):
            proxy = TcpProxy(redis)
            await proxy.start()
            self._owned.push_async_callback(proxy.close)
            node = await self.estate.add(f"redis://127.0.0.1:{proxy.port}/0")
            self._proxies[node] = proxy
        self.host, self.guest = await self.estate.locked()

    async def close(self) -> None:
        await self._owned.aclose()

    async def strike(self, name: str) -> None:
        """One fault, and then what must hold. AssertionError says what does not."""
        began = time.monotonic()
        await FAULTS[name](self)
        await self._come_home()
        await self._assert_sound(name)
        print(f"{name}: sound after {time.monotonic() - began:.1f} s")

    # -- what the faults are made of ----------------------------------------------------------

    async def owner(self) -> NodeProcess:
        return await self.estate.owner()

    def proxy(self, node: NodeProcess) -> TcpProxy:
        return self._proxies[node]

    async def moved_from(self, node: NodeProcess) -> None:
        async def has_moved() -> bool:
            return await self.estate.owner() is not node

        await eventually("another server has the room", has_moved, SETTLED_S)

    async def unlock_and_lock(self) -> None:
        """Two entries that are told, and so may not be lost."""
        await self.host.client.request("room.unlock")
        self.unlocked += 1
        await self.host.client.request("room.lock")

    async def unlock(self) -> None:
        await self.host.client.request("room.unlock")
        self.unlocked += 1

    async def taken_after(self, epoch: int) -> None:
        async def is_taken() -> bool:
            return await self.estate.epoch() > epoch

        await eventually("the room is taken", is_taken, SETTLED_S)

    async def has_broken_off(self) -> bool:
        """Whether the meeting was ended because nobody knows its last state."""
        summary, *_ = await self.estate.store.meetings(self.estate.room.id)
        last = (await self.estate.store.record(summary.id))[-1].entry
        return (last.what, dict(last.facts).get("code")) == ("ended", "broken_off")

    async def begin_again(self) -> None:
        """With the Host PIN, and the guest let in and attested anew."""
        for page in (self.host, self.guest):
            await page.close()
        self.host, self.guest = await self.estate.locked()
        self.unlocked = 0
        self.meetings += 1

    async def faults_of(self, node: NodeProcess) -> list[str]:
        """What `/readyz` says."""
        async with aiohttp.ClientSession() as client, client.get(f"{node.url}/readyz") as answer:
            found: list[str] = (await answer.json())["faults"]
            return found

    async def wait_for_fault(self, node: NodeProcess, fault: str, is_there: bool = True) -> None:
        async def is_so() -> bool:
            return (fault in await self.faults_of(node)) is is_there

        await eventually(f"{fault} is {is_there}", is_so, SETTLED_S)

    async def _come_home(self) -> None:
        """Both pages are at the server that has the room."""
        for page in (self.host, self.guest):

            async def is_home(page: Page = page) -> bool:
                if page.is_lost:
                    await page.come_back()
                return page.url == (await self.owner()).url and not page.is_lost

            await eventually("a page is at the room", is_home, SETTLED_S)

    # -- what holds ---------------------------------------------------------------------------

    async def _assert_sound(self, name: str) -> None:
        estate = self.estate
        for page in (self.host, self.guest):
            await page.wait_stage("locked")
        stranger = estate.page("Stranger")
        stranger.begin_at(self.random.choice(estate.nodes).url)
        await stranger.enter()
        assert stranger.client.place == "waiting", f"{name}: a stranger is {stranger.client.place}"
        view = self.host.client.view
        inside = sorted(one["id"] for one in view["participants"])
        known = sorted(str(page.client.participant) for page in (self.host, self.guest))
        assert inside == known, f"{name}: {view['participants']}"
        await self.host.client.request(
            "knock.refuse", participant=stranger.client.participant, reason=""
        )
        await stranger.close()
        await eventually(f"{name}: one server has the room", self._has_one_owner, SETTLED_S)
        await self._assert_record(name)

    async def _has_one_owner(self) -> bool:
        meetings = [(await node.health())["meetings"] for node in self.estate.nodes]
        return sorted(meetings) == [0] * (SERVERS - 1) + [1]

    async def _assert_record(self, name: str) -> None:
        store = self.estate.store
        summary, *ended = await store.meetings(self.estate.room.id)
        assert len(ended) == self.meetings - 1, name
        await store.verify(summary.id)
        recorded = [kept.entry.what for kept in await store.record(summary.id)]
        told = await store.records.look(summary.id, by="operator", at=time.time())
        beside = [one.entry.what for part in told.side_parts for one in part.entries]
        assert recorded.count("admitted") == 1, f"{name}: {recorded}"
        assert (recorded + beside).count("unlocked") == self.unlocked, (
            f"{name}: {recorded} {beside}"
        )
        proof = await store.records.verify_establishment(self.estate.room.establishment.id)
        assert proof.problems == (), f"{name}: {proof.problems}"


async def killed(morning: Morning) -> None:
    """`kill -9` of the server that has the room; it is started again."""
    owner = await morning.owner()
    await owner.kill()
    await morning.moved_from(owner)
    await owner.start()


async def paused(morning: Morning) -> None:
    """It stops for longer than its lease, and wakes up."""
    owner = await morning.owner()
    owner.send(signal.SIGSTOP)
    try:
        await asyncio.gather(asyncio.sleep(PAUSE_S), morning.moved_from(owner))
    finally:
        owner.send(signal.SIGCONT)


async def cut_off(morning: Morning) -> None:
    """Nothing passes between it and the registry."""
    owner = await morning.owner()
    morning.proxy(owner).cut()
    try:
        await morning.moved_from(owner)
    finally:
        morning.proxy(owner).mend()
    await morning.wait_for_fault(owner, "registry", is_there=False)


async def registry_away(morning: Morning) -> None:
    """For longer than a lease; it comes back empty, as a registry does."""
    owner = await morning.owner()
    morning.estate.redis.stop()
    try:
        await morning.wait_for_fault(owner, "registry")
    finally:
        morning.estate.redis.start()
    for node in morning.estate.nodes:
        await morning.wait_for_fault(node, "registry", is_there=False)


async def registry_emptied(morning: Morning) -> None:
    morning.estate.redis.empty()
    await asyncio.sleep(LEASE_S)  # for so long somebody could be taken for dead


async def database_away(morning: Morning) -> None:
    """The meeting goes on, who was in it comes back, and a room without a meeting waits."""
    owner, other = await morning.owner(), await make_room(morning.estate.store)
    await asyncio.to_thread(morning.postgresql.stop)
    try:
        await morning.unlock_and_lock()
        await morning.wait_for_fault(owner, "journal")
        await morning.guest.client.drop()
        morning.guest.begin_at(owner.url)
        await morning.guest.enter()
        await morning.guest.wait_stage("locked")
        client = await Client(owner.url).connect()
        with pytest.raises(Refused) as refused:
            await client.request("room.find", room=other.address)
        assert refused.value.code == "database_away"
        await client.close()
    finally:
        morning.postgresql.launch()
        await asyncio.to_thread(morning.postgresql.wait)
    await morning.wait_for_fault(owner, "journal", is_there=False)


async def database_away_and_killed(morning: Morning) -> None:
    """What it told meanwhile lies on its disk alone when it dies; it is started again when the
    database is: it brings in what it told before others take the room, or nobody goes on with the
    meeting."""
    owner, epoch = await morning.owner(), await morning.estate.epoch()
    await asyncio.to_thread(morning.postgresql.stop)
    try:
        await morning.unlock_and_lock()
        await owner.kill()
    finally:
        morning.postgresql.launch()
        await asyncio.to_thread(morning.postgresql.wait)
    await owner.start()
    await morning.taken_after(epoch)
    if await morning.has_broken_off():
        await morning.begin_again()


async def database_away_and_lost(morning: Morning) -> None:
    """The room was open when the database went, and is locked when its server dies for good: what
    the others find says open, and nobody comes into it by that."""
    owner, epoch = await morning.owner(), await morning.estate.epoch()
    await morning.unlock()
    await asyncio.to_thread(morning.postgresql.stop)
    try:
        await morning.host.client.request("room.lock")
        await owner.kill()
    finally:
        morning.postgresql.launch()
        await asyncio.to_thread(morning.postgresql.wait)
    await morning.taken_after(epoch)
    assert await morning.has_broken_off()
    await morning.guest.come_back()
    assert "broken_off" in morning.guest.refusals
    assert morning.guest.client.place == "waiting", "they were attested in the meeting that is over"
    await morning.begin_again()
    await owner.start()


async def clock_steps(morning: Morning) -> None:
    """Of the machine of the server that has the room, an hour forward, and an hour back."""
    owner, epoch = await morning.owner(), await morning.estate.epoch()
    for there, back in ((signal.SIGUSR1, signal.SIGUSR2), (signal.SIGUSR2, signal.SIGUSR1)):
        owner.send(there)
        await morning.wait_for_fault(owner, "clock")
        await morning.unlock_and_lock()
        owner.send(back)
        await morning.wait_for_fault(owner, "clock", is_there=False)
    assert await morning.estate.epoch() == epoch, "a clock is no reason to move a room"


FAULTS: dict[str, Callable[[Morning], Awaitable[Any]]] = {
    one.__name__: one
    for one in (
        database_away, clock_steps, database_away_and_lost, database_away_and_killed,
        registry_emptied, registry_away,
        cut_off, paused, killed,
    )
}  # fmt: skip
