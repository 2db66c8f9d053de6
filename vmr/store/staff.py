"""Staff accounts in the database: the queries, given a connection.

Every change of an account comes with what is written into its establishment's record,
in the same transaction.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.engine import Connection, RowMapping

from vmr.ids import EstablishmentId, OfficerId
from vmr.record import Happening
from vmr.rooms import Establishment
from vmr.staff import StaffMember, StaffRole, role_names
from vmr.staff_accounts import StaffAccount
from vmr.store import establishment_chain
from vmr.store.errors import NotFound
from vmr.store.tables import (
    establishments,
    staff,
    staff_recovery_codes,
    staff_sessions,
)

MEMBER = (
    staff.c.id.label("member_id"),
    staff.c.username,
    staff.c.name,
    staff.c.roles,
    staff.c.is_disabled,
    staff.c.establishment_id,
    establishments.c.name.label("establishment_name"),
    establishments.c.phone,
    establishments.c.safer_custody,
    establishments.c.hosts_only_at_terminals,
    establishments.c.zone,
    establishments.c.takes_requests,
)
_ACCOUNT = (
    *MEMBER,
    staff.c.password_hash,
    staff.c.must_change_password,
    staff.c.password_expires_at,
    staff.c.totp_secret,
    staff.c.totp_last_step,
    staff.c.oidc_issuer,
    staff.c.oidc_subject,
)


def add(connection: Connection, added: StaffAccount, happening: Happening) -> None:
    member = added.member
    connection.execute(
        insert(staff).values(
            id=member.id,
            establishment_id=member.establishment.id,
            username=member.username,
            name=member.name,
            roles=roles_text(member.roles),
            is_disabled=member.is_disabled,
            password_hash=added.password_hash,
            must_change_password=added.must_change_password,
            password_expires_at=added.password_expires_at,
            totp_secret=added.totp_secret,
            totp_last_step=added.totp_last_step,
        )
    )
    establishment_chain.write(connection, member.establishment.id, happening)


def change(
    connection: Connection,
    officer: OfficerId,
    values: dict[str, Any],
    happening: Happening | None,
    *,
    ends_sessions: bool,
    recovery_hashes: Iterable[str] | None,
) -> None:
    """See `StaffStore.change`."""
    query = select(staff.c.establishment_id).where(staff.c.id == officer)
    establishment = connection.execute(query).scalar_one_or_none()
    if establishment is None:
        raise NotFound("no such member of staff")
    if values:
        connection.execute(update(staff).where(staff.c.id == officer).values(**values))
    if recovery_hashes is not None:
        _replace_recovery_codes(connection, officer, tuple(recovery_hashes))
    if ends_sessions:
        connection.execute(delete(staff_sessions).where(staff_sessions.c.staff_id == officer))
    write_record(connection, establishment, happening)


def _replace_recovery_codes(
    connection: Connection, officer: OfficerId, hashes: Sequence[str]
) -> None:
    table = staff_recovery_codes
    connection.execute(delete(table).where(table.c.staff_id == officer))
    if hashes:
        connection.execute(
            insert(table), [{"staff_id": officer, "code_hash": one} for one in hashes]
        )


def take_totp_step(connection: Connection, officer: OfficerId, step: int) -> bool:
    """Whether the step had not been used yet, nor a later one; it has been now."""
    query = update(staff).where(staff.c.id == officer, staff.c.totp_last_step < step)
    return connection.execute(query.values(totp_last_step=step)).rowcount == 1


def take_recovery_code(connection: Connection, officer: OfficerId, code_hash: str) -> bool:
    """Whether it was one of theirs; it is none any more."""
    table = staff_recovery_codes
    query = delete(table).where(table.c.staff_id == officer, table.c.code_hash == code_hash)
    return connection.execute(query).rowcount == 1


def count_recovery_codes(connection: Connection, officer: OfficerId) -> int:
    table = staff_recovery_codes
    query = select(table.c.code_hash).where(table.c.staff_id == officer)
    return len(connection.execute(query).all())


def members(
    connection: Connection, establishment: EstablishmentId | None
) -> tuple[StaffMember, ...]:
    query = select(*MEMBER).join(establishments).order_by(staff.c.is_disabled, staff.c.name)
    if establishment is not None:
        query = query.where(staff.c.establishment_id == establishment)
    return tuple(member_of(row) for row in connection.execute(query).mappings())


def by_id(connection: Connection, officer: OfficerId) -> StaffAccount | None:
    return _one(connection, _accounts().where(staff.c.id == officer))


def by_username(connection: Connection, username: str) -> StaffAccount | None:
    return _one(connection, _accounts().where(staff.c.username == username))


def by_subject(connection: Connection, issuer: str, subject: str) -> StaffAccount | None:
    query = _accounts().where(staff.c.oidc_issuer == issuer, staff.c.oidc_subject == subject)
    return _one(connection, query)


def write_record(
    connection: Connection, establishment: EstablishmentId, happening: Happening | None
) -> None:
    if happening is not None:
        establishment_chain.write(connection, establishment, happening)


def roles_text(roles: frozenset[StaffRole]) -> str:
    return ",".join(role_names(roles))


def member_of(row: RowMapping) -> StaffMember:
    return StaffMember(
        id=OfficerId(row["member_id"]),
        establishment=Establishment(
            id=EstablishmentId(row["establishment_id"]),
            name=row["establishment_name"],
            phone=row["phone"],
            safer_custody=row["safer_custody"],
            hosts_only_at_terminals=row["hosts_only_at_terminals"],
            zone=row["zone"],
            takes_requests=row["takes_requests"],
        ),
        name=row["name"],
        username=row["username"],
        roles=frozenset(StaffRole(word) for word in row["roles"].split(",") if word),
        is_disabled=row["is_disabled"],
    )


def _accounts() -> Select[Any]:
    return select(*_ACCOUNT).join(establishments)


def _one(connection: Connection, query: Select[Any]) -> StaffAccount | None:
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    return StaffAccount(
        member=member_of(row),
        password_hash=row["password_hash"],
        must_change_password=row["must_change_password"],
        password_expires_at=row["password_expires_at"],
        totp_secret=row["totp_secret"],
        totp_last_step=row["totp_last_step"],
        oidc_issuer=row["oidc_issuer"] or "",
        oidc_subject=row["oidc_subject"] or "",
    )
