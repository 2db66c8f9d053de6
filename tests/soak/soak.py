"""Rounds of scenes against servers in processes of their own, and what they leave over.

After the first rounds, which fill what is kept on purpose, the clocks are set past every deadline,
and what each process holds is counted; again at the end. Memory is looked at after each round.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.soak.census import left_over
from tests.soak.day import Day
from tests.soak.moves import Moves
from tests.soak.places import Place, make_places
from tests.soak.servers import Servers, serving
from tests.soak.visitors import Visitors

SKIP_S = 4000.0
"""Past every deadline of a meeting, a session, a limit, a refused host."""
QUIET_S = 120.0
PASSING = (
    "task RequestHandler._handle_request",
    "entries signalling.nodes.far_desk.FarDesk._heard",
)
"""A poll outlives its transport by 15 s where the page closed it; what another server has said of a
room that has no meeting now is forgotten a little later."""
GONE = ("transports", "sessions", "meetings", "endpoints", "desks", "monitors", "rooms")
HELD = ("task ", "thread ", "file socket", "file database", "file registry")
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

_Look = Mapping[str, Any]
"""What each server answers, by its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What one server had: memory after the first rounds and after each, what it holds at the end
    that it did not hold then, what it counted."""

    rss_mb: Sequence[float]
    worker_rss_mb: Sequence[float]
    left: Mapping[str, int]
    counters: Mapping[str, int]
    held: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Tasks, threads, sockets: how many after the first rounds, and at the end."""
    growth: Sequence[str] = field(default_factory=list)

    @property
    def mb_a_round(self) -> float:
        """The slope of a straight line through the memory after each round, by least squares."""
        count = len(self.rss_mb)
        if count < 2:
            return 0.0
        middle, mean = (count - 1) / 2, sum(self.rss_mb) / count
        over = sum((at - middle) * (mb - mean) for at, mb in enumerate(self.rss_mb))
        return over / sum((at - middle) ** 2 for at in range(count))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Of scenes and moves at all servers together."""

    scenes: int
    moves: int
    servers: Mapping[str, Kept]

    def kb_a_scene(self, kept: Kept) -> float:
        return 1024 * kept.mb_a_round * len(kept.rss_mb) / max(1, self.scenes)


async def soak(
    *, seconds: float, rooms: int, seed: int, nodes: int, rounds_min: int = 2,
    is_traced: bool = False,
) -> Outcome:  # fmt: skip
    """One server with SQLite, or so many that share their rooms, between which meetings move."""
    async with serving(nodes) as servers:
        places = await make_places(servers.store, rooms)
        soaking = _Soaking(servers, places, random.Random(seed))
        return await soaking.run(seconds, rounds_min, is_traced=is_traced)


class _Soaking:
    def __init__(
        self, servers: Servers, places: tuple[list[Place], Place], chance: random.Random
    ) -> None:
        self._servers = servers
        self._places = places
        self._visitors = Visitors(servers.urls, servers.store, chance)
        self._day = Day(self._visitors, chance)
        operator = servers.operator
        self._moves = None if operator is None else Moves(self._visitors, operator)
        self._began = (0, 0)

    async def run(self, seconds: float, least: int, *, is_traced: bool) -> Outcome:
        for _ in range(WARM_ROUNDS):
            await self._round()
            await self._servers.ask_all(PATIENCE_S, kill_worker=True)
            await self._end_meetings()
        before = await self._at_rest()
        if is_traced:
            await self._servers.ask_all(trace=True)
        self._began = self._done
        looks, began_at = [before[0]], time.monotonic()
        while len(looks) <= least or time.monotonic() - began_at < seconds:
            await self._round()
            if len(looks) % KILL_EVERY == 0:
                await self._servers.ask_all(PATIENCE_S, kill_worker=True)
            looks.append(await self._end_meetings())
        after = await self._at_rest()
        growth = await self._servers.ask_all(growth=True) if is_traced else {}
        return self._outcome(before, looks, after, growth)

    async def _round(self) -> None:
        """Moves come after scenes, which do not expect them, in half of the rooms."""
        await self._day.round(*self._places)
        if self._moves is not None:
            await self._end_meetings()
            await self._moves.round(self._places[0][::2])

    @property
    def _done(self) -> tuple[int, int]:
        return self._day.done, 0 if self._moves is None else self._moves.done

    def _outcome(
        self, before: list[_Look], looks: list[_Look], after: list[_Look], growth: _Look
    ) -> Outcome:
        scenes, moves = (now - then for now, then in zip(self._done, self._began, strict=True))
        kept = {
            name: Kept(
                rss_mb=[look[name]["rss_mb"] for look in looks],
                worker_rss_mb=[look[name]["worker_rss_mb"] for look in looks],
                left=left_over(_most(before, name), _least(after, name)),
                held={
                    kind: (_held(_most(before, name), kind), _held(_least(after, name), kind))
                    for kind in HELD
                },
                counters=Counter(after[-1][name]["counters"]),
                growth=growth[name]["lines"] if growth else (),
            )
            for name in self._servers.names
        }
        return Outcome(scenes=scenes, moves=moves, servers=kept)

    async def _end_meetings(self) -> _Look:
        """What is left of them when their deadlines have passed."""
        deadline = time.monotonic() + QUIET_S
        while True:
            await self._skip()
            seen = await self._look()
            if not any(one["health"]["meetings"] for one in seen.values()):
                return seen
            healths = [one["health"] for one in seen.values()]
            assert time.monotonic() < deadline, f"meetings that do not end: {healths}"
            await asyncio.sleep(0.1)  # mailboxes are looked at, not heard

    async def _at_rest(self) -> list[_Look]:
        """Some counts when everything is over: what waits a moment is not in all of them."""
        deadline = time.monotonic() + QUIET_S
        looks: list[_Look] = []
        while len(looks) < LOOKS:
            await self._skip()
            await asyncio.sleep(LOOK_S)  # tasks end, sockets close: nothing tells when
            is_late = time.monotonic() > deadline
            if not (is_late or all(map(_is_empty, (await self._look()).values()))):
                continue
            counted = await self._servers.ask_all(count=True)
            if is_late or not any(map(_is_passing, counted.values())):
                looks.append(counted)
        return looks

    async def _look(self) -> _Look:
        return await self._servers.ask_all(look=True)

    async def _skip(self) -> None:
        await self._servers.ask_all(skip=SKIP_S)
        self._visitors.ahead_s += SKIP_S


def _is_empty(seen: Mapping[str, Any]) -> bool:
    health = seen["health"]
    there = {"transports": seen["transports"], **health, **health.get("estate", {})}
    return not any(there.get(name) for name in GONE)


def _is_passing(counted: Mapping[str, Any]) -> bool:
    return any(counted["census"].get(what) for what in PASSING)


def _most(looks: Sequence[_Look], server: str) -> Mapping[str, int]:
    found = [look[server]["census"] for look in looks]
    kinds = {kind for one in found for kind in one}
    return {kind: max(one.get(kind, 0) for one in found) for kind in kinds}


def _least(looks: Sequence[_Look], server: str) -> Mapping[str, int]:
    found = [look[server]["census"] for look in looks]
    kinds = {kind for one in found for kind in one}
    return {kind: min(one.get(kind, 0) for one in found) for kind in kinds}


def _held(census: Mapping[str, int], kind: str) -> int:
    return sum(count for what, count in census.items() if what.startswith(kind))


def faults(outcome: Outcome) -> list[str]:
    """What is wrong, in words; nothing when nothing was left over."""
    found = []
    for name, kept in outcome.servers.items():
        at = f"{name}: " if len(outcome.servers) > 1 else ""
        found += [f"{at}left over: {count} more of {what}" for what, count in kept.left.items()]
        kb_a_scene = outcome.kb_a_scene(kept)
        if outcome.scenes >= SCENES_MIN and kb_a_scene > KB_A_SCENE:
            found.append(f"{at}memory grew by {kb_a_scene:.1f} kB a scene")
        for fault in ("internal_errors", "faults", "mailbox_overflow"):
            if kept.counters.get(fault):
                found.append(f"{at}{kept.counters[fault]} {fault}")
    return found
