"""What makes a server one of several: its keeper and its far desk, started and ended in order."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

from signalling.desk.board import Board
from signalling.ending import end
from signalling.nodes.far_desk import Do, FarDesk
from signalling.nodes.far_messages import Narrowed
from signalling.nodes.keeper import Keeper
from signalling.nodes.registry import Registry, RegistryAway
from signalling.nodes.tenants import Tenants
from signalling.nodes.wire import Wire
from signalling.seams import Clock
from signalling.tallies import Tallies
from vmr.ids import RoomId
from vmr.store import OwnerStore


class Estate:
    """Made by the wiring. `url` is where browsers reach this server, `redis_url` the registry,
    `further_urls` where pages may reach servers that nobody knows yet (a host may be `*.…`)."""

    def __init__(
        self,
        *,
        name: str,
        url: str,
        redis_url: str,
        owners: OwnerStore,
        wall_clock: Clock,
        further_urls: tuple[str, ...] = (),
        version: str = "",
        load: Callable[[], float] = float,
        run: str = "",
    ) -> None:
        self._owners = owners
        self._further_urls = further_urls
        self.keeper = Keeper(
            name=name,
            url=url,
            registry=Registry(redis_url),
            owners=owners,
            now=time.monotonic,
            wall_clock=wall_clock,
            version=version,
            load=load,
            run=run,
            on_narrowed=self._tell_narrowed,
        )
        self._telling: set[asyncio.Task[None]] = set()
        self._wire = Wire(redis_url, self.keeper.id)
        self._desk: FarDesk | None = None
        self._tenants: Tenants | None = None

    @property
    def page_urls(self) -> tuple[str, ...]:
        """Where pages may open sockets to (CSP3 host sources)."""
        return tuple(dict.fromkeys((*self.keeper.urls, *self._further_urls)))

    def desk(self, board: Board, tallies: Tallies) -> FarDesk:
        """Beside this board and these counts, which the other servers are told from here on."""
        self._desk = FarDesk(
            me=self.keeper.id,
            wire=self._wire,
            rights=self.keeper,
            owner_of=self._owners.of_room,
            board=board,
            tallies=tallies,
            now=time.monotonic,
            narrowed=self._hear_narrowed,
        )
        return self._desk

    async def start(self, tenants: Tenants, do: Do) -> None:
        """Raises StoreError."""
        self._tenants = tenants
        await self.keeper.start(tenants)
        if self._desk is not None:
            self._desk.start(do)

    async def move_out(self) -> None:
        """Before the end: see `Keeper.move_out`."""
        await self.keeper.move_out()

    def _tell_narrowed(self, room: RoomId, epoch: int) -> None:
        task = asyncio.create_task(self._tell(Narrowed(room=room, epoch=epoch)))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _tell(self, said: Narrowed) -> None:
        with suppress(RegistryAway):  # the others stop by themselves a little later
            await self._wire.tell(said.model_dump_json())

    def _hear_narrowed(self, said: Narrowed) -> None:
        if self._tenants is not None:
            self._tenants.end_overlap(RoomId(said.room), said.epoch)

    async def stop(self) -> None:
        """No room is taken any more, and nothing done for the others. Idempotent."""
        await self.keeper.stop()
        if self._desk is not None:
            await self._desk.stop()
        await end(self._telling)

    async def leave(self) -> None:
        """After the meetings have stopped. Idempotent."""
        await self.keeper.leave()
