"""Servers of an estate by name, and which of them are to be emptied: the queries, given a
connection."""

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection, Row

from vmr.nodes.drain import Drain, NodeRow
from vmr.nodes.node import NodeId
from vmr.store.node_tables import nodes, room_owners


def note(connection: Connection, name: str, run: NodeId, url: str, at: float) -> None:
    """A server of this name runs. What was asked of it stands."""
    seen = {"run": run, "seen_at": at, "url": url}
    change = update(nodes).where(nodes.c.name == name).values(**seen)
    if not connection.execute(change).rowcount:
        connection.execute(insert(nodes).values(name=name, leaves_running=False, **seen))


def drain_of(connection: Connection, name: str) -> Drain | None:
    found = connection.execute(select(nodes).where(nodes.c.name == name)).one_or_none()
    return None if found is None else _drain(found)


def set_drain(connection: Connection, name: str, drain: Drain | None) -> bool:
    """Whether there is such a server. None: it takes rooms again."""
    change = update(nodes).where(nodes.c.name == name)
    done = connection.execute(
        change.values(
            drained_at=None if drain is None else drain.asked_at,
            leaves_running=drain is not None and drain.leaves_running,
        )
    )
    return bool(done.rowcount)


def known(connection: Connection) -> tuple[NodeRow, ...]:
    return tuple(
        NodeRow(
            name=row.name,
            run=NodeId(row.run),
            url=row.url,
            seen_at=row.seen_at,
            drain=_drain(row),
        )
        for row in connection.execute(select(nodes).order_by(nodes.c.name))
    )


def rooms_of_run(connection: Connection, run: NodeId) -> int:
    """How many rooms it runs, or ran when it died."""
    query = select(func.count()).select_from(room_owners).where(room_owners.c.node == run)
    return int(connection.execute(query).scalar_one())


def _drain(row: Row[tuple[object, ...]]) -> Drain | None:
    if row.drained_at is None:
        return None
    return Drain(leaves_running=row.leaves_running, asked_at=row.drained_at)
