"""One of several servers: keeps its lease, takes rooms and gives them up.

What it may do is decided by `vmr.nodes`; this carries it out. A task looks after the rooms; the
lease and what is seen of the other servers are `presence`'s.
"""

import asyncio
import logging
import random
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NoReturn
from weakref import WeakValueDictionary

from lobby.broken_off import broken_off
from lobby.snapshot import READABLE, VERSION
from signalling.ending import end
from signalling.errors import RequestError
from signalling.nodes.emptying import Emptying
from signalling.nodes.page_urls import PageUrls
from signalling.nodes.presence import Presence
from signalling.nodes.registry import Registry
from signalling.nodes.tenants import Tenants
from signalling.overlap import OVERLAP_S
from signalling.versions import PROTOCOLS
from vmr.ids import RoomId
from vmr.nodes.drain import refuges
from vmr.nodes.node import Node, NodeId
from vmr.nodes.ownership import Free, Here, Hold, Ownership, Self, There, Unsettled, is_mine, judge
from vmr.nodes.placement import Placements
from vmr.nodes.standing import is_whole
from vmr.store import Overtaken, OwnerStore, StoreError, StoreUnavailable, UnreadableMeeting

ROOMS_S = 0.5
EMPTY_S = 10.0
"""A room that somebody has just asked for has no meeting yet."""
TRIES = 4
"""Others may be faster so often before somebody who asks for a room is told to ask again."""

log = logging.getLogger(__name__)


class Keeper:
    """See `signalling.seams.Rights`. `url` is where browsers reach this server."""

    def __init__(
        self,
        *,
        name: str,
        url: str,
        registry: Registry,
        owners: OwnerStore,
        now: Callable[[], float],
        wall_clock: Callable[[], float],
        on_narrowed: Callable[[RoomId, int], None],
        version: str = "",
        load: Callable[[], float] = float,
        run: str = "",
    ) -> None:
        """`run` names this run of the server as its journal does. `on_narrowed` is told the room
        and the epoch: see `narrowed`. `version` and `load` (of the machine, 1: every core is
        busy) are for operators."""
        self._version = version
        self._load = load
        self._began_at = wall_clock()
        self.id = NodeId(f"{name}.{run or secrets.token_hex(4)}")
        self.name = name
        self._owners = owners
        self._now = now
        self._wall_clock = wall_clock
        self._on_narrowed = on_narrowed
        self._taken_at: dict[RoomId, float] = {}
        self._unread: set[RoomId] = set()
        self._tenants: Tenants | None = None
        self._placements = Placements()
        self._held: dict[RoomId, Hold] = {}
        self._settling: WeakValueDictionary[RoomId, asyncio.Lock] = WeakValueDictionary()
        self._emptying = Emptying(rooms=self._busy, move=self._move)
        self._presence = Presence(
            me=self.id,
            name=name,
            registry=registry,
            owners=owners,
            now=now,
            entry=self._entry,
            on_leased=self._look_around,
        )
        self._urls = PageUrls(me=self.id, name=name, own=url, owners=owners, wall_clock=wall_clock)
        self._empty_since: dict[RoomId, float] = {}
        self._tasks: list[asyncio.Task[None]] = []

    # -- what others ask ----------------------------------------------------------------------

    @property
    def is_leased(self) -> bool:
        return self._presence.is_leased

    @property
    def is_draining(self) -> bool:
        """It takes no rooms, if there is another server."""
        return self._emptying.is_draining

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Who was there at the last look."""
        return self._presence.nodes

    @property
    def url(self) -> str:
        """See `Rights.url`."""
        return self._urls.own

    @property
    def others(self) -> tuple[str, ...]:
        """See `Rights.others`: those that the database knows as well."""
        alive = {one.url for one in self.nodes} & set(self._urls.all)
        return tuple(sorted(alive - {self.url}))

    @property
    def urls(self) -> tuple[str, ...]:
        """Where browsers reach the servers, or reached them within the last days."""
        return self._urls.all

    def health(self) -> dict[str, object]:
        """How this server stands among the others; `servers` is how many it sees."""
        return {
            "node": self.id,
            "is_leased": self.is_leased,
            "is_draining": self.is_draining,
            "servers": len(self.nodes),
            "rooms": len(self._held),
        }

    def hold(self, room: RoomId) -> Hold | None:
        """Raises RequestError for a room that is not run here."""
        held = self._held.get(room)
        if held is None:
            raise RequestError("room_moving")
        return held

    async def _keep_or_hand_on(self, room: RoomId, row: Ownership) -> None:
        """The next meeting of a room that is empty begins elsewhere, while this is emptied. Raises
        RequestError."""
        is_over = not self._needs(room) and room not in self._owners.ahead
        to = self._refuge() if self.is_draining and is_over else None
        if to is not None:
            del self._held[room]
            with suppress(Overtaken):
                await self._give_away(room, row, to)

    def _refuge(self) -> Node | None:
        """Where a meeting of this server would go now."""
        draws = (random.random(), random.random())
        among = refuges(self.nodes, self.id)
        return self._placements.place(among, draws, PROTOCOLS, self._now(), VERSION)

    def narrowed(self, room: RoomId) -> None:
        """See `Rights.narrowed`."""
        held, taken_at = self._held.get(room), self._taken_at.get(room)
        if held is not None and taken_at is not None and self._now() < taken_at + 2 * OVERLAP_S:
            self._on_narrowed(room, held.epoch)

    async def settle(self, room: RoomId, seen: Ownership | None = None) -> None:
        """See `Rights.settle`."""
        if seen is not None and self._is_settled(room, seen):
            return
        lock = self._settling.setdefault(room, asyncio.Lock())
        async with lock:
            for _ in range(TRIES):
                row = await self._row(room)
                held = self._held.get(room)
                if held is not None and not is_mine(row, held):
                    await self._drop(room)
                match self._judge(room, row):
                    case Here():
                        return await self._keep_or_hand_on(room, row)
                    case There(node=node):
                        raise RequestError("other_server", server=node.url)
                    case Unsettled():
                        raise RequestError("room_moving")
                    case Free():
                        with suppress(Overtaken):
                            return await self._take(room, row)
            raise RequestError("room_moving")

    def _is_settled(self, room: RoomId, seen: Ownership) -> bool:
        """Whether there is nothing to do: it is run here, and is neither being moved nor to be. A
        row that says so may be older than another's that does not: then every write fails."""
        lock = self._settling.get(room)
        is_busy = self.is_draining or (lock is not None and lock.locked())
        return not is_busy and isinstance(self._judge(room, seen), Here)

    async def is_elsewhere(self, room: RoomId) -> bool:
        """See `Rights.is_elsewhere`."""
        return (await self._row(room)).owner not in (None, self.id)

    async def servers(self, room: RoomId) -> tuple[str, ...]:
        """Where a page of this room may try its luck, the likeliest first. Raises StoreError."""
        owner = (await self._row(room)).owner
        there = self._presence.sight.nodes.get(owner) if owner is not None else None
        first = self.url if there is None else there.url
        alive = sorted(one.url for one in self.nodes)
        return tuple(dict.fromkeys((first, self.url, *alive)))

    async def _row(self, room: RoomId) -> Ownership:
        """While the database is away, what this server holds under its lease is its own: nobody
        else may take it. Raises StoreError."""
        try:
            return await self._owners.of_room(room)
        except StoreError:
            held = self._held.get(room)
            if held is None or not self.is_leased:
                raise
            return Ownership(held.node, held.epoch)

    # -- the life of the server ---------------------------------------------------------------

    async def start(self, tenants: Tenants) -> None:
        """From here on rooms are taken and given up. Raises StoreError."""
        self._tenants = tenants
        await self._urls.note()
        self._emptying.follow(await self._owners.drain_of(self.name))
        await self._presence.start()
        self._tasks = [
            asyncio.create_task(self._presence.run(), name="lease"),
            asyncio.create_task(self._keep_rooms(), name="rooms of the estate"),
            asyncio.create_task(self._urls.run(), name="addresses of the estate"),
            asyncio.create_task(self._emptying.run(), name="moves to other servers"),
        ]

    async def move_out(self) -> None:
        """Before the end: the meetings go to the other servers, as far as there are such, and what
        cannot be moved stays in the store."""
        self._emptying.leave()
        self._presence.renew_soon()
        with suppress(StoreError):
            await self._emptying.empty()
        if self._tenants is not None:
            await self._tenants.moved()

    async def stop(self) -> None:
        """No room is taken or given up any more. Idempotent."""
        await end(self._tasks)

    async def leave(self) -> None:
        """After the meetings have stopped: others take them at once, or, where the registry is
        away, when the lease has run out. Idempotent."""
        await self._presence.leave()

    def _look_around(self) -> None:
        if self._tenants is not None:
            self._tenants.look_around()

    def _entry(self) -> Node:
        return Node(
            id=self.id,
            name=self.name,
            url=self.url,
            rooms=len(self._held),
            is_draining=self.is_draining,
            protocols=PROTOCOLS,
            people=0 if self._tenants is None else self._tenants.people,
            load=self._load(),
            version=self._version,
            since=self._began_at,
            snapshots=READABLE,
        )

    # -- rooms --------------------------------------------------------------------------------

    async def _keep_rooms(self) -> None:
        while True:
            try:
                await self._look_after_rooms()
            except StoreError as error:
                log.error("rooms of the estate were not read code=%s", error.code)
            await asyncio.sleep(ROOMS_S)

    async def _look_after_rooms(self) -> None:
        """Give up what others have taken, take what nobody runs, give back what is over."""
        if any(one.url not in self._urls.all for one in self.nodes):
            await self._urls.read()
        if self._emptying.follow(await self._owners.drain_of(self.name)):
            self._presence.renew_soon()
        for room in await self._owners.overtaken(dict(self._held)):
            with suppress(RequestError):
                await self.settle(room)
        owned = await self._owners.of_nodes()
        await self._presence.forget(owned)
        rows = list(owned.items())
        random.shuffle(rows)  # the others look at the same rooms in this moment
        for room, row in rows:
            if isinstance(self._judge(room, row), Free):
                with suppress(RequestError):
                    await self.settle(room)
        await self._give_back()

    def _busy(self) -> list[RoomId]:
        return [room for room in self._held if self._needs(room)]

    async def _move(self, room: RoomId) -> bool:
        """Have its meeting go on at another server; whether it does."""
        async with self._settling.setdefault(room, asyncio.Lock()):
            hold = self._held.get(room)
            to = self._refuge()
            if hold is None or to is None or not self.is_leased or self._tenants is None:
                return False
            chosen = to

            async def give(snapshot: Mapping[str, Any]) -> str:
                if self._owners.is_behind:
                    raise StoreUnavailable("records wait in the journal")
                await self._owners.hand_over(room, hold, chosen.id, snapshot)
                self._held.pop(room, None)
                return chosen.url

            is_moved = await self._tenants.move(room, give)
            if is_moved:
                log.info("room moved to another server room=%s", room)
            return is_moved

    async def _give_back(self) -> None:
        """Any server may run the next meetings of rooms that have been empty for a while."""
        now, needs, ahead = self._now(), self._needs, self._owners.ahead
        patience_s = 0.0 if self.is_draining else EMPTY_S
        empty = {room for room in self._held if not needs(room) and room not in ahead}
        self._empty_since = {room: self._empty_since.get(room, now) for room in empty}
        self._taken_at = {room: at for room, at in self._taken_at.items() if room in self._held}
        for room, since in self._empty_since.items():
            hold = self._held.get(room)
            if hold is not None and now >= since + patience_s and not needs(room):
                del self._held[room]
                with suppress(Overtaken):
                    await self._owners.release(room, hold)

    def _needs(self, room: RoomId) -> bool:
        return self._tenants is not None and self._tenants.needs(room)

    def _judge(self, room: RoomId, row: Ownership) -> Here | There | Free | Unsettled:
        me = Self(id=self.id, held=self._held.get(room), is_leased=self.is_leased)
        return judge(row, me, self._presence.sight, self._now())

    async def _take(self, room: RoomId, row: Ownership) -> None:
        """Take it, or give it to another. Raises RequestError, Overtaken, StoreError."""
        if not is_whole(room, row.owner, self.id, self._presence.sight):
            return await self._take_and_end(room, row)
        if row.owner == self.id:  # given by another: it does not go round
            chosen = self._refuge() if self.is_draining else None
        else:
            draws = (random.random(), random.random())
            chosen = self._placements.place(self.nodes, draws, PROTOCOLS, self._now())
        if chosen is not None and chosen.id != self.id:
            await self._give_away(room, row, chosen)
        try:
            hold, live = await self._owners.take(room, self.id, row, READABLE)
        except UnreadableMeeting as error:
            await self._pass_on(room, row, error.version)
        self._held[room] = hold
        self._taken_at[room] = self._now()
        self._unread.discard(room)
        log.info("room taken room=%s epoch=%d has_meeting=%s", room, hold.epoch, live is not None)
        if live is not None and self._tenants is not None:
            try:
                await self._tenants.take_up(live)
            except BaseException:
                del self._held[room]  # without its meeting the next to come would begin another
                raise

    async def _take_and_end(self, room: RoomId, row: Ownership) -> None:
        """The database may not know that it was locked, or what was taken from whom: nobody goes
        on from there."""
        ended = broken_off(self._wall_clock())
        hold, live = await self._owners.take_and_end(room, self.id, row, ended)
        self._held[room] = hold
        self._taken_at[room] = self._now()
        if live is not None:
            log.error("meeting ended, its last state is not known room=%s", room)
            if self._tenants is not None:
                await self._tenants.break_off(live)

    async def _give_away(self, room: RoomId, row: Ownership, to: Node) -> NoReturn:
        await self._owners.take(room, to.id, row)
        raise RequestError("other_server", server=to.url)

    async def _pass_on(self, room: RoomId, row: Ownership, version: int) -> NoReturn:
        """Its meeting was left by a newer server: one that can read it goes on with it, and it
        is not opened without it."""
        draws = (random.random(), random.random())
        to = self._placements.place(self.nodes, draws, PROTOCOLS, self._now(), version)
        if to is not None and to.id != self.id:
            await self._give_away(room, row, to)
        if room not in self._unread:  # it is asked for again and again
            self._unread.add(room)
            log.error("no server can read the meeting that was left room=%s", room)
        raise RequestError("newer_meeting")

    async def _drop(self, room: RoomId) -> None:
        """What is here of it is not so any more."""
        if self._held.pop(room, None) is not None:
            log.warning("room given up, another server has it room=%s", room)
        if self._tenants is not None:
            await self._tenants.give_up(room)
