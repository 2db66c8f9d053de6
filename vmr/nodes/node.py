"""One server of the estate, as it shows itself to the others. A value."""

import json
from dataclasses import asdict, dataclass
from typing import NewType

NodeId = NewType("NodeId", str)
"""One run of one server: it starts again under another id, for it has forgotten its rooms."""


class NotANode(ValueError):
    """The text describes no server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """`url` is where browsers reach it, `rooms` how many it runs, `protocols` what its pages and
    sockets speak. `is_draining`: it takes no more rooms."""

    id: NodeId
    name: str
    url: str
    rooms: int
    is_draining: bool
    protocols: tuple[int, ...]

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
        )
    except (ValueError, TypeError, KeyError) as error:
        raise NotANode from error
    texts, numbers = (node.id, node.name, node.url), (node.rooms, *node.protocols)
    are_texts = all(isinstance(one, str) and one for one in texts)
    are_numbers = all(type(one) is int and one >= 0 for one in numbers)
    if not are_texts or not are_numbers or type(node.is_draining) is not bool:
        raise NotANode
    return node
