"""Tokens of the REST API in the database: the queries, given a connection.

Every change comes with what is written into the establishment's record, in the same transaction.
"""

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection, RowMapping

from vmr.api_tokens import ApiScope, ApiToken, scope_names
from vmr.ids import ApiTokenId, EstablishmentId
from vmr.record import Happening
from vmr.rooms import Establishment
from vmr.store import staff, webhooks
from vmr.store.api_tables import api_tokens as table
from vmr.store.errors import NotFound
from vmr.store.tables import establishments

_TOKENS = select(
    table,
    establishments.c.name.label("establishment_name"),
    establishments.c.phone,
    establishments.c.safer_custody,
    establishments.c.hosts_only_at_terminals,
    establishments.c.zone,
).join(establishments, establishments.c.id == table.c.establishment_id)


def add(connection: Connection, added: ApiToken, token_hash: str, happening: Happening) -> None:
    connection.execute(
        insert(table).values(
            id=added.id,
            establishment_id=added.establishment.id,
            token_hash=token_hash,
            name=added.name,
            scopes=",".join(scope_names(added.scopes)),
            made_at=added.made_at,
            expires_at=added.expires_at,
        )
    )
    staff.write_record(connection, added.establishment.id, happening)


def revoke(connection: Connection, revoked: ApiToken, happening: Happening) -> None:
    query = update(table).where(table.c.id == revoked.id, table.c.revoked_at.is_(None))
    if connection.execute(query.values(revoked_at=happening.at)).rowcount != 1:
        raise NotFound("no such token in use")
    webhooks.end_with(connection, revoked.id)
    staff.write_record(connection, revoked.establishment.id, happening)


def note_used(connection: Connection, token: ApiTokenId, at: float) -> None:
    connection.execute(update(table).where(table.c.id == token).values(used_at=at))


def by_hash(connection: Connection, token_hash: str) -> ApiToken | None:
    row = connection.execute(_TOKENS.where(table.c.token_hash == token_hash)).mappings()
    return next((_token(one) for one in row), None)


def by_id(connection: Connection, token: ApiTokenId) -> ApiToken | None:
    row = connection.execute(_TOKENS.where(table.c.id == token)).mappings()
    return next((_token(one) for one in row), None)


def of_establishment(
    connection: Connection, establishment: EstablishmentId
) -> tuple[ApiToken, ...]:
    query = _TOKENS.where(table.c.establishment_id == establishment)
    ordered = query.order_by(table.c.revoked_at.is_not(None), table.c.name, table.c.made_at)
    return tuple(_token(row) for row in connection.execute(ordered).mappings())


def _token(row: RowMapping) -> ApiToken:
    return ApiToken(
        id=ApiTokenId(row["id"]),
        establishment=Establishment(
            id=EstablishmentId(row["establishment_id"]),
            name=row["establishment_name"],
            phone=row["phone"],
            safer_custody=row["safer_custody"],
            hosts_only_at_terminals=row["hosts_only_at_terminals"],
            zone=row["zone"],
        ),
        name=row["name"],
        scopes=frozenset(ApiScope(word) for word in row["scopes"].split(",") if word),
        made_at=row["made_at"],
        expires_at=row["expires_at"],
        used_at=row["used_at"],
        revoked_at=row["revoked_at"],
    )
