"""Contacts, bans and compacts in the database: the queries, given a connection.

Every change comes with what is written into the establishment's record, in the same transaction. A
social call is judged in the transaction that books it (`demand`): a ban of the same second counts,
and of two clerks who book the last minutes of a month one is refused.
"""

from collections.abc import Callable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, insert, or_, select, update
from sqlalchemy.engine import Connection, RowMapping

from vmr.bookings.booking import Booking, BookingState
from vmr.bookings.entitlements import (
    Ban,
    Compact,
    Contact,
    Entitlement,
    Prisoner,
    months_of,
    prisoner_key,
)
from vmr.bookings.purposes import Purpose
from vmr.bookings.rules import Problem
from vmr.bookings.times import Interval
from vmr.expected import is_same
from vmr.ids import BanId, BookingId, ContactId, EstablishmentId, PrisonerId
from vmr.record import Happening
from vmr.store import staff
from vmr.store.booking_tables import bookings
from vmr.store.entitlement_tables import bans, compacts, contacts, prisoners
from vmr.store.errors import Conflict, NotEntitled, NotFound
from vmr.store.tables import establishments

Judge = Callable[[Entitlement], tuple[Problem, ...]]
"""What stands against a booking, by what is kept of its prisoner. Pure: it may be asked twice."""

LIVE_CONTACT = contacts.c.removed_at.is_(None)
LIVE_BAN = bans.c.lifted_at.is_(None)


def demand(connection: Connection, booking: Booking, judge: Judge | None) -> None:
    """Raises NotEntitled with what the judge finds against it now."""
    if judge is None:
        return
    found = judge(of_booking(connection, booking))
    if found:
        raise NotEntitled(*found)


def of_booking(connection: Connection, booking: Booking) -> Entitlement:
    """What is kept of its prisoner, with the slots of the months it lies in, but its own."""
    query = select(establishments.c.zone).where(establishments.c.id == booking.establishment)
    zone = ZoneInfo(connection.execute(query).scalar_one())
    prisoner = by_reference(connection, booking.establishment, booking.prisoner)
    found = None if prisoner is None else prisoner.id
    return Entitlement(
        zone=zone,
        contacts=() if found is None else contacts_of(connection, found),
        bans=bans_of(connection, booking.establishment, found),
        compacts=() if found is None else compacts_of(connection, found),
        taken=taken(
            connection, booking.establishment, booking.prisoner,
            months_of(booking.slot, zone), but=booking.id,
        ),
    )  # fmt: skip


def taken(
    connection: Connection,
    establishment: EstablishmentId,
    reference: str,
    span: Interval,
    *,
    but: BookingId | None = None,
) -> tuple[Interval, ...]:
    """The slots of this prisoner's confirmed social calls within the span, `but` one."""
    query = select(bookings.c.id, bookings.c.starts_at, bookings.c.ends_at).where(
        bookings.c.establishment_id == establishment,
        bookings.c.prisoner_key == prisoner_key(reference),
        bookings.c.purpose == Purpose.SOCIAL.value,
        bookings.c.state == BookingState.CONFIRMED.value,
        bookings.c.starts_at < span.ends_at,
        bookings.c.ends_at > span.starts_at,
    )
    return tuple(
        Interval(starts_at=row.starts_at, ends_at=row.ends_at)
        for row in connection.execute(query.order_by(bookings.c.starts_at))
        if row.id != but
    )


# -- prisoners -----------------------------------------------------------------------------------


def add_prisoner(connection: Connection, added: Prisoner, at: float) -> Prisoner:
    """The one of this reference, who may have been there before."""
    found = by_reference(connection, added.establishment, added.reference)
    if found is not None:
        return found
    connection.execute(
        insert(prisoners).values(
            id=added.id,
            establishment_id=added.establishment,
            reference=added.reference,
            key=prisoner_key(added.reference),
            added_at=at,
        )
    )
    return added


def prisoner_by_id(connection: Connection, prisoner: PrisonerId) -> Prisoner | None:
    return _prisoner(connection, prisoners.c.id == prisoner)


def by_reference(
    connection: Connection, establishment: EstablishmentId, reference: str
) -> Prisoner | None:
    is_it = prisoners.c.key == prisoner_key(reference)
    return _prisoner(connection, and_(prisoners.c.establishment_id == establishment, is_it))


# -- contacts ------------------------------------------------------------------------------------


def contacts_of(connection: Connection, prisoner: PrisonerId) -> tuple[Contact, ...]:
    """Those that were not removed, by name."""
    query = select(contacts).where(contacts.c.prisoner_id == prisoner, LIVE_CONTACT)
    rows = connection.execute(query.order_by(contacts.c.name, contacts.c.id)).mappings()
    return tuple(_contact(row) for row in rows)


def contact_by_id(connection: Connection, contact: ContactId) -> Contact | None:
    """None for one that was removed."""
    query = select(contacts).where(contacts.c.id == contact, LIVE_CONTACT)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _contact(row)


def add_contact(connection: Connection, added: Contact, happening: Happening) -> None:
    """Raises Conflict where the prisoner has a contact of this name: a booking names one."""
    prisoner = _demand_prisoner(connection, added.prisoner)
    if any(is_same(one.name, added.name) for one in contacts_of(connection, added.prisoner)):
        raise Conflict("a contact of this name is there already")
    connection.execute(
        insert(contacts).values(
            id=added.id,
            prisoner_id=added.prisoner,
            name=added.name,
            relation=added.relation,
            is_under_18=added.is_under_18,
            added_at=added.added_at,
            approved_by=added.approved_by,
            approved_at=added.approved_at,
        )
    )
    staff.write_record(connection, prisoner.establishment, happening)


def approve(connection: Connection, contact: Contact, by: str, happening: Happening) -> None:
    """At the time of the happening. Raises NotFound for one removed or approved before."""
    values = {"approved_by": by, "approved_at": happening.at}
    _change_contact(connection, contact, contacts.c.approved_at.is_(None), values, happening)


def remove(connection: Connection, contact: Contact, happening: Happening) -> None:
    """Raises NotFound for one removed before."""
    _change_contact(connection, contact, None, {"removed_at": happening.at}, happening)


# -- bans ----------------------------------------------------------------------------------------


def bans_of(
    connection: Connection, establishment: EstablishmentId, prisoner: PrisonerId | None
) -> tuple[Ban, ...]:
    """Those that hold for this prisoner, the establishment's own among them."""
    reach: ColumnElement[bool] = bans.c.prisoner_id.is_(None)
    if prisoner is not None:
        reach = or_(reach, bans.c.prisoner_id == prisoner)
    query = select(bans).where(bans.c.establishment_id == establishment, LIVE_BAN, reach)
    return _read_bans(connection, query)


def all_bans(connection: Connection, establishment: EstablishmentId) -> tuple[Ban, ...]:
    """Those that were not lifted, the next to be looked at first."""
    return _read_bans(
        connection, select(bans).where(bans.c.establishment_id == establishment, LIVE_BAN)
    )


def ban_by_id(connection: Connection, ban: BanId) -> Ban | None:
    """Lifted ones too."""
    return next(iter(_read_bans(connection, select(bans).where(bans.c.id == ban))), None)


def add_ban(connection: Connection, added: Ban, happening: Happening) -> None:
    """Raises NotFound for a prisoner of another establishment, or a contact of another prisoner."""
    if added.prisoner is not None:
        prisoner = _demand_prisoner(connection, added.prisoner)
        if prisoner.establishment != added.establishment:
            raise NotFound("no such prisoner")
    if added.contact is not None:
        contact = contact_by_id(connection, added.contact)
        if contact is None or contact.prisoner != added.prisoner:
            raise NotFound("no such contact")
    connection.execute(
        insert(bans).values(
            id=added.id,
            establishment_id=added.establishment,
            prisoner_id=added.prisoner,
            contact_id=added.contact,
            name=added.name,
            authority=added.authority,
            office=added.office,
            reason=added.reason,
            starts_on=added.starts_on.isoformat(),
            review_on=added.review_on.isoformat(),
            made_by=added.made_by,
            made_at=added.made_at,
            lifted_by=added.lifted_by,
            lifted_at=added.lifted_at,
            lift_reason=added.lift_reason,
        )
    )
    staff.write_record(connection, added.establishment, happening)


def change_ban(connection: Connection, changed: Ban, happening: Happening) -> None:
    """The ban as it was kept or lifted. Raises NotFound for one lifted before."""
    values = {
        "review_on": changed.review_on.isoformat(),
        "lifted_by": changed.lifted_by,
        "lifted_at": changed.lifted_at,
        "lift_reason": changed.lift_reason,
    }
    query = update(bans).where(bans.c.id == changed.id, LIVE_BAN).values(**values)
    if connection.execute(query).rowcount != 1:
        raise NotFound("no such ban")
    staff.write_record(connection, changed.establishment, happening)


# -- compacts ------------------------------------------------------------------------------------


def compacts_of(connection: Connection, prisoner: PrisonerId) -> tuple[Compact, ...]:
    """The newest version first."""
    query = select(compacts).where(compacts.c.prisoner_id == prisoner)
    return tuple(
        Compact(
            prisoner=PrisonerId(row.prisoner_id),
            version=row.version,
            signed_on=date.fromisoformat(row.signed_on),
            witnessed_by=row.witnessed_by,
        )
        for row in connection.execute(query.order_by(compacts.c.version.desc()))
    )


def sign(connection: Connection, signed: Compact, happening: Happening) -> None:
    """Raises Conflict where this version was signed before."""
    prisoner = _demand_prisoner(connection, signed.prisoner)
    if any(one.version == signed.version for one in compacts_of(connection, signed.prisoner)):
        raise Conflict("the compact was signed before")
    connection.execute(
        insert(compacts).values(
            prisoner_id=signed.prisoner,
            version=signed.version,
            signed_on=signed.signed_on.isoformat(),
            witnessed_by=signed.witnessed_by,
        )
    )
    staff.write_record(connection, prisoner.establishment, happening)


# -- rows ----------------------------------------------------------------------------------------


def _demand_prisoner(connection: Connection, prisoner: PrisonerId) -> Prisoner:
    found = prisoner_by_id(connection, prisoner)
    if found is None:
        raise NotFound("no such prisoner")
    return found


def _change_contact(
    connection: Connection,
    contact: Contact,
    only: ColumnElement[bool] | None,
    values: dict[str, Any],
    happening: Happening,
) -> None:
    query = update(contacts).where(contacts.c.id == contact.id, LIVE_CONTACT)
    if only is not None:
        query = query.where(only)
    if connection.execute(query.values(**values)).rowcount != 1:
        raise NotFound("no such contact")
    prisoner = _demand_prisoner(connection, contact.prisoner)
    staff.write_record(connection, prisoner.establishment, happening)


def _prisoner(connection: Connection, is_it: ColumnElement[bool]) -> Prisoner | None:
    row = connection.execute(select(prisoners).where(is_it)).mappings().one_or_none()
    if row is None:
        return None
    return Prisoner(
        id=PrisonerId(row["id"]),
        establishment=EstablishmentId(row["establishment_id"]),
        reference=row["reference"],
    )


def _contact(row: RowMapping) -> Contact:
    return Contact(
        id=ContactId(row["id"]),
        prisoner=PrisonerId(row["prisoner_id"]),
        name=row["name"],
        relation=row["relation"],
        is_under_18=row["is_under_18"],
        added_at=row["added_at"],
        approved_by=row["approved_by"],
        approved_at=row["approved_at"],
    )


def _read_bans(connection: Connection, query: "Select[Any]") -> tuple[Ban, ...]:
    rows = connection.execute(query.order_by(bans.c.review_on, bans.c.id)).mappings()
    return tuple(
        Ban(
            id=BanId(row["id"]),
            establishment=EstablishmentId(row["establishment_id"]),
            prisoner=None if row["prisoner_id"] is None else PrisonerId(row["prisoner_id"]),
            contact=None if row["contact_id"] is None else ContactId(row["contact_id"]),
            name=row["name"],
            authority=row["authority"],
            office=row["office"],
            reason=row["reason"],
            starts_on=date.fromisoformat(row["starts_on"]),
            review_on=date.fromisoformat(row["review_on"]),
            made_by=row["made_by"],
            made_at=row["made_at"],
            lifted_by=row["lifted_by"],
            lifted_at=row["lifted_at"],
            lift_reason=row["lift_reason"],
        )
        for row in rows
    )
