"""Opening hours and closures of rooms in the database: the queries, given a connection."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection, Row

from vmr.bookings.hours import ALWAYS, Closure, OpeningHours
from vmr.bookings.times import Interval
from vmr.ids import ClosureId, EstablishmentId, RoomId
from vmr.record import Happening
from vmr.store import staff
from vmr.store.booking_tables import closures, room_hours
from vmr.store.errors import NotFound
from vmr.store.tables import rooms

TIME = "%H:%M"


def hours(connection: Connection, room: RoomId) -> tuple[OpeningHours, ...]:
    """By weekday and time; always open where nobody has said anything. Raises NotFound."""
    said = connection.execute(select(rooms.c.has_hours).where(rooms.c.id == room)).scalar()
    if said is None:
        raise NotFound("no such room")
    if not said:
        return ALWAYS
    query = select(room_hours).where(room_hours.c.room_id == room).order_by(room_hours.c.position)
    return tuple(
        OpeningHours(weekday=row.weekday, opens=_time(row.opens), closes=_time(row.closes))
        for row in connection.execute(query)
    )


def hours_of(
    connection: Connection, establishment: EstablishmentId
) -> Mapping[RoomId, tuple[OpeningHours, ...]]:
    """The hours of each of its rooms, as `hours` gives them."""
    said = select(rooms.c.id, rooms.c.has_hours).where(rooms.c.establishment_id == establishment)
    found: dict[RoomId, tuple[OpeningHours, ...]] = {
        RoomId(row.id): () if row.has_hours else ALWAYS for row in connection.execute(said)
    }
    query = (
        select(room_hours)
        .join(rooms)
        .where(rooms.c.establishment_id == establishment, rooms.c.has_hours)
        .order_by(room_hours.c.room_id, room_hours.c.position)
    )
    for row in connection.execute(query):
        one = OpeningHours(weekday=row.weekday, opens=_time(row.opens), closes=_time(row.closes))
        found[RoomId(row.room_id)] += (one,)
    return found


def set_hours(
    connection: Connection,
    room: RoomId,
    wanted: Sequence[OpeningHours],
    establishment: EstablishmentId,
    happening: Happening,
) -> None:
    """None at all: the room cannot be booked. Raises NotFound."""
    query = update(rooms).where(rooms.c.id == room, rooms.c.establishment_id == establishment)
    if connection.execute(query.values(has_hours=True)).rowcount != 1:
        raise NotFound("no such room")
    connection.execute(delete(room_hours).where(room_hours.c.room_id == room))
    rows = [
        {
            "room_id": room,
            "position": at,
            "weekday": one.weekday,
            "opens": one.opens.strftime(TIME),
            "closes": one.closes.strftime(TIME),
        }
        for at, one in enumerate(sorted(wanted))
    ]
    if rows:
        connection.execute(insert(room_hours), rows)
    staff.write_record(connection, establishment, happening)


def closures_in(
    connection: Connection, establishment: EstablishmentId, span: Interval
) -> tuple[Closure, ...]:
    """Of the establishment and of its rooms, earliest first."""
    query = select(closures).where(
        closures.c.establishment_id == establishment,
        closures.c.ends_at > span.starts_at,
        closures.c.starts_at < span.ends_at,
    )
    query = query.order_by(closures.c.starts_at, closures.c.id)
    return tuple(_closure(row) for row in connection.execute(query))


def closure(connection: Connection, closure: ClosureId) -> tuple[EstablishmentId, Closure] | None:
    """With the establishment that it is of."""
    row = connection.execute(select(closures).where(closures.c.id == closure)).one_or_none()
    return None if row is None else (EstablishmentId(row.establishment_id), _closure(row))


def add_closure(
    connection: Connection, added: Closure, establishment: EstablishmentId, happening: Happening
) -> None:
    """Raises NotFound for a room of another establishment."""
    if added.room is not None:
        of = select(rooms.c.establishment_id).where(rooms.c.id == added.room)
        if connection.execute(of).scalar() != establishment:
            raise NotFound("no such room")
    connection.execute(
        insert(closures).values(
            id=added.id,
            establishment_id=establishment,
            room_id=added.room,
            starts_at=added.interval.starts_at,
            ends_at=added.interval.ends_at,
            reason=added.reason,
        )
    )
    staff.write_record(connection, establishment, happening)


def remove_closure(
    connection: Connection, closure: ClosureId, establishment: EstablishmentId, happening: Happening
) -> None:
    gone = delete(closures).where(
        closures.c.id == closure, closures.c.establishment_id == establishment
    )
    if connection.execute(gone).rowcount != 1:
        raise NotFound("no such closure")
    staff.write_record(connection, establishment, happening)


def _closure(row: Row[Any]) -> Closure:
    return Closure(
        id=ClosureId(row.id),
        room=None if row.room_id is None else RoomId(row.room_id),
        interval=Interval(starts_at=row.starts_at, ends_at=row.ends_at),
        reason=row.reason,
    )


def _time(text: str) -> time:
    return time.fromisoformat(text)
