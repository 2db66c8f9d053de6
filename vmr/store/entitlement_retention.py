"""Deleting contacts, lifted bans and compacts at the end of their retention: the queries.

A prisoner is quiet when no call of theirs and nothing that was entered for them is younger than
the retention of social calls. Of a quiet prisoner all goes: contacts, compacts, the reference. Of
others go the contacts that were removed that long ago and are in no younger call. A ban stays until
it is lifted, whatever its age, and with it whom it names; a lifted one goes. With each go the names
in the entries about it in the establishment's record, and the deletion is an entry there itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from sqlalchemy import ColumnElement, and_, delete, exists, not_, or_, select
from sqlalchemy.engine import Connection

from vmr.establishment_record import entitlement_deletion_happening
from vmr.ids import EstablishmentId
from vmr.store import establishment_chain
from vmr.store.booking_tables import booking_alternatives, booking_people, bookings
from vmr.store.entitlement_tables import bans, compacts, contacts, prisoners
from vmr.store.tables import establishments

DAY_S = 86_400.0


class Kind(Enum):
    """In the order in which they go: a prisoner after all that names them."""

    BAN = "ban"
    CONTACT = "contact"
    PRISONER = "prisoner"


@dataclass(frozen=True, slots=True, kw_only=True)
class DueEntitlement:
    """What is due, or was deleted. The compacts go with their prisoner."""

    kind: Kind
    id: str
    establishment_id: EstablishmentId
    establishment: str

    @property
    def subject(self) -> str:
        """What the establishment's record calls it (`vmr.bookings.entitlement_record`)."""
        return f"{self.kind.value}:{self.id}"


def due(connection: Connection, days: int, now: float) -> tuple[DueEntitlement, ...]:
    """In the order in which they can go."""
    before = now - days * DAY_S
    places = establishments.c.id, establishments.c.name
    lifted = select(bans.c.id, *places).join(
        establishments, establishments.c.id == bans.c.establishment_id
    )
    of_prisoner = prisoners.c.establishment_id == establishments.c.id
    queries = {
        Kind.BAN: lifted.where(not_(_stays(before))),
        Kind.CONTACT: select(contacts.c.id, *places)
        .join(prisoners, prisoners.c.id == contacts.c.prisoner_id)
        .join(establishments, of_prisoner)
        .where(or_(_is_quiet(before), _was_removed(before)), not_(_is_named(before))),
        Kind.PRISONER: select(prisoners.c.id, *places)
        .join(establishments, of_prisoner)
        .where(_is_quiet(before), not_(_has_ban(before))),
    }
    return tuple(
        DueEntitlement(
            kind=kind, id=id, establishment_id=EstablishmentId(establishment), establishment=name
        )
        for kind, query in queries.items()
        for id, establishment, name in connection.execute(query)
    )


def forget(
    connection: Connection, some: Sequence[DueEntitlement], *, by: str, at: float, days: int
) -> None:
    """Those that are due still: a call may have been booked meanwhile. Call it after
    `booking_retention.forget`, since bookings name contacts."""
    left = set(due(connection, days, at))
    for one in some:
        if one in left:
            _delete(connection, one)
            establishment_chain.delete_personal_of(connection, one.establishment_id, one.subject)
            deleted = entitlement_deletion_happening(one.subject, by=by, at=at, days=days)
            establishment_chain.write(connection, one.establishment_id, deleted)


def _delete(connection: Connection, one: DueEntitlement) -> None:
    if one.kind is Kind.BAN:
        connection.execute(delete(bans).where(bans.c.id == one.id))
    elif one.kind is Kind.CONTACT:
        connection.execute(delete(contacts).where(contacts.c.id == one.id))
    else:
        connection.execute(delete(compacts).where(compacts.c.prisoner_id == one.id))
        connection.execute(delete(prisoners).where(prisoners.c.id == one.id))


def _is_quiet(before: float) -> ColumnElement[bool]:
    """Of `prisoners`: nothing about them is from after this time."""
    own = contacts.alias()
    called = exists().where(
        bookings.c.establishment_id == prisoners.c.establishment_id,
        bookings.c.prisoner_key == prisoners.c.key,
        _is_younger(before),
    )
    entered = exists().where(
        own.c.prisoner_id == prisoners.c.id,
        or_(own.c.added_at >= before, own.c.approved_at >= before, own.c.removed_at >= before),
    )
    day = datetime.fromtimestamp(before, UTC).date().isoformat()
    signed = exists().where(compacts.c.prisoner_id == prisoners.c.id, compacts.c.signed_on >= day)
    return and_(prisoners.c.added_at < before, not_(called), not_(entered), not_(signed))


def _was_removed(before: float) -> ColumnElement[bool]:
    """Of `contacts`: so long ago, and in no younger call."""
    called = exists().where(
        booking_people.c.contact_id == contacts.c.id,
        bookings.c.id == booking_people.c.booking_id,
        _is_younger(before),
    )
    return and_(contacts.c.removed_at < before, not_(called))


def _is_younger(before: float) -> ColumnElement[bool]:
    """Of `bookings`: one whose names are kept, with a time it is or was asked for after this."""
    other = exists().where(
        booking_alternatives.c.booking_id == bookings.c.id,
        booking_alternatives.c.ends_at >= before,
    )
    is_kept = bookings.c.personal_deleted_at.is_(None)
    return and_(is_kept, or_(bookings.c.ends_at >= before, other))


def _stays(before: float) -> ColumnElement[bool]:
    """Of `bans`: it stands, or was lifted since."""
    return or_(bans.c.lifted_at.is_(None), bans.c.lifted_at >= before)


def _is_named(before: float) -> ColumnElement[bool]:
    """Of `contacts`: by a ban that stays."""
    return exists().where(bans.c.contact_id == contacts.c.id, _stays(before))


def _has_ban(before: float) -> ColumnElement[bool]:
    """Of `prisoners`: they or one of their contacts are named by a ban that stays."""
    own = contacts.alias()
    by_contact = exists().where(own.c.id == bans.c.contact_id, own.c.prisoner_id == prisoners.c.id)
    return exists().where(_stays(before), or_(bans.c.prisoner_id == prisoners.c.id, by_contact))
