"""Media workers as the processes they are: killed, stopped, outlived, and never left behind."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from media.messages import (
    WORKER_LOST,
    AddEndpoint,
    Answer,
    Done,
    EngineEvent,
    Gate,
    Negotiate,
    SetGate,
    SetSources,
    Source,
    TransportConnected,
    TransportLost,
)
from media.workers import Config, MediaWorkers, PortError
from tests.media.live_stage import EVERYTHING, until
from tests.peers.aiortc_peer import AiortcPeer

RED, GREEN = (200, 40, 40), (40, 170, 60)
PAGES_AND_RULES = ("vmr", "lobby", "signalling", "aiohttp", "sqlalchemy", "pydantic", "jinja2")
FORWARDING = ("media.engine", "aiortc", "pylibsrtp", "av", "numpy")
GONE_S = 2.0
LEADER = """
import asyncio, sys
from media.workers import Config, MediaWorkers

async def main():
    workers = MediaWorkers(lambda event: None)
    await workers.start(Config(host="127.0.0.1"), 2)
    print(*workers.pids.values(), flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


class House:
    """Workers and what they told."""

    def __init__(self) -> None:
        self.events: list[EngineEvent] = []
        self.workers = MediaWorkers(self.events.append)

    def lost(self) -> list[str]:
        return [
            event.endpoint
            for event in self.events
            if isinstance(event, TransportLost) and event.reason == WORKER_LOST
        ]

    def was_told(self, event: EngineEvent) -> bool:
        return event in self.events

    async def room_of_two(self) -> dict[str, AiortcPeer]:
        peers = {
            "red": AiortcPeer(colour=RED, number=1, pitch_hz=440),
            "green": AiortcPeer(colour=GREEN, number=2, pitch_hz=700),
        }
        for name in peers:
            assert await self.workers.request(AddEndpoint(room="r", endpoint=name)) == Done()
            await self.workers.request(SetGate(endpoint=name, gate=EVERYTHING))
        for name, other in (("red", "green"), ("green", "red")):
            source = Source(endpoint=other, audio=True, camera=True)
            await self.workers.request(SetSources(endpoint=name, sources=(source,)))
        await self.connect(peers)
        return peers

    async def connect(self, peers: dict[str, AiortcPeer]) -> None:
        for name, peer in peers.items():
            offer = Negotiate(endpoint=name, offer=await peer.offer())
            reply = await self.workers.request(offer)
            assert isinstance(reply, Answer), reply
            await peer.accept(reply.sdp)
        for peer in peers.values():
            await until(lambda peer=peer: peer.state == "connected", "the transport connects")  # type: ignore[misc]

    async def see_each_other(self, peers: dict[str, AiortcPeer]) -> None:
        for peer, colour in ((peers["red"], GREEN), (peers["green"], RED)):
            await until(
                lambda peer=peer, colour=colour: any(  # type: ignore[misc]
                    eye.sees(colour) for eye in peer.eyes.values()
                ),
                "each sees the other",
            )


@pytest.fixture
async def house() -> AsyncIterator[House]:
    made = House()
    await made.workers.start(Config(host="127.0.0.1"), 2)
    yield made
    await made.workers.close()


async def close(peers: dict[str, AiortcPeer]) -> None:
    await asyncio.gather(*(peer.close() for peer in peers.values()))


def is_running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return False
    return fields[0] != "Z"


async def pid_of_room(house: House) -> int:
    """The process that carries the one room there is."""
    place, _ = house.workers._book.place_of("r")
    assert place is not None
    return house.workers.pids[place]


async def test_two_people_meet_through_a_worker_and_again_when_it_was_killed(
    house: House,
) -> None:
    first = await house.room_of_two()
    await house.see_each_other(first)
    assert house.was_told(TransportConnected(endpoint="red"))
    packets = house.workers.counters
    await until(lambda: packets().get("packets_in_camera", 0) > 0, "the worker's count comes")
    before = house.workers.counters()
    killed_at = time.monotonic()
    os.kill(await pid_of_room(house), signal.SIGKILL)
    await until(lambda: sorted(house.lost()) == ["green", "red"], "both are told", GONE_S)
    print(f"told {1000 * (time.monotonic() - killed_at):.0f} ms after kill -9")
    await close(first)
    second = {
        "red": AiortcPeer(colour=RED, number=1, pitch_hz=440),
        "green": AiortcPeer(colour=GREEN, number=2, pitch_hz=700),
    }
    await house.connect(second)
    await house.see_each_other(second)
    await until(lambda: house.workers.counters()["worker_restarts"] == 1, "it is started again")
    after = house.workers.counters()
    assert (after["workers"], after["worker_deaths"], after["endpoints"]) == (2, 1, 2)
    assert all(after[name] >= before[name] for name in before if name.startswith("packets_"))
    assert len(house.lost()) == 2
    await close(second)


async def test_a_worker_that_hangs_is_killed_and_its_rooms_go_on_elsewhere(house: House) -> None:
    peers = await house.room_of_two()
    pid = await pid_of_room(house)
    os.kill(pid, signal.SIGSTOP)
    closing = asyncio.create_task(house.workers.request(SetGate(endpoint="red", gate=Gate())))
    assert await asyncio.wait_for(closing, 10) == Done()
    assert not is_running(pid)  # what narrows is in force: nothing forwards any more
    assert sorted(house.lost()) == ["green", "red"]
    assert await pid_of_room(house) != pid
    await close(peers)


async def test_the_workers_of_a_killed_leader_are_gone_at_once() -> None:
    leader = await asyncio.create_subprocess_exec(
        sys.executable, "-c", LEADER, stdout=asyncio.subprocess.PIPE
    )
    assert leader.stdout is not None
    pids = [int(pid) for pid in (await leader.stdout.readline()).split()]
    assert len(pids) == 2
    assert all(map(is_running, pids))
    os.kill(pids[0], signal.SIGSTOP)  # not even one that cannot hear of it stays
    leader.kill()
    await leader.wait()
    await until(lambda: not any(map(is_running, pids)), "no worker is left", GONE_S)


async def test_closing_ends_every_worker_and_may_be_done_twice() -> None:
    workers = MediaWorkers(lambda event: None)
    started = await workers.start(Config(host="127.0.0.1", tcp_port=0), 2)
    assert len({one.udp_port for one in started}) == 2
    assert all(one.tcp_port for one in started)
    pids = list(workers.pids.values())
    for pid in pids:
        os.kill(pid, signal.SIGINT)  # a terminal's Ctrl-C is the leader's business
        os.kill(pid, signal.SIGTERM)
    await workers.request(AddEndpoint(room="r", endpoint="e"))
    assert all(map(is_running, pids))
    await workers.close()
    await workers.close()
    assert not any(map(is_running, pids))
    assert workers.counters()["worker_deaths"] == 0


async def test_a_port_in_use_ends_every_worker_and_says_which_it_is() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        workers = MediaWorkers(lambda event: None)
        with pytest.raises(PortError) as refused:
            await workers.start(Config(host="127.0.0.1", port=port - 1), 2)
    assert refused.value.what == f"UDP port {port}"
    assert refused.value.is_udp
    assert not workers.pids


async def test_a_wrong_setting_is_told_as_one() -> None:
    workers = MediaWorkers(lambda event: None)
    with pytest.raises(ValueError, match="does not appear to be"):
        await workers.start(Config(host="127.0.0.1", announced=("nowhere",)), 1)


@pytest.mark.parametrize(
    ("module", "never"),
    [
        ("media.worker", PAGES_AND_RULES),
        ("media.workers", FORWARDING),
    ],
)
def test_neither_side_loads_what_is_the_other_s(module: str, never: tuple[str, ...]) -> None:
    program = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert module in loaded
    assert not set(never) & set(loaded)
