"""A server that is emptied: what the operator asks of it, followed, and its meetings moved out one
after another. Many at once would make each of them slow."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection

from vmr.ids import RoomId
from vmr.nodes.drain import Drain
from vmr.store import StoreError

LOOK_S = 0.5

log = logging.getLogger(__name__)


class Emptying:
    """`rooms` are those here with a meeting, `move` has one go on elsewhere: whether it does."""

    def __init__(
        self,
        *,
        rooms: Callable[[], Collection[RoomId]],
        move: Callable[[RoomId], Awaitable[bool]],
    ) -> None:
        self._rooms = rooms
        self._move = move
        self._drain: Drain | None = None
        self._is_leaving = False

    @property
    def is_draining(self) -> bool:
        """No rooms are taken, if there is another server."""
        return self._drain is not None or self._is_leaving

    def follow(self, drain: Drain | None) -> bool:
        """What the operator asks; whether it is news."""
        if drain == self._drain:
            return False
        if drain is None:
            log.warning("takes rooms again")
        else:
            kind = "meetings stay" if drain.leaves_running else "meetings move"
            log.warning("is emptied, takes no new rooms kind=%s", kind)
        self._drain = drain
        return True

    def leave(self) -> None:
        """The server ends soon, whatever is asked of it."""
        self._is_leaving = True

    async def run(self) -> None:
        while True:
            try:
                if self._drain is not None and not self._drain.leaves_running:
                    await self.empty()
            except StoreError as error:
                log.error("meetings were not moved code=%s", error.code)
            await asyncio.sleep(LOOK_S)

    async def empty(self) -> None:
        """Move what can be moved now. Raises StoreError."""
        for room in self._rooms():
            await self._move(room)
