"""A server that is being emptied: it takes no more rooms, and its meetings go to the others or are
left to end.

Whoever may use the database may ask for it. It is asked of a server by its name, so that it stands
while the server is started again, until it is undone.
"""

from dataclasses import dataclass

from vmr.nodes.node import Node, NodeId


@dataclass(frozen=True, slots=True, kw_only=True)
class Drain:
    """`leaves_running`: no meeting is moved; each ends where it is."""

    leaves_running: bool
    asked_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRow:
    """What the database knows of a server: `run` is its last run, `seen_at` when that said so,
    `url` where browsers reached it, None of one that last ran before that was kept."""

    name: str
    run: NodeId
    url: str | None
    seen_at: float
    drain: Drain | None


def refuges(nodes: tuple[Node, ...], me: NodeId) -> tuple[Node, ...]:
    """Where meetings of this server may be moved to: never to one that is emptied itself."""
    return tuple(one for one in nodes if one.id != me and not one.is_draining)
