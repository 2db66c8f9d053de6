"""Deleting the personal values of bookings whose retention has ended: queries, given a connection.

What stays is what reports count: purpose, room, times, state, and how many people in which parts.
What goes: names, aliases, contacts, notes, reasons, the prisoner's reference, the addresses and
errors of letters, the labels of personal links and the self-tests by them, and the names in the
entries about the booking in the establishment's record. Each deletion is an entry there itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, case, delete, exists, func, or_, select, update
from sqlalchemy.engine import Connection

from vmr.bookings.booking import BookingState
from vmr.bookings.changes import booking_subject
from vmr.bookings.purposes import POLICY_OF, Purpose
from vmr.establishment_record import booking_deletion_happening
from vmr.ids import BookingId, EstablishmentId
from vmr.policies import PolicyName
from vmr.store import booking_search, establishment_chain, self_tests
from vmr.store.booking_tables import (
    booking_alternatives,
    booking_outcomes,
    booking_people,
    bookings,
    slot_pins,
)
from vmr.store.outbox_tables import outbox
from vmr.store.tables import establishments, invites

DAY_S = 86_400.0
_BOOKING = {
    "prisoner": "", "prisoner_key": "", "requester_name": "", "requester_email": "",
    "note_for_staff": "", "note_for_guest": "", "more_persons_by": "", "more_minutes_by": "",
    "reason": "",
}  # fmt: skip
_PERSON = {
    "name": "", "alias": "", "email": "", "phone": "", "language": "", "is_under_18": False,
    "contact_id": None,
}  # fmt: skip
_LETTER = {"to": "", "subject": "", "text": "", "html": "", "calendar": "", "last_error": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class DueBooking:
    """A booking whose personal values are due, or were deleted."""

    id: BookingId
    reference: str
    establishment_id: EstablishmentId
    establishment: str
    policy: PolicyName
    ended_at: float
    """The end of its slot; of a request nobody has decided, of the last time it asked for."""


def due(
    connection: Connection, days: Mapping[PolicyName, int], now: float
) -> tuple[DueBooking, ...]:
    """The oldest first."""
    asked = (
        select(func.max(booking_alternatives.c.ends_at))
        .where(booking_alternatives.c.booking_id == bookings.c.id)
        .scalar_subquery()
    )
    is_open = and_(bookings.c.state == BookingState.REQUESTED.value, asked > bookings.c.ends_at)
    ended_at = case((is_open, asked), else_=bookings.c.ends_at)
    kept = [
        and_(bookings.c.purpose == purpose.value, ended_at < now - days[policy] * DAY_S)
        for purpose, policy in POLICY_OF.items()
    ]
    query = (
        select(
            bookings.c.id,
            bookings.c.reference,
            bookings.c.establishment_id,
            establishments.c.name,
            bookings.c.purpose,
            ended_at.label("ended_at"),
        )
        .join(establishments, establishments.c.id == bookings.c.establishment_id)
        .where(bookings.c.personal_deleted_at.is_(None), or_(*kept))
        .order_by("ended_at", bookings.c.id)
    )
    return tuple(
        DueBooking(
            id=BookingId(row.id),
            reference=row.reference,
            establishment_id=EstablishmentId(row.establishment_id),
            establishment=row.name,
            policy=POLICY_OF[Purpose(row.purpose)],
            ended_at=row.ended_at,
        )
        for row in connection.execute(query)
    )


def forget(
    connection: Connection,
    some: Sequence[DueBooking],
    *,
    by: str,
    at: float,
    days: Mapping[PolicyName, int],
) -> None:
    """Those that another run has not deleted meanwhile."""
    wanted = select(bookings.c.id).where(
        bookings.c.id.in_([one.id for one in some]), bookings.c.personal_deleted_at.is_(None)
    )
    left = set(connection.execute(wanted).scalars())
    gone = [one for one in some if one.id in left]
    _blank(connection, [one.id for one in gone], at)
    for one in gone:
        subject = booking_subject(one.id)
        establishment_chain.delete_personal_of(connection, one.establishment_id, subject)
        deleted = booking_deletion_happening(
            subject, one.reference, by=by, at=at, days=days[one.policy]
        )
        establishment_chain.write(connection, one.establishment_id, deleted)


def _blank(connection: Connection, ids: Sequence[BookingId], at: float) -> None:
    of_link = exists().where(
        booking_people.c.invite_id == invites.c.id, booking_people.c.booking_id.in_(ids)
    )
    connection.execute(update(invites).where(of_link).values(label="", is_revoked=True))
    of_person = booking_people.c.booking_id.in_(ids)
    connection.execute(update(booking_people).where(of_person).values(**_PERSON))
    of_letter = outbox.c.booking_id.in_(ids)
    connection.execute(update(outbox).where(of_letter).values(**_LETTER))
    of_outcome = booking_outcomes.c.booking_id.in_(ids)
    connection.execute(update(booking_outcomes).where(of_outcome).values(note="", officer_name=""))
    connection.execute(delete(slot_pins).where(slot_pins.c.booking_id.in_(ids)))
    self_tests.forget_of_bookings(connection, ids)
    booking_search.remove(connection, ids)
    changed = update(bookings).where(bookings.c.id.in_(ids))
    connection.execute(changed.values(personal_deleted_at=at, **_BOOKING))
