"""Enrolled terminals in the database: the queries, given a connection.

Every change comes with what is written into the establishment's record, in the same
transaction.
"""

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection, RowMapping

from vmr.ids import DeviceId, EstablishmentId, OfficerId, TerminalId
from vmr.record import Happening
from vmr.store import establishment_chain
from vmr.store.errors import Conflict, NotFound
from vmr.store.tables import establishments
from vmr.store.tables import staff as members
from vmr.store.tables import terminals as table
from vmr.terminals import EnrolledTerminal

_enrollers, _revokers = members.alias("enrollers"), members.alias("revokers")
_TERMINALS = (
    select(
        table,
        _enrollers.c.name.label("enrolled_by_name"),
        _revokers.c.name.label("revoked_by_name"),
    )
    .join(_enrollers, _enrollers.c.id == table.c.enrolled_by)
    .outerjoin(_revokers, _revokers.c.id == table.c.revoked_by)
)


def enrol(
    connection: Connection, added: EnrolledTerminal, by: OfficerId, happening: Happening
) -> None:
    if is_enrolled(connection, added.establishment, added.device):
        raise Conflict("this terminal is enrolled")
    connection.execute(
        insert(table).values(
            id=added.id,
            establishment_id=added.establishment,
            device_id=added.device,
            name=added.name,
            enrolled_at=added.enrolled_at,
            enrolled_by=by,
        )
    )
    establishment_chain.write(connection, added.establishment, happening)


def revoke(
    connection: Connection, revoked: EnrolledTerminal, by: OfficerId | None, happening: Happening
) -> None:
    query = update(table).where(table.c.id == revoked.id, table.c.revoked_at.is_(None))
    values = {"revoked_at": happening.at, "revoked_by": by}
    if connection.execute(query.values(**values)).rowcount != 1:
        raise NotFound("no such terminal in use")
    establishment_chain.write(connection, revoked.establishment, happening)


def is_enrolled(connection: Connection, establishment: EstablishmentId, device: DeviceId) -> bool:
    query = select(table.c.id).where(
        table.c.establishment_id == establishment,
        table.c.device_id == device,
        table.c.revoked_at.is_(None),
    )
    return connection.execute(query).first() is not None


def has_any(connection: Connection, establishment: EstablishmentId) -> bool:
    query = select(table.c.id).where(
        table.c.establishment_id == establishment, table.c.revoked_at.is_(None)
    )
    return connection.execute(query.limit(1)).first() is not None


def note_use(
    connection: Connection, establishment: EstablishmentId, device: DeviceId, at: float
) -> None:
    query = update(table).where(
        table.c.establishment_id == establishment,
        table.c.device_id == device,
        table.c.revoked_at.is_(None),
    )
    connection.execute(query.values(used_at=at))


def by_id(connection: Connection, terminal: TerminalId) -> EnrolledTerminal | None:
    row = connection.execute(_TERMINALS.where(table.c.id == terminal)).mappings().one_or_none()
    return None if row is None else _terminal(row)


def of_establishment(
    connection: Connection, establishment: EstablishmentId
) -> tuple[EnrolledTerminal, ...]:
    query = _TERMINALS.where(table.c.establishment_id == establishment)
    ordered = query.order_by(table.c.revoked_at.is_not(None), table.c.name, table.c.enrolled_at)
    return tuple(_terminal(row) for row in connection.execute(ordered).mappings())


def set_hosts_only(
    connection: Connection, establishment: EstablishmentId, only: bool, happening: Happening
) -> None:
    query = update(establishments).where(establishments.c.id == establishment)
    if connection.execute(query.values(hosts_only_at_terminals=only)).rowcount != 1:
        raise NotFound("no such establishment")
    establishment_chain.write(connection, establishment, happening)


def _terminal(row: RowMapping) -> EnrolledTerminal:
    return EnrolledTerminal(
        id=TerminalId(row["id"]),
        establishment=EstablishmentId(row["establishment_id"]),
        device=DeviceId(row["device_id"]),
        name=row["name"],
        enrolled_at=row["enrolled_at"],
        enrolled_by=row["enrolled_by_name"],
        revoked_at=row["revoked_at"],
        revoked_by=row["revoked_by_name"] or "",
        used_at=row["used_at"],
    )
