"""What a server says of its rooms in the registry, for when it is dead (`vmr.nodes.standing`)."""

import logging
from collections.abc import Mapping

from signalling.nodes.registry import SETTLED, Registry, RegistryAway
from vmr.ids import RoomId
from vmr.nodes.node import NodeId
from vmr.nodes.ownership import Ownership
from vmr.nodes.sight import Sight, Standing
from vmr.nodes.standing import build_standing
from vmr.store import OwnerStore

log = logging.getLogger(__name__)


class Standings:
    """Of one server, `me`, which is called `name`."""

    def __init__(self, me: NodeId, name: str, registry: Registry, owners: OwnerStore) -> None:
        self._me = me
        self._registry = registry
        self._owners = owners
        self._said = 0
        self._dead = {NodeId(f"{name}.{run}"): in_it for run, in_it in owners.brought_in.items()}

    def now(self) -> tuple[int, str]:
        """To be said with a renewal. Numbered: an older one that arrives later counts no more."""
        self._said += 1
        return self._said, build_standing(Standing(ahead=self._owners.ahead))

    async def tell(self) -> None:
        """At once. Where the registry is away it is said with the next renewal, and whoever takes
        a room before that did not meet this server."""
        try:
            await self._registry.say(self._me, *self.now())
        except RegistryAway as error:
            log.error("the registry was not told that records wait error=%s", error)

    async def leave(self) -> None:
        """The meetings have stopped: it is final. Raises RegistryAway."""
        ahead = self._owners.ahead
        last = Standing(ahead=ahead, is_settled=not ahead)
        await self._registry.say(self._me, SETTLED, build_standing(last))

    async def settle(self) -> None:
        """Say of dead servers whose journals came into the database here that it knows all of
        their rooms now, except where more was said than the journal has. Raises RegistryAway."""
        if not self._dead:
            return
        known = await self._registry.standings()
        for node, in_journal in self._dead.items():
            ahead = known.get(node, Standing()).ahead - in_journal
            last = Standing(ahead=ahead, is_settled=True)
            await self._registry.say(node, SETTLED, build_standing(last))
        self._dead = {}

    async def forget(self, rows: Mapping[RoomId, Ownership], sight: Sight, now: float) -> None:
        """Standings of the dead that own no room any more."""
        if not sight.is_clear(now):
            return
        owners = {row.owner for row in rows.values() if row.owner is not None}
        over = sight.standings.keys() - sight.nodes.keys() - owners - {self._me}
        if over:
            await self._registry.forget(over)
