"""What the packet core has ready to be protected and sent, in order."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from media.port import Port


class Outbox:
    """`items` are (port, plain packet, is RTCP); whoever sends takes the whole list away.

    `wall_offset_s` added to the core's `now` gives seconds since 1970.
    """

    __slots__ = ("items", "wall_offset_s")

    def __init__(self, wall_offset_s: float = 0.0) -> None:
        self.items: list[tuple[Port, bytes, bool]] = []
        self.wall_offset_s = wall_offset_s

    def take(self) -> "list[tuple[Port, bytes, bool]]":
        items, self.items = self.items, []
        return items
