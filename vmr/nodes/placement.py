"""Which server takes a room: the less loaded of two that are drawn at random.

Two draws keep the load nearly even without anybody knowing it exactly (Mitzenmacher 2001): loads
are as old as the last renewal, and many servers place rooms at the same moment.
"""

from collections.abc import Collection

from vmr.nodes.node import Node


def place(nodes: Collection[Node], draws: tuple[float, float], protocol: int) -> Node | None:
    """None when there is nobody to take it. `draws` are two numbers in [0, 1) by chance.

    One that is being emptied takes a room only where there is no other.
    """
    able = sorted((one for one in nodes if protocol in one.protocols), key=lambda one: one.id)
    among = [one for one in able if not one.is_draining] or able
    if not among:
        return None
    first = among[int(draws[0] * len(among))]
    others = [one for one in among if one is not first]
    if not others:
        return first
    second = others[int(draws[1] * len(others))]
    return second if second.rooms < first.rooms else first
