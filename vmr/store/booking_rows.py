"""How a booking lies in its rows: one of its own, one for each alternative, one for each person."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, insert, select
from sqlalchemy.engine import Connection, RowMapping

from vmr.bookings.booking import (
    Booking,
    BookingState,
    Channel,
    Expected,
    IdToBring,
    Part,
    Priority,
)
from vmr.bookings.entitlements import prisoner_key
from vmr.bookings.purposes import Purpose
from vmr.bookings.times import Interval
from vmr.ids import BookingId, ContactId, EstablishmentId, ExpectedId, InviteId, RoomId
from vmr.store.booking_tables import booking_alternatives as alternatives
from vmr.store.booking_tables import booking_people as people


def values_of(booking: Booking) -> dict[str, object]:
    """What of it is in its own row and may change."""
    return {
        "room_id": booking.room,
        "purpose": booking.purpose.value,
        "state": booking.state.value,
        "channel": booking.channel.value,
        "priority": booking.priority.value,
        "starts_at": booking.slot.starts_at,
        "ends_at": booking.slot.ends_at,
        "prisoner": booking.prisoner,
        "prisoner_key": prisoner_key(booking.prisoner),
        "requester_name": booking.requester_name,
        "requester_email": booking.requester_email,
        "note_for_staff": booking.note_for_staff,
        "note_for_guest": booking.note_for_guest,
        "linked_id": booking.linked,
        "more_persons_by": booking.more_persons_by,
        "more_minutes_by": booking.more_minutes_by,
        "reason": booking.reason,
        "version": booking.version,
        "changed_at": booking.changed_at,
    }


def add_parts(connection: Connection, booking: Booking) -> None:
    """Its alternatives and people, of which there are no rows yet."""
    times = [
        {
            "booking_id": booking.id,
            "position": at,
            "starts_at": one.starts_at,
            "ends_at": one.ends_at,
        }
        for at, one in enumerate(booking.alternatives)
    ]
    expected = [
        {
            "booking_id": booking.id,
            "position": at,
            "id": one.id,
            "name": one.name,
            "alias": one.alias,
            "part": one.part.value,
            "email": one.email,
            "phone": one.phone,
            "id_to_bring": one.id_to_bring.value,
            "language": one.language,
            "is_under_18": one.is_under_18,
            "invite_id": one.invite,
            "contact_id": one.contact,
        }
        for at, one in enumerate(booking.people)
    ]
    if times:
        connection.execute(insert(alternatives), times)
    if expected:
        connection.execute(insert(people), expected)


def read(connection: Connection, query: "Select[Any]") -> tuple[Booking, ...]:
    """Bookings with their parts: three queries, however many there are."""
    rows = connection.execute(query).mappings().all()
    ids = [row["id"] for row in rows]
    times, expected = _parts(connection, alternatives, ids), _parts(connection, people, ids)
    return tuple(
        _booking(row, times.get(row["id"], ()), expected.get(row["id"], ())) for row in rows
    )


def _parts(
    connection: Connection, of: Any, ids: Sequence[str]
) -> Mapping[str, Sequence[RowMapping]]:
    found: dict[str, list[RowMapping]] = {}
    for first in range(0, len(ids), 500):  # as many values as a statement may have
        part = ids[first : first + 500]
        query = select(of).where(of.c.booking_id.in_(part)).order_by(of.c.booking_id, of.c.position)
        for row in connection.execute(query).mappings():
            found.setdefault(row["booking_id"], []).append(row)
    return found


def interval_of(row: RowMapping) -> Interval:
    return Interval(starts_at=row["starts_at"], ends_at=row["ends_at"])


def _booking(
    row: RowMapping, times: Sequence[RowMapping], expected: Sequence[RowMapping]
) -> Booking:
    return Booking(
        id=BookingId(row["id"]),
        reference=row["reference"],
        establishment=EstablishmentId(row["establishment_id"]),
        purpose=Purpose(row["purpose"]),
        state=BookingState(row["state"]),
        preferred=interval_of(row),
        alternatives=tuple(interval_of(one) for one in times),
        room=None if row["room_id"] is None else RoomId(row["room_id"]),
        channel=Channel(row["channel"]),
        priority=Priority(row["priority"]),
        prisoner=row["prisoner"],
        people=tuple(_expected(one) for one in expected),
        requester_name=row["requester_name"],
        requester_email=row["requester_email"],
        note_for_staff=row["note_for_staff"],
        note_for_guest=row["note_for_guest"],
        linked=None if row["linked_id"] is None else BookingId(row["linked_id"]),
        rebooks=None if row["rebooks_id"] is None else BookingId(row["rebooks_id"]),
        more_persons_by=row["more_persons_by"],
        more_minutes_by=row["more_minutes_by"],
        reason=row["reason"],
        version=row["version"],
        made_at=row["made_at"],
        changed_at=row["changed_at"],
        personal_deleted_at=row["personal_deleted_at"],
    )


def _expected(row: RowMapping) -> Expected:
    return Expected(
        id=ExpectedId(row["id"]),
        name=row["name"],
        alias=row["alias"],
        part=Part(row["part"]),
        email=row["email"],
        phone=row["phone"],
        id_to_bring=IdToBring(row["id_to_bring"]),
        language=row["language"],
        is_under_18=row["is_under_18"],
        invite=None if row["invite_id"] is None else InviteId(row["invite_id"]),
        contact=None if row["contact_id"] is None else ContactId(row["contact_id"]),
    )
