"""What others hold of the ownership of rooms: `OwnerStore`, as `Store.owners`.

Each method is one transaction, as in `vmr.store.store`.
"""

import json
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

from sqlalchemy.engine import Connection

from vmr.ids import RoomId
from vmr.nodes.drain import Drain, NodeRow
from vmr.nodes.node import NodeId
from vmr.nodes.ownership import Hold, Ownership
from vmr.record import Happening
from vmr.store import node_rows, owners, records
from vmr.store.chains import Tip
from vmr.store.database import Database
from vmr.store.keeping import Keeping
from vmr.store.meetings import LiveMeeting


class OwnerStore:
    """Who runs which room, where several servers share the database."""

    def __init__(self, database: Database, keeping: Keeping) -> None:
        self._database = database
        self._keeping = keeping

    async def claim(self) -> None:
        """Beside others that do the same, and not beside a server that runs alone, which gets
        Occupied, or makes this one get it. Its meetings are there to be taken afterwards."""
        await self._database.claim_together()
        await self._database.write(owners.adopt)

    async def of_room(self, room: RoomId) -> Ownership:
        return await self._database.read(lambda connection: owners.of_room(connection, room))

    async def of_nodes(self) -> dict[RoomId, Ownership]:
        """Every room that a server runs, or ran when it died."""
        return await self._database.read(owners.of_nodes)

    async def take(
        self,
        room: RoomId,
        node: NodeId,
        seen: Ownership,
        readable: Collection[int] | None = None,
    ) -> tuple[Hold, LiveMeeting | None]:
        """Make this server the owner: what it holds, and the meeting to go on with.

        Raises Overtaken where the room is not as it was seen, UnreadableMeeting where the version
        of its snapshot is none of these.
        """

        def work(connection: Connection) -> tuple[Hold, LiveMeeting | None, Tip | None]:
            hold, live = owners.take(connection, room, node, seen, readable)
            return hold, live, live and records.chains.tip(connection, live.meeting)

        hold, live, tip = await self._database.write(work)
        if live is not None and tip is not None:
            self._keeping.knows(live.meeting, tip)
        return hold, live

    async def take_and_end(
        self, room: RoomId, node: NodeId, seen: Ownership, ended: Happening
    ) -> tuple[Hold, LiveMeeting | None]:
        """Make this server the owner, and end the meeting there, in one: what it holds, and the
        meeting that was ended. Raises Overtaken."""

        def work(connection: Connection) -> tuple[Hold, LiveMeeting | None]:
            hold, live = owners.take_and_end(connection, room, node, seen, ended)
            if live is not None:
                self._keeping.sign_end(connection, live.meeting)
            return hold, live

        return await self._database.write(work)

    async def hand_over(
        self, room: RoomId, hold: Hold, to: NodeId, snapshot: Mapping[str, Any]
    ) -> None:
        """Another server goes on with the room's meeting, from this snapshot. Raises Overtaken."""
        text = json.dumps(snapshot)
        await self._database.write(
            lambda connection: owners.hand_over(connection, room, hold, to, text)
        )

    async def release(self, room: RoomId, hold: Hold) -> None:
        """Nobody runs it any more. Raises Overtaken."""
        await self._database.write(lambda connection: owners.release(connection, room, hold))

    async def overtaken(self, held: Mapping[RoomId, Hold]) -> frozenset[RoomId]:
        """Those of the rooms that somebody else has by now."""
        return await self._database.read(lambda connection: owners.overtaken(connection, held))

    async def note_url(self, url: str, at: float) -> None:
        """Browsers reach a server here."""
        await self._database.write(lambda connection: owners.note_url(connection, url, at))

    async def urls_seen(self) -> dict[str, float]:
        """Where browsers ever reached the servers, and when each was last there."""
        return await self._database.read(owners.urls_seen)

    async def urls(self, since: float) -> tuple[str, ...]:
        """Where browsers reach, or reached since then, the servers."""
        return await self._database.read(lambda connection: owners.urls(connection, since))

    @property
    def is_behind(self) -> bool:
        """Whether entries wait in this server's journal: another would not know of them."""
        return self._keeping.state.is_behind

    @property
    def ahead(self) -> frozenset[RoomId]:
        """Rooms in which something happened here that the database does not know yet."""
        return self._keeping.ahead

    def tell_ahead(self, tell: Callable[[], Awaitable[None]]) -> None:
        """Have this waited for, when a room has come to be among `ahead`, before anybody is told
        what happened in it."""
        self._keeping.on_ahead = tell

    @property
    def brought_in(self) -> Mapping[str, frozenset[RoomId]]:
        """See `Store.use_journal`: runs of servers that left a journal, and rooms in it."""
        return self._keeping.brought_in

    async def note_node(self, name: str, run: NodeId, url: str, at: float) -> None:
        """A server of this name runs, this is its present run, and browsers reach it here."""
        await self._database.write(
            lambda connection: node_rows.note(connection, name, run, url, at)
        )

    async def nodes(self) -> tuple[NodeRow, ...]:
        """Every server there ever was, by name."""
        return await self._database.read(node_rows.known)

    async def drain_of(self, name: str) -> Drain | None:
        """Whether, and how, the server of this name is to be emptied."""
        return await self._database.read(lambda connection: node_rows.drain_of(connection, name))

    async def set_drain(self, name: str, drain: Drain | None) -> bool:
        """Have it emptied, or take rooms again; False: there is no server of this name."""
        return await self._database.write(
            lambda connection: node_rows.set_drain(connection, name, drain)
        )

    async def rooms_of_run(self, run: NodeId) -> int:
        """How many rooms this run of a server runs, or ran when it died."""
        return await self._database.read(lambda connection: node_rows.rooms_of_run(connection, run))
