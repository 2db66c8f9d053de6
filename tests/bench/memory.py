"""What memory a participant takes, and whether it comes back: the engine in a process of its own.

A participant is measured with sound and picture flowing, so with full histories. Coming and going
is measured in two ways: with real handshakes, some hundreds; and without, where an endpoint is
added, its offer answered and the endpoint removed before its peer was heard, which makes and drops
everything but the DTLS association and the SRTP sessions, ten thousand times.
"""

import asyncio
import gc
from dataclasses import dataclass
from pathlib import Path

from aiortc.rtcdtlstransport import RTCCertificate

from media.engine import Config, MediaEngine
from media.messages import RemoveEndpoint
from tests.bench.engine_host import answer_offer
from tests.bench.load_peer import LoadPeer
from tests.bench.loader import ROOM_SIZE, Load
from tests.bench.packet_cost import SERVER_CORE, Child, run_load

ROOMS = 10
FLOW_S = 6.0
MEBI = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """Resident memory in MB after so many joins and leaves; the first is after the warm-up."""

    joins: int
    rss_mb: tuple[float, ...]

    @property
    def bytes_each(self) -> float:
        """What each join left behind, between the first figure and the last."""
        return (self.rss_mb[-1] - self.rss_mb[0]) * MEBI / self.joins


def rss_mb(pid: int | str = "self") -> float:
    """Resident memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


async def measure_participant() -> float:
    """MB a participant adds to the engine's process while everybody sends and receives."""
    host = await Child.start("tests.bench.engine_host", str(SERVER_CORE))
    before: list[float] = []

    async def answer(offers: list[str]) -> list[str]:
        before.append(rss_mb(host.pid))
        return list((await host.ask(offers=offers))["answers"])

    await run_load(
        rooms=ROOMS, seconds=FLOW_S, in_bursts=False, server_pids=[host.pid], answer=answer
    )
    after = rss_mb(host.pid)
    await host.finish()
    return (after - before[0]) / (ROOMS * ROOM_SIZE)


class Churn:
    """People who come and go in rooms of three on one engine in this process."""

    def __init__(self) -> None:
        self.engine = MediaEngine(lambda event: None)
        self._certificate = RTCCertificate.generateCertificate()
        self._next = 0
        self._present: set[int] = set()

    async def open(self) -> None:
        await self.engine.start(Config(host="127.0.0.1", tcp_port=None))

    async def close(self) -> None:
        await self.engine.close()

    async def answered(self, count: int) -> None:
        """People whose offer is answered, and who leave before they were heard."""
        for _ in range(count):
            number, self._next = self._next, self._next + 1
            peer = LoadPeer(number % 1000, self._certificate)
            offer = peer.offer()
            peer.close()
            await answer_offer(self.engine, number, offer)
            self._present.add(number)
            await self._leave(number - ROOM_SIZE)

    async def connected(self, count: int) -> None:
        """People who shake hands, are seen and heard for a moment, and leave."""
        for _ in range(count // ROOM_SIZE):
            first = -(-self._next // ROOM_SIZE) * ROOM_SIZE
            self._next = first + ROOM_SIZE
            load = Load(ROOM_SIZE)
            answers = [
                await answer_offer(self.engine, first + at, peer.offer())
                for at, peer in enumerate(load.peers)
            ]
            self._present |= set(range(first, first + ROOM_SIZE))
            await asyncio.to_thread(load.connect, answers)
            load.prepare(0.1, in_bursts=False)
            load.send_due(0.1)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            for at in range(ROOM_SIZE):
                await self._leave(first + at)
            load.close()

    async def empty(self) -> None:
        """Everybody leaves, and what they left is collected."""
        for number in sorted(self._present):
            await self._leave(number)
        await asyncio.sleep(0.05)  # the handshake tasks end by themselves
        gc.collect()

    async def _leave(self, number: int) -> None:
        if number in self._present:
            self._present.remove(number)
            await self.engine.request(RemoveEndpoint(endpoint=f"e{number}"))


async def measure_growth(*, joins: int, handshakes: int, steps: int = 5) -> Growth:
    """Resident memory of a process in which people come and go."""
    churn = Churn()
    await churn.open()
    figures = []
    for _ in range(steps + 1):
        await churn.answered(joins // steps)
        await churn.connected(handshakes // steps)
        await churn.empty()
        figures.append(rss_mb())
    await churn.close()
    return Growth(joins=joins + handshakes, rss_mb=tuple(figures))
