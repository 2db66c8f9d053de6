"""Rounds of scenes against a server in a process of its own, and what they leave over.

After the first rounds, which fill what is kept on purpose, the clock is set past every deadline,
and what the process holds is counted; again at the end. Memory is looked at after each round.
"""

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.packet_cost import Child
from tests.peers.sqlite import lay_database
from tests.soak.census import left_over
from tests.soak.day import Day, make_places
from vmr.store import Store

SKIP_S = 4000.0
"""Past every deadline of a meeting, a session, a limit, a refused host."""
QUIET_S = 120.0
POLL = "task RequestHandler._handle_request"
"""A poll outlives its transport by 15 s where the page closed it."""
GONE = ("transports", "sessions", "meetings", "endpoints", "desks", "monitors")
LOOK_S = 0.7
LOOKS = 4
WARM_ROUNDS = 2
KILL_EVERY = 5
"""Rounds from one kill of the media worker to the next."""
PATIENCE_S = 400.0
KB_A_SCENE = 8.0
"""Memory may grow by so much: what the database and the allocator keep."""
SCENES_MIN = 500
"""Fewer say nothing of memory: it grows in steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    scenes: int
    rss_mb: Sequence[float]
    worker_rss_mb: Sequence[float]
    left: Mapping[str, int]
    counters: Mapping[str, int]
    growth: Sequence[str] = field(default_factory=list)

    @property
    def kb_a_scene(self) -> float:
        """The slope of a straight line through the memory after each round, by least squares."""
        count = len(self.rss_mb)
        if count < 2:
            return 0.0
        middle, mean = (count - 1) / 2, sum(self.rss_mb) / count
        over = sum((at - middle) * (mb - mean) for at, mb in enumerate(self.rss_mb))
        slope = over / sum((at - middle) ** 2 for at in range(count))
        return 1024 * slope * count / max(1, self.scenes)


async def soak(
    *, seconds: float, rooms: int, seed: int, rounds_min: int = 2, is_traced: bool = False
) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        database = lay_database(Path(folder) / "vmr.db")
        store = await Store.open(database)
        host = await Child.start("tests.soak.host", database)
        try:
            url = (await host.listen())["url"]
            legal, social = await make_places(store, rooms)
            return await _rounds(host, Day(url, store, seed), (legal, social), seconds,
                                 rounds_min, is_traced=is_traced)  # fmt: skip
        finally:
            await store.close()
            await host.finish()


async def _rounds(
    host: Child, day: Day, places: tuple[Any, Any], seconds: float, least: int, *, is_traced: bool
) -> Outcome:
    for _ in range(WARM_ROUNDS):
        await day.round(*places)
        await host.ask(PATIENCE_S, kill_worker=True)
        await _end_meetings(host, day)
    before = await _at_rest(host, day)
    first = before[0]["rss_mb"]
    if is_traced:
        await host.ask(trace=True)
    warm, began = day.done, time.monotonic()
    sizes, worker_sizes, rounds = [first], [], 0
    while rounds < least or time.monotonic() - began < seconds:
        await day.round(*places)
        rounds += 1
        if rounds % KILL_EVERY == 0:
            await host.ask(PATIENCE_S, kill_worker=True)
        counted = await _end_meetings(host, day)
        sizes.append(counted["rss_mb"])
        worker_sizes.append(counted["worker_rss_mb"])
    after = await _at_rest(host, day)
    growth = (await host.ask(growth=True))["lines"] if is_traced else []
    return Outcome(
        scenes=day.done - warm,
        rss_mb=sizes,
        worker_rss_mb=worker_sizes,
        left=left_over(_most(before), _least(after)),
        counters=Counter(after[-1]["counters"]),
        growth=growth,
    )


async def _end_meetings(host: Child, day: Day) -> dict[str, Any]:
    """What is left of them when their deadlines have passed."""
    deadline = time.monotonic() + QUIET_S
    while True:
        await host.ask(skip=SKIP_S)
        day.ahead_s += SKIP_S
        counted = await host.ask(count=True)
        if not counted["health"]["meetings"]:
            return counted
        assert time.monotonic() < deadline, f"meetings that do not end: {counted['health']}"
        await asyncio.sleep(0.1)  # mailboxes are looked at, not heard


async def _at_rest(host: Child, day: Day) -> list[dict[str, Any]]:
    """Some counts when everything is over: what waits a moment is not in all of them."""
    deadline = time.monotonic() + QUIET_S
    looks: list[dict[str, Any]] = []
    while len(looks) < LOOKS:
        await host.ask(skip=SKIP_S)
        day.ahead_s += SKIP_S
        await asyncio.sleep(LOOK_S)  # tasks end, sockets close: nothing tells when
        counted = await host.ask(count=True)
        there = {"transports": counted["transports"], **counted["health"]}
        is_empty = not any(there[name] for name in GONE) and POLL not in counted["census"]
        if is_empty or time.monotonic() > deadline:
            looks.append(counted)
    return looks


def _most(looks: Sequence[Mapping[str, Any]]) -> Mapping[str, int]:
    kinds = {kind for look in looks for kind in look["census"]}
    return {kind: max(look["census"].get(kind, 0) for look in looks) for kind in kinds}


def _least(looks: Sequence[Mapping[str, Any]]) -> Mapping[str, int]:
    kinds = {kind for look in looks for kind in look["census"]}
    return {kind: min(look["census"].get(kind, 0) for look in looks) for kind in kinds}


def faults(outcome: Outcome) -> list[str]:
    """What is wrong, in words; nothing when nothing was left over."""
    found = [f"left over: {count} more of {what}" for what, count in outcome.left.items()]
    if outcome.scenes >= SCENES_MIN and outcome.kb_a_scene > KB_A_SCENE:
        found.append(f"memory grew by {outcome.kb_a_scene:.1f} kB a scene")
    for name in ("internal_errors", "faults", "mailbox_overflow"):
        if outcome.counters.get(name):
            found.append(f"{outcome.counters[name]} {name}")
    return found
