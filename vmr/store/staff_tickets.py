"""Tickets of signed-in officers in the database: the queries, given a connection.

A ticket opens one socket at one server, for one purpose, once, and only while the session lives
that it was made for: it goes with the session's row. Only its SHA-256 is kept.
"""

from dataclasses import dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection

from vmr.ids import StaffSessionId
from vmr.store import staff_sessions
from vmr.store.node_tables import staff_tickets as table
from vmr.store.staff_sessions import SignedIn


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffTicket:
    """`server` is the address of the one server that takes it; epoch seconds."""

    token_hash: str
    session: StaffSessionId
    purpose: str
    server: str
    expires_at: float


def add(connection: Connection, ticket: StaffTicket, now: float) -> None:
    """Raises Conflict when the session is over. Those that are over go."""
    connection.execute(delete(table).where(table.c.expires_at <= now))
    connection.execute(
        insert(table).values(
            token_hash=ticket.token_hash,
            session_id=ticket.session,
            purpose=ticket.purpose,
            server=ticket.server,
            expires_at=ticket.expires_at,
        )
    )


def is_known(connection: Connection, token_hash: str) -> bool:
    query = select(table.c.token_hash).where(table.c.token_hash == token_hash)
    return connection.execute(query).first() is not None


def redeem(
    connection: Connection, token_hash: str, *, purpose: str, server: str, now: float
) -> SignedIn | None:
    """Whose it is, and it is nobody's from now on, whoever shows it where; None: it opens
    nothing here."""
    taken = delete(table).where(table.c.token_hash == token_hash)
    row = connection.execute(
        taken.returning(table.c.session_id, table.c.purpose, table.c.server, table.c.expires_at)
    ).one_or_none()
    if row is None or (row.purpose, row.server) != (purpose, server) or now >= row.expires_at:
        return None
    return staff_sessions.by_id(connection, StaffSessionId(row.session_id))
