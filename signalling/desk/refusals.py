"""Hosts who were refused because they were at no enrolled terminal: a count a room, over all
servers. Each server tells what it counted itself, whole, so that hearing it twice changes nothing.
"""

from dataclasses import dataclass

from vmr.ids import RoomId

REFUSED_S = 3600.0
"""So long after the last one they are shown."""
HERE = ""
"""This server, among those that count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedHosts:
    """Of one room: how often, and when last."""

    count: int
    last_at: float


class Refusals:
    def __init__(self) -> None:
        self._of: dict[RoomId, dict[str, RefusedHosts]] = {}

    def add(self, room: RoomId, now: float) -> RefusedHosts:
        """One more here: what this server has counted."""
        before = self._of.get(room, {}).get(HERE)
        counted = RefusedHosts(count=1 + (before.count if before else 0), last_at=now)
        self.hear(HERE, room, counted)
        return counted

    def hear(self, server: str, room: RoomId, counted: RefusedHosts) -> bool:
        """What a server has counted; whether that is news."""
        of_room = self._of.setdefault(room, {})
        is_news = of_room.get(server) != counted
        of_room[server] = counted
        return is_news

    def counted_here(self) -> dict[RoomId, RefusedHosts]:
        return {room: counts[HERE] for room, counts in self._of.items() if HERE in counts}

    def of(self, room: RoomId) -> RefusedHosts | None:
        """At all servers."""
        counts = self._of.get(room, {}).values()
        if not counts:
            return None
        return RefusedHosts(
            count=sum(one.count for one in counts), last_at=max(one.last_at for one in counts)
        )

    def forget(self, now: float) -> list[RoomId]:
        """The rooms of which there is nothing to show any more."""
        over = []
        for room in list(self._of):
            total = self.of(room)
            if total is None or now >= total.last_at + REFUSED_S:
                del self._of[room]
                over.append(room)
        return over
