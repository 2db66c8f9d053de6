"""What programs read page by page, given a connection: bookings, meetings, records.

A page goes on from just behind the last thing of the one before, by its time and id: what is added
or moved meanwhile makes nothing come twice, and nothing that stayed where it was is left out.
"""

from contextlib import closing
from itertools import islice
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.engine import Connection, RowMapping

from vmr.api_tokens import ApiToken, look_happening
from vmr.bookings.booking import Booking, BookingState
from vmr.bookings.times import Interval
from vmr.establishment_record import head_of
from vmr.ids import EstablishmentId, MeetingId, RoomId
from vmr.store import booking_rows, bookings, establishment_chain, records
from vmr.store.booking_tables import booking_texts
from vmr.store.booking_tables import bookings as booking_table
from vmr.store.chains import KeptEntry
from vmr.store.errors import NotFound
from vmr.store.folding import folded
from vmr.store.meetings import LIVE, MeetingSummary
from vmr.store.tables import meetings, record_entries, rooms


class Place(NamedTuple):
    """Where a page ended."""

    at: float
    id: str


begun = func.coalesce(meetings.c.started_at, 0.0)
_ENTRIES = (
    select(func.count())
    .where(record_entries.c.meeting_id == meetings.c.id)
    .scalar_subquery()
    .label("entries")
)
_MEETINGS = select(
    meetings.c.id, meetings.c.room_id, meetings.c.state, meetings.c.started_at,
    meetings.c.ended_at, _ENTRIES,
).join(rooms, rooms.c.id == meetings.c.room_id)  # fmt: skip


def bookings_of(
    connection: Connection,
    establishment: EstablishmentId,
    *,
    span: Interval | None,
    room: RoomId | None,
    state: BookingState | None,
    text: str,
    after: Place | None,
    limit: int,
) -> tuple[Booking, ...]:
    """Those that overlap the span and hold every word of the text, the earliest first."""
    table = booking_table
    query = select(table).where(table.c.establishment_id == establishment)
    if span is not None:
        query = query.where(
            table.c.starts_at < span.ends_at,
            table.c.starts_at > span.starts_at - bookings.LONGEST_S,
            table.c.ends_at > span.starts_at,
        )
    if room is not None:
        query = query.where(table.c.room_id == room)
    if state is not None:
        query = query.where(table.c.state == state.value)
    words = folded(text).split()
    if words:
        query = query.join(booking_texts, booking_texts.c.booking_id == table.c.id)
    for word in words:
        query = query.where(booking_texts.c.text.contains(word, autoescape=True))
    if after is not None:
        is_later = (table.c.starts_at == after.at) & (table.c.id > after.id)
        query = query.where(or_(table.c.starts_at > after.at, is_later))
    return booking_rows.read(connection, query.order_by(table.c.starts_at, table.c.id).limit(limit))


def meetings_of(
    connection: Connection,
    establishment: EstablishmentId,
    *,
    room: RoomId | None,
    span: Interval | None,
    after: Place | None,
    limit: int,
) -> tuple[MeetingSummary, ...]:
    query = _MEETINGS.where(rooms.c.establishment_id == establishment)
    if room is not None:
        query = query.where(meetings.c.room_id == room)
    if span is not None:
        query = query.where(begun >= span.starts_at, begun < span.ends_at)
    if after is not None:
        is_later = (begun == after.at) & (meetings.c.id > after.id)
        query = query.where(or_(begun < after.at, is_later))
    ordered = query.order_by(begun.desc(), meetings.c.id).limit(limit)
    return tuple(_summary(row) for row in connection.execute(ordered).mappings())


def meeting_of(
    connection: Connection, establishment: EstablishmentId, meeting: MeetingId
) -> MeetingSummary | None:
    query = _MEETINGS.where(rooms.c.establishment_id == establishment, meetings.c.id == meeting)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _summary(row)


def look(
    connection: Connection,
    token: ApiToken,
    meeting: MeetingId,
    *,
    first: int,
    limit: int,
    with_names: bool,
    at: float,
) -> tuple[KeptEntry, ...]:
    if meeting_of(connection, token.establishment.id, meeting) is None:
        raise NotFound("no such meeting")
    last = records.chains.last(connection, meeting)
    if last is None:
        return ()
    head = head_of(last)
    happening = look_happening(token, meeting, head, first=first, with_names=with_names, at=at)
    establishment_chain.write(connection, token.establishment.id, happening)
    establishment_chain.mark_noted(connection, meeting, head)
    with closing(records.chains.read(connection, meeting, after=first - 1)) as entries:
        return tuple(islice(entries, limit))


def _summary(row: RowMapping) -> MeetingSummary:
    return MeetingSummary(
        id=MeetingId(row["id"]),
        room=RoomId(row["room_id"]),
        is_live=row["state"] == LIVE,
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        entries=row["entries"],
    )
