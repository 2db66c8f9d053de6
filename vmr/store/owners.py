"""Who runs which room: the queries, given a connection.

The epoch of a room grows by one whenever its owner changes, and only where it still is what the
new owner has read. Whoever takes a room reads its meeting in the transaction in which they take it,
and whoever writes of a room looks at its epoch in the transaction in which they write: as writes
behave as if each were the only one (`vmr.store.dialect`), a write of the old owner is either in
what the new one reads, or fails.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.engine import Connection

from vmr.ids import RoomId
from vmr.nodes.node import NodeId
from vmr.nodes.ownership import ALONE, UNOWNED, Hold, Ownership, is_mine
from vmr.record import Happening
from vmr.store import meetings
from vmr.store.errors import Overtaken, UnreadableMeeting
from vmr.store.meetings import LiveMeeting
from vmr.store.node_tables import node_urls, room_owners
from vmr.store.prepared import Prepared

_ROW = Prepared(
    select(room_owners.c.node, room_owners.c.epoch).where(
        room_owners.c.room_id == bindparam("room")
    )
)  # it runs at every commit


def of_room(connection: Connection, room: RoomId) -> Ownership:
    row = _ROW.one(connection, {"room": room})
    return UNOWNED if row is None else _ownership(*row)


def of_nodes(connection: Connection) -> dict[RoomId, Ownership]:
    """Every room that a server runs, or ran when it died."""
    query = select(room_owners).where(room_owners.c.node.is_not(None))
    rows = connection.execute(query)
    return {RoomId(row.room_id): _ownership(row.node, row.epoch) for row in rows}


def check(connection: Connection, room: RoomId, hold: Hold) -> None:
    """Raises Overtaken where the room is not, or no longer, held so."""
    if not is_mine(of_room(connection, room), hold):
        raise Overtaken(f"another server has the room (epoch {hold.epoch} is over)")


def take(
    connection: Connection,
    room: RoomId,
    node: NodeId,
    seen: Ownership,
    readable: Collection[int] | None,
) -> tuple[Hold, LiveMeeting | None]:
    """What it holds, and the meeting to go on with. Raises Overtaken: the row is not as it was
    seen; UnreadableMeeting."""
    now = of_room(connection, room)
    if now != seen:
        raise Overtaken("another server was faster")
    epoch = now.epoch + 1
    live = meetings.live_in(connection, room)
    if live is not None and readable is not None and live.snapshot["version"] not in readable:
        raise UnreadableMeeting(live.snapshot["version"])
    _set(connection, room, node, epoch)
    return Hold(node, epoch), live


def take_and_end(
    connection: Connection, room: RoomId, node: NodeId, seen: Ownership, ended: Happening
) -> tuple[Hold, LiveMeeting | None]:
    """The same, but nobody goes on with the meeting: its record closes with `ended`."""
    hold, live = take(connection, room, node, seen, None)
    if live is not None:
        meetings.commit(connection, live.meeting, room, None, [ended])
    return hold, live


def hand_over(connection: Connection, room: RoomId, hold: Hold, to: NodeId, snapshot: str) -> None:
    """Another server goes on with its meeting, from this snapshot (JSON). Raises Overtaken."""
    check(connection, room, hold)
    meetings.leave(connection, room, snapshot)
    _set(connection, room, to, hold.epoch + 1)


def release(connection: Connection, room: RoomId, hold: Hold) -> None:
    """Nobody runs it any more. Raises Overtaken."""
    check(connection, room, hold)
    _set(connection, room, None, hold.epoch)


def adopt(connection: Connection) -> None:
    """Meetings that a server left which ran alone go to whoever takes them, as those of the dead
    do."""
    for live in meetings.live(connection):
        now = of_room(connection, live.room)
        if now.owner is None:
            _set(connection, live.room, ALONE, now.epoch + 1)


def overtaken(connection: Connection, held: Mapping[RoomId, Hold]) -> frozenset[RoomId]:
    """Those of the rooms that somebody else has by now."""
    rows = of_nodes(connection)
    return frozenset(
        room for room, hold in held.items() if not is_mine(rows.get(room, UNOWNED), hold)
    )


def note_url(connection: Connection, url: str, at: float) -> None:
    change = update(node_urls).where(node_urls.c.url == url)
    if not connection.execute(change.values(seen_at=at)).rowcount:
        connection.execute(insert(node_urls).values(url=url, seen_at=at))


def urls_seen(connection: Connection) -> dict[str, float]:
    return {row.url: row.seen_at for row in connection.execute(select(node_urls))}


def urls(connection: Connection, since: float) -> tuple[str, ...]:
    query = select(node_urls.c.url).where(node_urls.c.seen_at >= since)
    return tuple(connection.execute(query.order_by(node_urls.c.url)).scalars())


def _set(connection: Connection, room: RoomId, node: NodeId | None, epoch: int) -> None:
    change = update(room_owners).where(room_owners.c.room_id == room)
    if not connection.execute(change.values(node=node, epoch=epoch)).rowcount:
        connection.execute(insert(room_owners).values(room_id=room, node=node, epoch=epoch))


def _ownership(node: str | None, epoch: int) -> Ownership:
    return Ownership(None if node is None else NodeId(node), epoch)
