"""One server of the estate, as it shows itself to the others. A value."""

import json
from dataclasses import asdict, dataclass
from typing import NewType

NodeId = NewType("NodeId", str)
"""One run of one server: it starts again under another id, for it has forgotten its rooms."""


FIRST_SNAPSHOTS = (1,)
"""Of a server that does not say which it can read."""


class NotANode(ValueError):
    """The text describes no server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """`url` is where browsers reach it, `rooms` how many it runs, `protocols` what its pages and
    sockets speak, `snapshots` which versions of a meeting it can go on from. `is_draining`: it
    takes no more rooms.

    The rest is for operators, and not said by every version: people inside, the load of its machine
    (1: every core is busy), its version and since when it runs (epoch seconds).
    """

    id: NodeId
    name: str
    url: str
    rooms: int
    is_draining: bool
    protocols: tuple[int, ...]
    snapshots: tuple[int, ...] = FIRST_SNAPSHOTS
    people: int = 0
    load: float = 0.0
    version: str = ""
    since: float = 0.0

    def to_text(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))


def parse_node(text: str | bytes) -> Node:
    """What `Node.to_text` made, perhaps by another version: what it adds is ignored. Raises
    NotANode."""
    try:
        said = json.loads(text)
        node = Node(
            id=NodeId(said["id"]),
            name=said["name"],
            url=said["url"],
            rooms=said["rooms"],
            is_draining=said["is_draining"],
            protocols=tuple(said["protocols"]),
            people=said.get("people", 0),
            load=said.get("load", 0.0),
            version=said.get("version", ""),
            since=said.get("since", 0.0),
            snapshots=tuple(said.get("snapshots", FIRST_SNAPSHOTS)),
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise NotANode from error
    numbers = (node.rooms, node.people, *node.protocols, *node.snapshots)
    texts = (node.id, node.name, node.url)
    are_texts = all(isinstance(one, str) and one for one in texts)
    are_numbers = all(type(one) is int and one >= 0 for one in numbers)
    are_amounts = all(type(one) in (int, float) and one >= 0 for one in (node.load, node.since))
    is_told = isinstance(node.version, str) and type(node.is_draining) is bool
    if not (are_texts and are_numbers and are_amounts and is_told):
        raise NotANode
    return node
