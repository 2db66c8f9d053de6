"""A morning of the estate: people come to their slots, officers open, check and lock, the desk
decides on knocks, and servers die, are emptied or lose their registry meanwhile.

The same seed gives the same morning. Seconds from half an hour before the first slot.
"""

import random
from dataclasses import dataclass, field

from tests.scaling.clockwork import Process, Signal, World
from tests.scaling.nodes import Costs, Estate, Server
from tests.scaling.people import MINUTE_S, Habits, guest_comes, guests, spread

RETRY_S = (0.15, 0.45)
RETRY_MAX_S = 3.0
"""How a page asks again (`web/scripts/signalling/client.js`)."""
CHAOS_AT_S = 50 * MINUTE_S
"""Twenty minutes into the first slot, when every room is full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`kills`, `drains`: a server at CHAOS_AT_S. `registry_away_s`: Redis, just as people come."""

    nodes: int
    rooms: int = 500
    prisons: int = 120
    officers: int = 2
    seed: int = 1
    kills: bool = False
    drains: bool = False
    moves_at_once: int = 4
    move_s: float = 0.5
    registry_away_s: float = 0.0
    habits: Habits = field(default_factory=Habits)


@dataclass(slots=True)
class Seen:
    """Seconds, each list one entry a person or an event."""

    for_host: list[float] = field(default_factory=list)
    """Guests: from Start, or the slot's begin if that is later, to being inside."""
    knocks: list[float] = field(default_factory=list)
    """From a knock at a locked room to an officer who takes it up."""
    decisions: list[float] = field(default_factory=list)
    """And to its decision."""
    calls: list[float] = field(default_factory=list)
    """From "call staff" or "ready to leave" to an officer who takes it up."""
    joins: list[float] = field(default_factory=list)
    """From a join to its answer."""
    surge: list[float] = field(default_factory=list)
    """The same of those whose server died or was emptied."""
    back: list[float] = field(default_factory=list)
    """From the death of their server to being in the room again."""
    moved: list[float] = field(default_factory=list)
    """From the order to empty a server to each room's end there."""
    held: list[float] = field(default_factory=list)
    """How long people stood at a room that no server would take, or would let nobody into."""


class Desk:
    """A prison's officers, who take what rings one after another."""

    def __init__(self, world: World, officers: int) -> None:
        self._world = world
        self._free = officers
        self._waiting: list[Signal] = []

    def work(self, takes_s: float, waits: list[float]) -> Process:
        """`yield from` it: until an officer has had so long for it."""
        rang_at = self._world.now
        if not self._free:
            turn = Signal()
            self._waiting.append(turn)
            yield turn
        else:
            self._free -= 1
        waits.append(self._world.now - rang_at)
        yield takes_s
        if self._waiting:
            self._world.set(self._waiting.pop(0))
        else:
            self._free += 1


class Call:
    """What happens in a room in one slot."""

    def __init__(self) -> None:
        self.opened = Signal()
        self.is_locked = False
        self.checks: list[float] = []


class Morning:
    def __init__(self, plan: Plan, costs: Costs) -> None:
        self.plan = plan
        self.seen = Seen()
        self._costs = costs
        self._world = World()
        self._chance = random.Random(plan.seed)
        self.estate = Estate(self._world, self._chance, plan.nodes, plan.rooms)
        self._desks = [Desk(self._world, plan.officers) for _ in range(plan.prisons)]
        self.before: dict[str, int] = {}

    def run(self) -> "Morning":
        plan, habits = self.plan, self.plan.habits
        for slot in range(habits.slots):
            for room in range(plan.rooms):
                self._plan_call(room, slot)
        self._world.at(CHAOS_AT_S, self._chaos)
        if plan.registry_away_s:
            self._world.at(habits.begins(0) - MINUTE_S, self._lose_registry)
        self._world.run(habits.ends_at)
        return self

    # -- a call -------------------------------------------------------------------------------

    def _plan_call(self, room: int, slot: int) -> None:
        habits, chance = self.plan.habits, self._chance
        begins, call = habits.begins(slot), Call()
        ends = begins + habits.slot_s - spread(chance, *habits.leaves_early_s)
        mean, by = habits.officer_late_s
        officer_at = max(begins - 5 * MINUTE_S, begins + chance.gauss(mean, by))
        number = guests(chance, habits)
        call.checks = [spread(chance, *habits.check_s, least=20.0) for _ in range(number)]
        self._world.start(self._host(room, call, ends), officer_at)
        for _ in range(number):
            comes_at = guest_comes(chance, habits, begins)
            if comes_at < ends:
                self._world.start(self._guest(room, call, begins, ends), comes_at)

    def _host(self, room: int, call: Call, ends: float) -> Process:
        yield from self._join(room)
        self._world.set(call.opened)
        yield from call.checks
        yield spread(self._chance, *self.plan.habits.hand_over_s, least=30.0)
        call.is_locked = True
        desk = self._desks[room % self.plan.prisons]
        if self._chance.random() < self.plan.habits.calls_staff:
            yield self._chance.random() * max(0.0, ends - self._world.now)
            yield from desk.work(self._desk_call_s(), self.seen.calls)
        yield max(0.0, ends - self._world.now)
        yield from desk.work(self._desk_call_s(), self.seen.calls)
        self._leave(room)

    def _desk_call_s(self) -> float:
        return spread(self._chance, *self.plan.habits.desk_call_s, least=5.0)

    def _guest(self, room: int, call: Call, begins: float, ends: float) -> Process:
        habits, asked_at = self.plan.habits, self._world.now
        yield from self._join(room)
        if call.is_locked:
            knocked_at = self._world.now
            desk = self._desks[room % self.plan.prisons]
            takes_s = spread(self._chance, *habits.desk_knock_s, least=30.0)
            yield from desk.work(takes_s, self.seen.knocks)
            self.seen.decisions.append(self._world.now - knocked_at)
        else:
            yield call.opened
            yield from self._lease(room)
            if self._chance.random() < habits.without_link:
                yield spread(self._chance, *habits.host_answers_s, least=5.0)
            self.seen.for_host.append(max(0.0, self._world.now - max(asked_at, begins)))
        yield max(0.0, ends - self._world.now)
        self._leave(room)

    # -- servers ------------------------------------------------------------------------------

    def _join(self, room: int, times: list[float] | None = None) -> Process:
        """Find the room's server, and be answered."""
        asked_at, pause = self._world.now, self._chance.uniform(*RETRY_S)
        while (server := self.estate.ask(room)) is None:
            yield pause * self._chance.uniform(0.5, 1.5)
            pause = min(RETRY_MAX_S, 2 * pause)
        found_at = self._world.now
        if found_at > asked_at:
            self.seen.held.append(found_at - asked_at)
        answered = server.answer(self._world.now, self._costs)
        (self.seen.joins if times is None else times).append(answered - self._world.now)
        server.settle(1)
        yield answered - self._world.now

    def _lease(self, room: int) -> Process:
        """A server without a lease lets nobody new in."""
        began = self._world.now
        while (owner := self.estate.owner(room)) is not None and not self.estate.is_leased(owner):
            yield 0.25
        if self._world.now > began:
            self.seen.held.append(self._world.now - began)

    def _leave(self, room: int) -> None:
        owner = self.estate.owner(room)
        if owner is not None:
            owner.settle(-1)

    # -- what goes wrong ----------------------------------------------------------------------

    def _lose_registry(self) -> None:
        self.estate.registry_away_until = self._world.now + self.plan.registry_away_s

    def _chaos(self) -> None:
        fullest = max(self.estate.servers, key=lambda one: one.people)
        self.before = {one.id: len(one.rooms) for one in self.estate.servers}
        if self.plan.kills or self.plan.drains:
            for one in self.estate.servers:
                one.joins.clear()
        if self.plan.kills:
            self._kill(fullest)
        elif self.plan.drains:
            self._world.start(self._drain(fullest), self._world.now)

    def _kill(self, server: Server) -> None:
        lost = list(server.rooms)
        people = server.people
        self.estate.kill(server)
        share = people / max(1, len(lost))
        for room in lost:
            for _ in range(round(share + self._chance.uniform(-0.4, 0.4))):
                self._world.start(self._come_back(room, self._world.now), self._world.now)

    def _come_back(self, room: int, lost_at: float) -> Process:
        yield self._chance.uniform(*RETRY_S)
        yield from self._join(room, self.seen.surge)
        self.seen.back.append(self._world.now - lost_at)

    def _drain(self, server: Server) -> Process:
        """So many rooms at once; people of a room join at the next server, then leave this one."""
        server.is_draining = True
        began, share = self._world.now, server.people / max(1, len(server.rooms))
        rooms, turn = sorted(server.rooms), 0
        while turn < len(rooms):
            some = rooms[turn : turn + self.plan.moves_at_once]
            turn += len(some)
            for room in some:
                self.estate.move(room, server)
                server.settle(-round(share))
                for _ in range(round(share)):
                    self._world.start(self._join(room, self.seen.surge), self._world.now)
            yield self.plan.move_s
            self.seen.moved += [self._world.now - began] * len(some)
