"""Which versions of the protocol a server speaks: this one and the one before.

| version | |
|---|---|
| 2 | `room.moved` and `room.finish_move`: a page follows its room to another server |
| 1 | without them: when its room moves the session ends (`connection_lost`), and it joins again |
"""

from collections.abc import Iterable

PROTOCOLS = (2, 1)
OLDEST = PROTOCOLS[-1]
FOLLOWS = 2
"""From this version on a page follows its room."""


def agreed(spoken: Iterable[int]) -> int | None:
    """The newest version that both sides speak; None: there is none."""
    return max((one for one in spoken if one in PROTOCOLS), default=None)
