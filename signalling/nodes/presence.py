"""The lease of one server and what it sees of the others: renewed and looked at in the registry.

Nothing else may delay it: a task of its own runs `run`.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress

from signalling.nodes.registry import Registry, RegistryAway
from signalling.nodes.standings import Standings
from vmr.ids import RoomId
from vmr.nodes.lease import Lease
from vmr.nodes.node import Node, NodeId
from vmr.nodes.ownership import Ownership
from vmr.nodes.sight import Sight
from vmr.store import OwnerStore

LOOK_S = 0.25
"""How often the registry is looked at: a dead server is found so much later than it could be."""

log = logging.getLogger(__name__)


class Presence:
    """Of the server `me`, which is called `name`.

    `entry` is how it appears in the registry; `on_leased` is told when it has a lease again.
    """

    def __init__(
        self,
        *,
        me: NodeId,
        name: str,
        registry: Registry,
        owners: OwnerStore,
        now: Callable[[], float],
        entry: Callable[[], Node],
        on_leased: Callable[[], None],
    ) -> None:
        self._me = me
        self._registry = registry
        self._owners = owners
        self._standings = Standings(me, name, registry, owners)
        self._now = now
        self._entry = entry
        self._on_leased = on_leased
        self._lease = Lease()
        self._is_away = False
        self._must_renew = False
        self.sight = Sight()

    @property
    def is_leased(self) -> bool:
        return self._lease.is_held(self._now())

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Who was there at the last look."""
        return tuple(self.sight.nodes.values())

    def renew_soon(self) -> None:
        """What the entry says has changed."""
        self._must_renew = True

    async def start(self) -> None:
        self._owners.tell_ahead(self._standings.tell)
        await self.beat()

    async def run(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            await self.beat()

    async def beat(self) -> None:
        """Renew when it is time, and look."""
        sent_at, had_lease = self._now(), self.is_leased
        is_due = self._must_renew or self._lease.is_due(sent_at)
        try:
            await self._standings.settle()
            entry, standing = self._entry() if is_due else None, self._standings.now()
            look = await self._registry.look(self._me, entry, standing)
        except RegistryAway as error:
            self._note_away(True, str(error))
            return
        self._note_away(False)
        if is_due:
            self._lease = self._lease.renewed(sent_at)
            self._must_renew = False
        self.sight = self.sight.looked(look, sent_at, self._now())
        if not had_lease and self.is_leased:
            self._on_leased()

    async def forget(self, owned: Mapping[RoomId, Ownership]) -> None:
        """What the dead said who own no room any more."""
        with suppress(RegistryAway):
            await self._standings.forget(owned, self.sight, self._now())

    async def leave(self) -> None:
        """After the meetings have stopped: others take them at once, or, where the registry is
        away, when the lease has run out. Idempotent."""
        self._lease = Lease()
        with suppress(RegistryAway):
            await self._standings.leave()
            await self._registry.leave(self._me)
        await self._registry.close()

    def _note_away(self, is_away: bool, why: str = "") -> None:
        if is_away and not self._is_away:
            log.error("the registry is away, nobody new is let in until it is back error=%s", why)
        if self._is_away and not is_away:
            log.warning("the registry is back")
        self._is_away = is_away
