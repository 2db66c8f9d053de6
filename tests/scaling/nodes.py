"""The servers of the simulation: who runs which room, and how long a request waits.

Placement, lease and the order of looks are the product's own (`vmr.nodes`); what a request costs is
measured. A server answers its requests one after another, as one event loop does.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from signalling.nodes.keeper import ROOMS_S
from signalling.nodes.presence import LOOK_S
from tests.scaling.clockwork import World
from vmr.nodes.lease import LEASE_S, RENEW_S
from vmr.nodes.node import Node, NodeId
from vmr.nodes.placement import Placements

TAKE_S = 0.008
"""A room is taken: its row, its meeting, what is told; commits of one server go one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Seconds of one core."""

    join_s: float
    idle: float
    """Of each page that is there, a second."""
    commit_s: float = 0.005


@dataclass(slots=True, eq=False)
class Server:
    """`rooms` and `people` are what it runs, `shown` how many rooms the registry says."""

    id: NodeId
    phase_s: float
    """Its clockwork begins so long after the others': nothing of theirs is in step."""
    rooms: set[int] = field(default_factory=set)
    people: int = 0
    shown: int = 0
    renewed_at: float = 0.0
    is_dead: bool = False
    is_draining: bool = False
    busy_until: float = 0.0
    placements: Placements = field(default_factory=Placements)
    joins: list[float] = field(default_factory=list)
    peak_people: int = 0
    peak_rooms: int = 0

    def node(self) -> Node:
        return Node(
            id=self.id, name=self.id, url=self.id, rooms=self.shown,
            is_draining=self.is_draining, protocols=(1,),
        )  # fmt: skip

    def answer(self, now: float, costs: Costs) -> float:
        """When a join that arrives now is acknowledged."""
        self.joins.append(now)
        share = max(0.05, 1.0 - self.people * costs.idle)
        self.busy_until = max(self.busy_until, now) + costs.join_s / share
        return self.busy_until + costs.commit_s

    def settle(self, people: int) -> None:
        self.people += people
        self.peak_people = max(self.peak_people, self.people)
        self.peak_rooms = max(self.peak_rooms, len(self.rooms))


class Estate:
    """The servers, the registry they see each other in, and the owner of each room."""

    def __init__(self, world: World, chance: random.Random, count: int, rooms: int) -> None:
        self._world = world
        self._chance = chance
        self.servers = [
            Server(id=NodeId(f"n{number}"), phase_s=chance.random()) for number in range(count)
        ]
        self._owners: list[Server | None] = [None] * rooms
        self._free_at = [0.0] * rooms
        self.registry_away_until = 0.0
        for server in self.servers:
            world.at(server.phase_s * RENEW_S, lambda one=server: self._renew(one))  # type: ignore[misc]
            world.at(server.phase_s * ROOMS_S, lambda one=server: self._look(one))  # type: ignore[misc]

    # -- what people see ----------------------------------------------------------------------

    @property
    def alive(self) -> Sequence[Server]:
        return [one for one in self.servers if not one.is_dead]

    def is_leased(self, server: Server) -> bool:
        return self._world.now < server.renewed_at + LEASE_S

    def owner(self, room: int) -> Server | None:
        """Who runs it now, and answers."""
        owner = self._owners[room]
        return None if owner is None or owner.is_dead else owner

    def ask(self, room: int) -> Server | None:
        """A page asks some server for the room; None: there is nobody to run it yet."""
        owner = self.owner(room)
        if owner is not None:
            return owner
        asked = self._chance.choice(self.alive)
        if not self._may_take(room, asked):
            return None
        self._take(room, asked)
        return self.owner(room)

    # -- what servers do ----------------------------------------------------------------------

    def kill(self, server: Server) -> None:
        server.is_dead = True
        for room in server.rooms:
            self._free_at[room] = server.renewed_at + LEASE_S + self._chance.random() * LOOK_S

    def move(self, room: int, chooser: Server) -> None:
        """A planned move, chosen by the server that gives the room up."""
        self._give(room, None)
        self._take(room, chooser)

    def _renew(self, server: Server) -> None:
        if server.is_dead:
            return
        if self._world.now >= self.registry_away_until:
            server.renewed_at = self._world.now
            server.shown = len(server.rooms)
        self._world.at(self._world.now + RENEW_S, lambda: self._renew(server))

    def _look(self, server: Server) -> None:
        """One room after another, as each costs a transaction."""
        if server.is_dead:
            return
        found = []
        if any(one.is_dead for one in self.servers):
            found = [room for room, owner in enumerate(self._owners) if owner and owner.is_dead]
            self._chance.shuffle(found)
        self._take_next(server, found)

    def _take_next(self, server: Server, rooms: list[int]) -> None:
        while rooms:
            room = rooms.pop()
            owner = self._owners[room]
            if owner is not None and owner.is_dead and self._may_take(room, server):
                self._take(room, server)
                self._world.at(self._world.now + TAKE_S, lambda: self._take_next(server, rooms))
                return
        self._world.at(self._world.now + ROOMS_S, lambda: self._look(server))

    def _may_take(self, room: int, server: Server) -> bool:
        return self.is_leased(server) and self._world.now >= self._free_at[room]

    def _take(self, room: int, asked: Server) -> None:
        draws = (self._chance.random(), self._chance.random())
        nodes = [one.node() for one in self.servers if self.is_leased(one)]
        chosen = asked.placements.place(nodes, draws, (1,), self._world.now)
        server = next((one for one in self.servers if chosen and one.id == chosen.id), asked)
        self._give(room, server)

    def _give(self, room: int, server: Server | None) -> None:
        old = self._owners[room]
        if old is not None:
            old.rooms.discard(room)
        self._owners[room] = server
        if server is None:
            return
        server.rooms.add(room)
        if server.is_dead:  # others do not know it yet
            self._free_at[room] = server.renewed_at + LEASE_S
