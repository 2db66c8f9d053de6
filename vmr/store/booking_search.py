"""Finding bookings by their people and references: the queries, given a connection.

What a search looks through lies in rows of its own, narrow and in the order of the slots, so that
a look at all of them is short. Words are found anywhere in it, in any script.
"""

from collections.abc import Sequence

from sqlalchemy import delete, func, insert, select
from sqlalchemy.engine import Connection

from vmr.bookings.booking import Booking
from vmr.ids import BookingId, EstablishmentId
from vmr.store.booking_tables import booking_texts as table
from vmr.store.folding import folded


def add(connection: Connection, booking: Booking) -> None:
    values = {
        "establishment_id": booking.establishment,
        "starts_at": booking.slot.starts_at,
        "booking_id": booking.id,
        "text": _text(booking),
    }
    connection.execute(insert(table).values(values))


def change(connection: Connection, booking: Booking) -> None:
    remove(connection, [booking.id])
    add(connection, booking)


def remove(connection: Connection, gone: Sequence[BookingId]) -> None:
    connection.execute(delete(table).where(table.c.booking_id.in_(gone)))


def find(
    connection: Connection, establishment: EstablishmentId, text: str, *, limit: int, offset: int
) -> tuple[tuple[BookingId, ...], int]:
    """Those that hold every word of the text, the latest slot first; and how many there are."""
    found = table.c.establishment_id == establishment
    for word in folded(text).split():
        found &= table.c.text.contains(word, autoescape=True)
    count = connection.execute(select(func.count()).select_from(table).where(found)).scalar_one()
    query = select(table.c.booking_id).where(found).order_by(*LATEST_FIRST)
    rows = connection.execute(query.limit(limit).offset(offset)).scalars() if count else ()
    return tuple(BookingId(one) for one in rows), count


LATEST_FIRST = (table.c.starts_at.desc(), table.c.booking_id.desc())


def _text(booking: Booking) -> str:
    said = [booking.reference, booking.prisoner, booking.requester_name, booking.requester_email]
    for one in booking.people:
        said += [one.name, one.alias, one.email]
    return folded(" ".join(dict.fromkeys(said)))
