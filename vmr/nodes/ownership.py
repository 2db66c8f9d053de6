"""Who runs a room, and what a server does about a room that somebody asks it for.

The truth is a row in the database that everybody shares: an owner, and an epoch that grows by one
whenever the owner changes, by compare-and-set. A server that runs a room holds the epoch it took it
with; every write about the room carries it, and fails where a higher one stands.
"""

from dataclasses import dataclass

from vmr.nodes.node import Node, NodeId
from vmr.nodes.sight import Life, Sight


@dataclass(frozen=True, slots=True)
class Ownership:
    """A room's row. No owner: nobody runs it, and its epoch is that of the last who did."""

    owner: NodeId | None
    epoch: int


@dataclass(frozen=True, slots=True)
class Hold:
    """What a server that runs a room goes by: the epoch under which it took it."""

    node: NodeId
    epoch: int


ALONE = NodeId("alone")
"""No server of several: one that ran alone."""
UNOWNED = Ownership(None, 0)
"""Of a room nobody has ever run."""


@dataclass(frozen=True, slots=True)
class Here:
    """It is run here, under the epoch that is held."""


@dataclass(frozen=True, slots=True)
class There:
    """It is run by a server that is alive."""

    node: Node


@dataclass(frozen=True, slots=True)
class Free:
    """It may be taken, by this server or whichever it chooses, from the state that was read."""


@dataclass(frozen=True, slots=True)
class Unsettled:
    """Nobody can say now who will run it. Ask again soon."""


Verdict = Here | There | Free | Unsettled


@dataclass(frozen=True, slots=True, kw_only=True)
class Self:
    """The server that asks: `held` is what it holds of the room, if it runs it."""

    id: NodeId
    held: Hold | None
    is_leased: bool


def judge(row: Ownership, me: Self, sight: Sight, now: float) -> Verdict:
    """What this server does about the room whose row has just been read.

    Its own row without holding the epoch is a room that others gave it, or that it took when the
    answer got lost: it takes it again. Without a lease it takes none: others may not see it.
    """
    if me.held is not None and is_mine(row, me.held):
        return Here()
    if not me.is_leased:
        return Unsettled()
    if row.owner is None or row.owner == me.id:
        return Free()
    match sight.life_of(row.owner, now):
        case Life.ALIVE:
            return There(sight.nodes[row.owner])
        case Life.DEAD:
            return Free()
        case Life.UNKNOWN:
            return Unsettled()


def is_mine(row: Ownership, hold: Hold) -> bool:
    """Otherwise somebody has a higher epoch: the room is dropped, and nothing of it written."""
    return row.owner == hold.node and row.epoch == hold.epoch
