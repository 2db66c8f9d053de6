"""The media engine on a machine that does nothing else, whatever this one does beside.

The engine runs in this process on a clock that stands while the load works and goes on by the CPU
time the engine takes, and when it is idle leaps to the next packet. So its wake-ups find what they
would find on a core of its own, its timers fire at their rate, and the delay of a packet is what
that core would add. Real are sockets, handshakes, keys and feedback. Not in the figure: the kernel
putting a process to sleep and waking it, and other processes' part of the CPU caches.
"""

import asyncio
import gc
import time

from media.engine import Config, MediaEngine
from tests.bench.engine_host import answer_offer
from tests.bench.loader import ROOM_SIZE, Load
from tests.bench.packet_cost import Cost, quantile

WARM_UP_S = 3.0
"""By then everybody has been probed once; nobody is after that on a path that carries it all."""


class CalmLoop(asyncio.SelectorEventLoop):
    """Its time is `now_s`, set by whoever owns it."""

    now_s = 1000.0

    def time(self) -> float:
        return self.now_s


async def _turn() -> int:
    """Let the loop look at its sockets and timers once; return the CPU time, in nanoseconds."""
    before = time.process_time_ns()
    await asyncio.sleep(0)  # this continues before what the first look finds
    await asyncio.sleep(0)
    return time.process_time_ns() - before


class CalmRun:
    """Rooms of three on one engine, driven packet by packet."""

    def __init__(self, loop: CalmLoop, rooms: int) -> None:
        self._loop = loop
        self.load = Load(rooms * ROOM_SIZE, clock_ns=lambda: int(loop.now_s * 1e9))
        self.engine = MediaEngine(lambda event: None)
        self.spent_ns = 0
        self.wake_ups = 0
        self._empty_ns = 0
        self._start = 0.0

    async def open(self) -> None:
        await self.engine.start(Config(host="127.0.0.1", tcp_port=None))
        offers = [peer.offer() for peer in self.load.peers]
        answers = [
            await answer_offer(self.engine, number, offer) for number, offer in enumerate(offers)
        ]
        await asyncio.to_thread(self.load.connect, answers)

    async def close(self) -> None:
        await self.engine.close()
        self.load.close()

    def prepare(self, seconds: float, in_bursts: bool) -> None:
        self.load.prepare(seconds, in_bursts)
        gc.collect()
        gc.freeze()  # the schedule is not the engine's to look through
        self._start = self._loop.now_s

    async def measure_empty_turns(self) -> None:
        """What a turn costs in which nothing happens: the driver's own part."""
        self._empty_ns = min([await _turn() for _ in range(200)])

    async def drive(self, until: float) -> None:
        """Go on to this second of the schedule."""
        load, loop = self.load, self._loop
        elapsed = loop.now_s - self._start
        while elapsed < until:
            load.keep_alive(elapsed, loop.now_s)
            if not load.send_due(elapsed):
                elapsed = min(load.next_at, until)
                loop.now_s = self._start + elapsed
                continue
            spent = max(0, await _turn() - self._empty_ns)
            self.spent_ns += spent
            self.wake_ups += 1
            elapsed += spent / 1e9
            loop.now_s = self._start + elapsed
            load.receive(loop.now_s)


def measure_calm(*, rooms: int, seconds: float, in_bursts: bool) -> Cost:
    """CPU time and delay of the engine alone at this load."""
    loop = CalmLoop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(_measure(loop, rooms, seconds, in_bursts))


async def _measure(loop: CalmLoop, rooms: int, seconds: float, in_bursts: bool) -> Cost:
    run = CalmRun(loop, rooms)
    try:
        await run.open()
        run.prepare(WARM_UP_S + seconds, in_bursts)
        await run.measure_empty_turns()
        await run.drive(WARM_UP_S)
        run.spent_ns = run.wake_ups = 0
        run.load.forget_samples()
        before, sent = run.load.received, run.load.sent
        await run.drive(WARM_UP_S + seconds)
        forwarded = run.load.received - before
        expected = (run.load.sent - sent) * (ROOM_SIZE - 1)
        outcome = run.load.outcome()
        return Cost(
            rooms=rooms,
            in_bursts=in_bursts,
            cpu_us=run.spent_ns / 1000 / max(1, forwarded),
            busy=run.spent_ns / 1e9 / seconds,
            forwarded_per_s=forwarded / seconds,
            loss=max(0.0, 1 - forwarded / expected),
            lost_by_load=outcome["lost_by_load"] / expected,
            delay_p50_us=quantile(outcome["delays_us"], 0.5),
            delay_p99_us=quantile(outcome["delays_us"], 0.99),
            sampled=outcome["sampled"],
            bad_samples=outcome["bad_samples"],
            late_ms=0.0,
            loader_busy=0.0,
            waited=0.0,
            loader_waited=0.0,
            profiles=(run.load.peers[0].profile,),
            requests=outcome["requests"],
            counters={**run.engine.counters(), "wake_ups_per_s": round(run.wake_ups / seconds)},
        )
    finally:
        await run.close()
        gc.unfreeze()
