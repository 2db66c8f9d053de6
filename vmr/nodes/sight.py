"""What one server knows of the others: who is in the registry, and since when it has looked.

That somebody is missing means something only to who has looked at the same registry for a whole
lease: one that came back empty, or that was out of sight, has everybody missing at first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from vmr.ids import RoomId
from vmr.nodes.lease import LEASE_S
from vmr.nodes.node import Node, NodeId

BLIND_S = 2.0
"""A registry that was not seen for longer may have been another one meanwhile."""


class Life(Enum):
    ALIVE = "alive"
    DEAD = "dead"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a server last said of its rooms (`vmr.nodes.standing`): `ahead` are those in which
    something happened that the database does not know. `is_settled`: it ended in good order, or
    what it left has come into the database since."""

    ahead: frozenset[RoomId] = frozenset()
    is_settled: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """What the registry said. `born` is a mark it was given when it was empty; `standings` are of
    the dead as well."""

    born: str
    nodes: tuple[Node, ...]
    standings: Mapping[NodeId, Standing] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sight:
    """`since` is when the present watch began, `seen_at` the last look; both None: no look yet.
    `met` are those that were there in the present watch, if they have a standing."""

    born: str = ""
    since: float | None = None
    seen_at: float | None = None
    nodes: dict[NodeId, Node] = field(default_factory=dict)
    standings: Mapping[NodeId, Standing] = field(default_factory=dict)
    met: frozenset[NodeId] = frozenset()

    def looked(self, look: Look, asked_at: float, now: float) -> "Sight":
        """After a look that was asked for at `asked_at` and answered now."""
        goes_on = (
            self.since is not None
            and self.seen_at is not None
            and look.born == self.born
            and asked_at <= self.seen_at + BLIND_S
        )
        there = {one.id: one for one in look.nodes}
        met = {*there, *self.met} if goes_on else there.keys()
        return Sight(
            born=look.born,
            since=self.since if goes_on else now,
            seen_at=asked_at,
            nodes=there,
            standings=look.standings,
            met=frozenset(met & look.standings.keys()),
        )

    def is_clear(self, now: float) -> bool:
        """Whether who is missing is dead."""
        if self.since is None or self.seen_at is None:
            return False
        return now <= self.seen_at + BLIND_S and self.seen_at >= self.since + LEASE_S

    def life_of(self, node: NodeId, now: float) -> Life:
        """Dead: its lease is over, so it admits nobody, and its rooms may be taken."""
        if node in self.nodes:
            return Life.ALIVE
        return Life.DEAD if self.is_clear(now) else Life.UNKNOWN
