"""The rights of a server that runs alone: every room is its own, and nobody else wants any."""

from vmr.ids import RoomId
from vmr.nodes.ownership import Hold, Ownership


class Alone:
    """See `signalling.seams.Rights`."""

    is_leased = True
    url = ""
    others: tuple[str, ...] = ()
    is_draining = False

    @property
    def urls(self) -> tuple[str, ...]:
        return ()

    def narrowed(self, room: RoomId) -> None:
        """Nobody else forwards."""

    async def settle(self, room: RoomId, seen: Ownership | None = None) -> None:
        """It is run here."""

    async def is_elsewhere(self, room: RoomId) -> bool:
        return False

    def hold(self, room: RoomId) -> Hold | None:
        return None

    async def servers(self, room: RoomId) -> tuple[str, ...]:
        return ()
