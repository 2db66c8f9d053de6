"""Where browsers reach the servers of an estate, from the database.

Not from the registry: who can write into that alone brings no page in.
"""

import asyncio
import logging
from collections.abc import Callable

from vmr.nodes.node import NodeId
from vmr.store import OwnerStore, StoreError

NOTE_S = 60.0
KEPT_S = 7 * 86_400.0
"""Pages that a server served may be open for so long after it was last there."""

log = logging.getLogger(__name__)


class PageUrls:
    """As one server knows them: `me`, called `name`, which browsers reach at `own`."""

    def __init__(
        self,
        *,
        me: NodeId,
        name: str,
        own: str,
        owners: OwnerStore,
        wall_clock: Callable[[], float],
    ) -> None:
        self._me = me
        self._name = name
        self._owners = owners
        self._wall_clock = wall_clock
        self.own = own
        self.all: tuple[str, ...] = (own,)

    async def note(self) -> None:
        """Say that this server is there, and learn of the others. Raises StoreError."""
        await self._owners.note_url(self.own, self._wall_clock())
        await self._owners.note_node(self._name, self._me, self.own, self._wall_clock())
        await self.read()

    async def read(self) -> None:
        """Raises StoreError."""
        self.all = await self._owners.urls(self._wall_clock() - KEPT_S)

    async def run(self) -> None:
        while True:
            try:
                await self.note()
            except StoreError as error:
                log.error("addresses of the estate were not read code=%s", error.code)
            await asyncio.sleep(NOTE_S)
