"""What the establishment's record says of one booking, read for its page."""

import json

from sqlalchemy import and_, select
from sqlalchemy.engine import Connection

from vmr.bookings.changes import PastChange, booking_subject
from vmr.ids import BookingId, EstablishmentId
from vmr.store.tables import staff_entries as entries
from vmr.store.tables import staff_personal as personal


def history(
    connection: Connection, establishment: EstablishmentId, booking: BookingId
) -> tuple[PastChange, ...]:
    """Oldest first; without names where their retention has ended."""
    beside = and_(
        personal.c.establishment_id == entries.c.establishment_id,
        personal.c.sequence == entries.c.sequence,
    )
    query = (
        select(entries.c.at, entries.c.actor, entries.c.what, entries.c.facts, personal.c.fields)
        .select_from(entries.outerjoin(personal, beside))
        .where(
            entries.c.establishment_id == establishment,
            entries.c.subject == booking_subject(booking),
        )
        .order_by(entries.c.sequence)
    )
    found = []
    for row in connection.execute(query):
        names = {} if row.fields is None else dict(json.loads(row.fields))
        found.append(
            PastChange(
                at=row.at,
                what=row.what,
                actor=row.actor,
                officer=names.get("officer", ""),
                reason=names.get("reason", ""),
                facts=tuple((name, value) for name, value in json.loads(row.facts)),
            )
        )
    return tuple(found)
