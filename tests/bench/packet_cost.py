"""CPU a forwarded packet and added delay, of the engine alone or of the whole server."""

import asyncio
import dataclasses
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.bench.loader import ROOM_SIZE

SERVER_CORE, LOADER_CORE = 0, 1
LINE_BYTES = 64 << 20
TIMEOUT_S = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one run measured. Times in microseconds; `busy` is of one core, from 0 to 1."""

    rooms: int
    in_bursts: bool
    cpu_us: float
    busy: float
    forwarded_per_s: float
    loss: float
    """The share of what should have been received that was not."""
    lost_by_load: float
    """The part of it that the load did not send, or had no room for."""
    delay_p50_us: float
    delay_p99_us: float
    sampled: int
    bad_samples: int
    late_ms: float
    loader_busy: float
    waited: float
    """The share of the time in which the server could have run and had no core."""
    loader_waited: float
    profiles: tuple[str, ...]
    requests: dict[str, int]
    counters: dict[str, int]

    @property
    def lost_by_server(self) -> float:
        """All that is not known to be the load's."""
        return max(0.0, self.loss - self.lost_by_load)

    @property
    def server_drops(self) -> int:
        """What the server itself counted: no room on the way in, or on the way out."""
        return sum(self.counters.get(name, 0) for name in ("kernel_drops", "send_drops"))


class Child:
    """A helper process of the bench that answers one JSON line to each it is given."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.pid = process.pid

    @classmethod
    async def start(cls, module: str, *arguments: str) -> "Child":
        return cls(
            await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                module,
                *arguments,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=LINE_BYTES,
            )
        )

    async def ask(self, timeout_s: float = TIMEOUT_S, **message: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message).encode() + b"\n")
        await self._process.stdin.drain()
        return await self.listen(timeout_s)

    async def finish(self) -> dict[str, Any]:
        """End its input; its last words, if it has any."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        last = await self.listen()
        await asyncio.wait_for(self._process.wait(), TIMEOUT_S)
        return last

    async def listen(self, timeout_s: float = TIMEOUT_S) -> dict[str, Any]:
        """The next line it says; nothing at its end."""
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), timeout_s)
        return dict(json.loads(line)) if line else {}


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of them lie; 0 when there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


Answerer = Callable[[list[str]], Awaitable[list[str]]]


async def run_load(
    *, rooms: int, seconds: float, in_bursts: bool, server_pids: list[int], answer: Answerer
) -> Cost:
    """Load a server that answers the offers of `rooms` rooms of three, and measure it."""
    loader = await Child.start("tests.bench.loader")
    opened = await loader.ask(op="open", people=rooms * ROOM_SIZE, core=LOADER_CORE)
    answers = await answer(opened["offers"])
    connected = await loader.ask(op="connect", answers=answers)
    result = await loader.ask(
        op="run", seconds=seconds, in_bursts=in_bursts, server_pids=server_pids
    )
    await loader.finish()
    return Cost(
        rooms=rooms,
        in_bursts=in_bursts,
        cpu_us=1e6 * result["cpu_s"] / max(1, result["forwarded"]),
        busy=result["cpu_s"] / result["wall_s"],
        forwarded_per_s=result["forwarded"] / result["wall_s"],
        loss=max(0.0, 1 - result["received"] / max(1, result["expected"])),
        lost_by_load=result["lost_by_load"] / max(1, result["expected"]),
        delay_p50_us=quantile(result["delays_us"], 0.5),
        delay_p99_us=quantile(result["delays_us"], 0.99),
        sampled=result["sampled"],
        bad_samples=result["bad_samples"],
        late_ms=result["late_ms"],
        loader_busy=result["loader_cpu_s"] / result["wall_s"],
        waited=result["waited_s"] / result["wall_s"],
        loader_waited=result["loader_waited_s"] / result["wall_s"],
        profiles=tuple(sorted(set(connected["profiles"]))),
        requests=result["requests"],
        counters={},
    )


async def measure_engine(*, rooms: int, seconds: float, in_bursts: bool) -> Cost:
    """The media engine in a process of its own, without signalling."""
    host = await Child.start("tests.bench.engine_host", str(SERVER_CORE))

    async def answer(offers: list[str]) -> list[str]:
        return list((await host.ask(offers=offers))["answers"])

    cost = await run_load(
        rooms=rooms, seconds=seconds, in_bursts=in_bursts, server_pids=[host.pid], answer=answer
    )
    counters = (await host.finish())["counters"]
    return dataclasses.replace(cost, counters=counters)
