"""Which server takes a room: the less loaded of two that are drawn at random.

Two draws keep the load nearly even without anybody knowing it exactly (Mitzenmacher 2001): loads
are as old as the last renewal, and many servers place rooms at the same moment. What a server
places itself it adds to what it is told, until the entries say so: otherwise all the rooms of one
that died go to whoever had the fewest at its last renewal.
"""

from collections import Counter, deque
from collections.abc import Collection
from dataclasses import replace

from vmr.nodes.lease import RENEW_S
from vmr.nodes.node import Node, NodeId

SHOWN_S = RENEW_S + 1.0
"""After so long the entry of who took a room counts it, and has been looked at."""


def place(
    nodes: Collection[Node],
    draws: tuple[float, float],
    protocols: Collection[int],
    snapshot: int | None = None,
) -> Node | None:
    """None when there is nobody to take it. `draws` are two numbers in [0, 1) by chance.

    It must speak one of these protocols, and read this version of a snapshot, if there is one. One
    that is being emptied takes a room only where there is no other.
    """
    able = sorted(
        (one for one in nodes if _is_able(one, protocols, snapshot)), key=lambda one: one.id
    )
    among = [one for one in able if not one.is_draining] or able
    if not among:
        return None
    first = among[int(draws[0] * len(among))]
    others = [one for one in among if one is not first]
    if not others:
        return first
    second = others[int(draws[1] * len(others))]
    return second if second.rooms < first.rooms else first


def _is_able(node: Node, protocols: Collection[int], snapshot: int | None) -> bool:
    speaks = any(one in protocols for one in node.protocols)
    return speaks and (snapshot is None or snapshot in node.snapshots)


class Placements:
    """What one server has placed where lately."""

    def __init__(self) -> None:
        self._placed: deque[tuple[float, NodeId]] = deque()

    def place(
        self,
        nodes: Collection[Node],
        draws: tuple[float, float],
        protocols: Collection[int],
        now: float,
        snapshot: int | None = None,
    ) -> Node | None:
        """As `place`, knowing of its own last choices; this one is noted."""
        while self._placed and self._placed[0][0] + SHOWN_S <= now:
            self._placed.popleft()
        more = Counter(node for _, node in self._placed)
        loads = [replace(one, rooms=one.rooms + more[one.id]) for one in nodes]
        chosen = place(loads, draws, protocols, snapshot)
        if chosen is None:
            return None
        self._placed.append((now, chosen.id))
        return next(one for one in nodes if one.id == chosen.id)
