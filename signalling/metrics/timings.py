"""How long things take, as counters: `NAME_to_N_ms`, `NAME_count` and `NAME_sum_ms`."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiohttp import web

from signalling.ending import end

LAG_LOOK_S = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """A histogram with these upper ends."""

    name: str
    steps_ms: tuple[int, ...]

    def note(self, counters: Counter[str], took_s: float) -> None:
        took_ms = max(0, round(took_s * 1000))
        for step in self.steps_ms:
            if took_ms <= step:
                counters[f"{self.name}_to_{step}_ms"] += 1
        counters[f"{self.name}_count"] += 1
        counters[f"{self.name}_sum_ms"] += took_ms


LOOP_LAG = Timing(name="loop_lag", steps_ms=(1, 5, 10, 25, 50, 100, 250, 500, 1_000))
KNOCK = Timing(
    name="knock_acknowledged", steps_ms=(5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000)
)


class LoopWatch:
    """How late the event loop is: pages, sockets and meetings all wait for it."""

    def __init__(self, counters: Counter[str]) -> None:
        self._counters = counters
        self._worst_s = 0.0

    def take_worst(self) -> float:
        """By how many seconds it was late at most, since this was asked last."""
        worst_s, self._worst_s = self._worst_s, 0.0
        return worst_s

    async def live(self, _app: web.Application) -> AsyncIterator[None]:
        """For `cleanup_ctx`."""
        watch = asyncio.create_task(self._watch(), name="loop watch")
        yield
        await end([watch])

    async def _watch(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            due = clock() + LAG_LOOK_S
            await asyncio.sleep(LAG_LOOK_S)
            late_s = clock() - due
            self._worst_s = max(self._worst_s, late_s)
            LOOP_LAG.note(self._counters, late_s)
