"""Sessions of staff in the database: the queries, given a connection.

A session of a disabled account is not found: disabling ends it wherever it is looked for.
"""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Select, delete, insert, or_, select, update
from sqlalchemy.engine import Connection, RowMapping

from vmr.ids import OfficerId, StaffSessionId
from vmr.staff import StaffMember
from vmr.staff_sessions import UNFINISHED_S, SessionLimits, SignInStep, StaffSession
from vmr.store.errors import NotFound
from vmr.store.staff import MEMBER, member_of
from vmr.store.tables import establishments, staff
from vmr.store.tables import staff_sessions as table


class SignedIn(NamedTuple):
    """A session and whose it is. `session.step` says whether the sign-in is finished."""

    session: StaffSession
    member: StaffMember


def add(connection: Connection, added: StaffSession, token_hash: str) -> None:
    connection.execute(
        insert(table).values(
            id=added.id,
            staff_id=added.officer,
            token_hash=token_hash,
            step=added.step.value,
            started_at=added.started_at,
            used_at=added.used_at,
            browser=added.browser,
        )
    )


def by_token_hash(connection: Connection, token_hash: str) -> SignedIn | None:
    row = (
        connection.execute(_sessions().where(table.c.token_hash == token_hash))
        .mappings()
        .one_or_none()
    )
    return None if row is None else _signed_in(row)


def by_id(connection: Connection, session: StaffSessionId) -> SignedIn | None:
    row = connection.execute(_sessions().where(table.c.id == session)).mappings().one_or_none()
    return None if row is None else _signed_in(row)


def by_ids(
    connection: Connection, sessions: Collection[StaffSessionId]
) -> dict[StaffSessionId, StaffSession]:
    query = _sessions().where(table.c.id.in_(sessions))
    found = [_signed_in(row).session for row in connection.execute(query).mappings()]
    return {session.id: session for session in found}


def of_officer(connection: Connection, officer: OfficerId) -> tuple[StaffSession, ...]:
    query = _sessions().where(table.c.staff_id == officer).order_by(table.c.used_at.desc())
    return tuple(_signed_in(row).session for row in connection.execute(query).mappings())


def advance(
    connection: Connection, session: StaffSessionId, step: SignInStep, token_hash: str, at: float
) -> None:
    """The next step, under a new token: the old one is nobody's from now on."""
    values = {"step": step.value, "token_hash": token_hash, "used_at": at}
    query = update(table).where(table.c.id == session).values(**values)
    if connection.execute(query).rowcount != 1:
        raise NotFound("no such session")


def touch(connection: Connection, sessions: Collection[StaffSessionId], at: float) -> None:
    connection.execute(update(table).where(table.c.id.in_(sessions)).values(used_at=at))


def end(connection: Connection, session: StaffSessionId, officer: OfficerId) -> bool:
    """Whether there was such a session of this officer."""
    query = delete(table).where(table.c.id == session, table.c.staff_id == officer)
    return connection.execute(query).rowcount == 1


def end_others(connection: Connection, officer: OfficerId, kept: StaffSessionId) -> int:
    query = delete(table).where(table.c.staff_id == officer, table.c.id != kept)
    return connection.execute(query).rowcount


def sweep(connection: Connection, limits: SessionLimits, now: float) -> None:
    """Forget sessions that are over."""
    connection.execute(
        delete(table).where(
            or_(
                table.c.started_at <= now - limits.longest_s,
                table.c.used_at <= now - max(limits.idle_s, UNFINISHED_S),
            )
        )
    )


_COLUMNS = (
    *(table.c.id, table.c.step, table.c.started_at, table.c.used_at, table.c.browser),
    *MEMBER,
)


def _sessions() -> Select[Any]:
    joined = select(*_COLUMNS).join(staff, staff.c.id == table.c.staff_id).join(establishments)
    return joined.where(staff.c.is_disabled.is_(False))


def _signed_in(row: RowMapping) -> SignedIn:
    member = member_of(row)
    session = StaffSession(
        id=StaffSessionId(row["id"]),
        officer=member.id,
        step=SignInStep(row["step"]),
        started_at=row["started_at"],
        used_at=row["used_at"],
        browser=row["browser"],
    )
    return SignedIn(session, member)
