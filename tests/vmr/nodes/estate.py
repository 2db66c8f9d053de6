"""An estate in memory, with everything that can fail: its servers are the rules of `vmr.nodes` and
nothing more, its database and its registry do what PostgreSQL and Redis promise."""

from dataclasses import dataclass, field, replace

from vmr.nodes.drain import refuges
from vmr.nodes.lease import LEASE_S, Lease
from vmr.nodes.node import Node, NodeId
from vmr.nodes.ownership import (
    UNOWNED,
    Free,
    Here,
    Hold,
    Ownership,
    Self,
    There,
    Unsettled,
    Verdict,
    is_mine,
    judge,
)
from vmr.nodes.placement import place
from vmr.nodes.sight import Life, Look, Sight

PROTOCOL = 1


@dataclass(frozen=True)
class Commit:
    node: NodeId
    epoch: int
    is_locked: bool


class Database:
    """A row and a history for each room; every method is one transaction."""

    def __init__(self) -> None:
        self.rows: dict[str, Ownership] = {}
        self.commits: dict[str, list[Commit]] = {}

    def row(self, room: str) -> Ownership:
        return self.rows.get(room, UNOWNED)

    def claim(self, room: str, owner: NodeId, seen: int) -> tuple[int, bool] | None:
        """The new epoch and whether the room is locked, or None: another was faster."""
        if self.row(room).epoch != seen:
            return None
        self.rows[room] = Ownership(owner, seen + 1)
        return seen + 1, self.is_locked(room)

    def commit(self, room: str, node: NodeId, epoch: int, is_locked: bool) -> bool:
        if not is_mine(self.row(room), Hold(node, epoch)):
            return False
        self.commits.setdefault(room, []).append(Commit(node, epoch, is_locked))
        return True

    def is_locked(self, room: str) -> bool:
        done = self.commits.get(room)
        return bool(done) and done[-1].is_locked  # type: ignore[index]


class Registry:
    """Entries that end by themselves. It may be stopped, and come back empty."""

    def __init__(self) -> None:
        self.is_up = True
        self._births = 0
        self._entries: dict[NodeId, tuple[Node, float]] = {}

    def renew(self, node: Node, now: float) -> Look:
        self._entries[node.id] = (node, now + LEASE_S)
        alive = tuple(one for one, ends_at in self._entries.values() if now < ends_at)
        return Look(born=str(self._births), nodes=alive)

    def empty(self) -> None:
        self._entries.clear()
        self._births += 1


@dataclass
class Server:
    """One run of one server."""

    node: Node
    lease: Lease = field(default_factory=Lease)
    sight: Sight = field(default_factory=Sight)
    held: dict[str, int] = field(default_factory=dict)
    locked: dict[str, bool] = field(default_factory=dict)
    read: dict[str, Ownership] = field(default_factory=dict)
    is_paused: bool = False
    sees_registry: bool = True
    sees_database: bool = True

    @property
    def id(self) -> NodeId:
        return self.node.id

    def drop(self, room: str) -> None:
        self.held.pop(room, None)
        self.locked.pop(room, None)


class Estate:
    def __init__(self) -> None:
        self.now = 100.0
        self.database = Database()
        self.registry = Registry()
        self.servers: dict[NodeId, Server] = {}
        self._started = 0

    def start(self) -> Server:
        self._started += 1
        name = f"n{self._started}"
        node = Node(
            id=NodeId(name), name=name, url=f"https://{name}.example", rooms=0,
            is_draining=False, protocols=(PROTOCOL,),
        )  # fmt: skip
        self.servers[node.id] = Server(node)
        return self.servers[node.id]

    def kill(self, server: Server) -> None:
        del self.servers[server.id]

    def beat(self, server: Server, lag_s: float = 0.0) -> None:
        """Renew and look; the answer comes `lag_s` later."""
        if server.is_paused or not server.sees_registry or not self.registry.is_up:
            return
        sent_at = self.now
        server.node = replace(server.node, rooms=len(server.held))
        look = self.registry.renew(server.node, self.now)
        self.now += lag_s
        server.lease = server.lease.renewed(sent_at)
        server.sight = server.sight.looked(look, sent_at, self.now)

    def look_up(self, server: Server, room: str) -> None:
        """Read the row; what is made of it may come later."""
        if not server.is_paused and server.sees_database:
            server.read[room] = self.database.row(room)

    def settle(self, server: Server, room: str, draws: tuple[float, float]) -> Verdict:
        """Do what the rules say about the row as it was read."""
        row = server.read.pop(room, None)
        if row is None or server.is_paused or not server.sees_database:
            return Unsettled()
        verdict = judge(row, self.self_of(server, room), server.sight, self.now)
        if isinstance(verdict, There):
            server.drop(room)
        if not isinstance(verdict, Free):
            return verdict
        server.drop(room)
        among = tuple(server.sight.nodes.values())
        if row.owner == server.id:
            among = refuges(among, server.id) if server.node.is_draining else ()
        chosen = place(among, draws, (PROTOCOL,))
        if row.owner == server.id and chosen is None:
            chosen = server.node
        if chosen is None:
            return Unsettled()
        claimed = self.database.claim(room, chosen.id, row.epoch)
        if claimed is None:
            return Unsettled()
        if chosen.id != server.id:
            return There(chosen)
        server.held[room], server.locked[room] = claimed
        return Here()

    def move(
        self, server: Server, room: str, draws: tuple[float, float], *, is_told: bool
    ) -> NodeId | None:
        """Give a room that is run here to another; without being told that it was done, as when
        the database's answer gets lost, this server goes on until it writes."""
        to = place(refuges(tuple(server.sight.nodes.values()), server.id), draws, (PROTOCOL,))
        is_able = server.lease.is_held(self.now) and server.sees_database and not server.is_paused
        if to is None or room not in server.held or not is_able:
            return None
        if self.database.row(room) != Ownership(server.id, server.held[room]):
            server.drop(room)
            return None
        self.database.claim(room, to.id, server.held[room])
        if is_told:
            server.drop(room)
        return to.id

    def self_of(self, server: Server, room: str) -> Self:
        is_leased = server.lease.is_held(self.now)
        epoch = server.held.get(room)
        held = None if epoch is None else Hold(server.id, epoch)
        return Self(id=server.id, held=held, is_leased=is_leased)

    def commit(self, server: Server, room: str, *, locks: bool = False) -> bool:
        """Something happened in a room that this server believes to be its own."""
        if server.is_paused or room not in server.held:
            return False
        server.locked[room] = server.locked[room] or locks
        if not server.sees_database:
            return False
        is_kept = self.database.commit(room, server.id, server.held[room], server.locked[room])
        if not is_kept:
            server.drop(room)
        return is_kept

    def admit(self, server: Server, room: str) -> bool:
        """Somebody new is let in: only under a lease, and only when it is written."""
        return server.lease.is_held(self.now) and self.commit(server, room)

    def wrongly_dead(self) -> list[tuple[NodeId, NodeId]]:
        """Who takes whom for dead that holds a lease which it renewed before the last look."""
        return [
            (one.id, other.id)
            for one in self.servers.values()
            for other in self.servers.values()
            if one.sight.life_of(other.id, self.now) is Life.DEAD
            and other.lease.is_held(self.now)
            and (other.lease.sent_at or 0.0) < (one.sight.seen_at or 0.0)
        ]
