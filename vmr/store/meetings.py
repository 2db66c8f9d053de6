"""Meetings and their records in the database: the queries, given a connection.

Invariant: a room has at most one live meeting; a record only ever grows, and its head stands in
the record of its establishment when it has begun and when it has ended.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, insert, literal, select, update
from sqlalchemy.engine import Connection, RowMapping

from vmr.establishment_record import Head, head_of
from vmr.ids import MeetingId, RoomId
from vmr.record import Happening, PersonalKey
from vmr.store import establishment_chain, record_names, records, webhook_messages
from vmr.store.errors import Conflict, NotFound
from vmr.store.prepared import Prepared
from vmr.store.tables import meetings as table
from vmr.store.tables import record_entries

LIVE = "live"
ENDED = "ended"

# Built once: these run at every commit.
_STATE = Prepared(
    select(table.c.state, table.c.room_id, table.c.names).where(table.c.id == bindparam("meeting"))
)
_UPDATE = update(table).where(table.c.id == bindparam("meeting"))
_GO_ON = Prepared(
    _UPDATE.where(table.c.room_id == bindparam("room"), table.c.state == literal(LIVE)).values(
        snapshot=bindparam("text")
    )
)
_BRING_NAMES = Prepared(_UPDATE.values(snapshot=bindparam("text"), names=bindparam("known")))


class LiveMeeting(NamedTuple):
    """A meeting that has not ended, as its last commit left it."""

    meeting: MeetingId
    room: RoomId
    snapshot: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingSummary:
    """`started_at` and `ended_at` are the times of its first and (when over) last entry.

    `personal_deleted_at` is when retention took the personal values out of its record.
    """

    id: MeetingId
    room: RoomId
    is_live: bool
    started_at: float | None
    ended_at: float | None
    entries: int
    personal_deleted_at: float | None = None


def commit(
    connection: Connection,
    meeting: MeetingId,
    room: RoomId,
    snapshot: str | None,
    happenings: Sequence[Happening],
    key: PersonalKey | None = None,
) -> Head | None:
    """See `Store.commit`; the snapshot is JSON. The record's new head, None where it had nothing
    new. `key` is for personal values, of a record that had none."""
    brings_names = any(one.personal for one in happenings)
    is_whole = snapshot is None or brings_names or _slot(happenings) is not None
    is_stated = False
    if snapshot is None or is_whole or not _goes_on(connection, meeting, room, snapshot):
        is_stated = _change(connection, meeting, room, snapshot, happenings)
    head = None
    if happenings:
        head = head_of(records.extend(connection, meeting, happenings, key))
    if is_stated:
        establishment_chain.note_head(connection, meeting)
    webhook_messages.announce(connection, meeting, room, happenings)
    return head


def _goes_on(connection: Connection, meeting: MeetingId, room: RoomId, snapshot: str) -> bool:
    """Whether it is live in this room, as at most commits; then it has its new snapshot."""
    values = {"meeting": meeting, "room": room, "text": snapshot}
    return _GO_ON.change(connection, values) == 1


def _change(
    connection: Connection,
    meeting: MeetingId,
    room: RoomId,
    snapshot: str | None,
    happenings: Sequence[Happening],
) -> bool:
    """Also where it begins, opens or ends the meeting, or brings names. Whether the head of its
    record is to be stated: it has begun or ended."""
    state, names = _state(connection, meeting, room)
    if state == ENDED and snapshot is not None:
        raise Conflict("the meeting has ended")
    if state is None:
        _begin(connection, meeting, room, happenings)
    known, slot = record_names.with_names(names, happenings), _slot(happenings)
    if state is not None and snapshot is not None and slot is None:
        _BRING_NAMES.change(connection, {"meeting": meeting, "text": snapshot, "known": known})
        return False
    values: dict[str, object] = {"snapshot": snapshot, "names": known}
    if snapshot is None:
        values["state"] = ENDED
        if happenings:
            values["ended_at"] = happenings[-1].at
    if slot is not None:
        values["booking_id"] = slot
    connection.execute(_UPDATE, {"meeting": meeting, **values})
    return state is None or snapshot is None


def _slot(happenings: Sequence[Happening]) -> str | None:
    """The booking in whose slot it is opened here."""
    opened = (dict(one.facts) for one in happenings if one.what == "opened")
    return next((str(facts["booking"]) for facts in opened if "booking" in facts), None)


def _state(connection: Connection, meeting: MeetingId, room: RoomId) -> tuple[str | None, str]:
    """What it is, None for a new one, and the names in its record."""
    row = _STATE.one(connection, {"meeting": meeting})
    if row is None:
        return None, ""
    if row[1] != room:
        raise Conflict("the meeting is of another room")
    return row[0], row[2]


def _begin(
    connection: Connection,
    meeting: MeetingId,
    room: RoomId,
    happenings: Sequence[Happening],
) -> None:
    """A new meeting; one of the same room that was still live had been dropped unfinished."""
    dropped = select(table.c.id).where(table.c.room_id == room, table.c.state == LIVE)
    for (other,) in connection.execute(dropped).all():
        query = update(table).where(table.c.id == other)
        connection.execute(query.values(state=ENDED, snapshot=None))
        establishment_chain.note_head(connection, MeetingId(other))
    connection.execute(
        insert(table).values(
            id=meeting,
            room_id=room,
            state=LIVE,
            started_at=happenings[0].at if happenings else None,
        )
    )


def live(connection: Connection) -> tuple[LiveMeeting, ...]:
    query = select(table.c.id, table.c.room_id, table.c.snapshot).where(table.c.state == LIVE)
    return tuple(
        LiveMeeting(MeetingId(row.id), RoomId(row.room_id), json.loads(row.snapshot))
        for row in connection.execute(query)
    )


def live_in(connection: Connection, room: RoomId) -> LiveMeeting | None:
    """The room's meeting that has not ended."""
    query = select(table.c.id, table.c.snapshot).where(
        table.c.room_id == room, table.c.state == LIVE
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else LiveMeeting(MeetingId(row.id), room, json.loads(row.snapshot))


def leave(connection: Connection, room: RoomId, snapshot: str) -> None:
    """How whoever goes on with the room's meeting finds it."""
    is_its = (table.c.room_id == room) & (table.c.state == LIVE)
    connection.execute(update(table).where(is_its).values(snapshot=snapshot))


def has_ended(connection: Connection, meeting: MeetingId) -> bool:
    query = select(table.c.state).where(table.c.id == meeting)
    return connection.execute(query).scalar_one_or_none() == ENDED


def of_room(connection: Connection, room: RoomId) -> tuple[MeetingSummary, ...]:
    query = _SUMMARIES.where(table.c.room_id == room)
    ordered = query.order_by(table.c.started_at.desc(), table.c.id)
    return tuple(_summary(row) for row in connection.execute(ordered).mappings())


def one(connection: Connection, meeting: MeetingId) -> MeetingSummary:
    """Raises NotFound."""
    query = _SUMMARIES.where(table.c.id == meeting)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound("no such meeting")
    return _summary(row)


def is_noted(connection: Connection, summary: MeetingSummary, head: Head) -> bool:
    """Whether the record may have this head: that of an ended meeting stands in the record of its
    establishment, unless it is older than that."""
    noted = establishment_chain.noted(connection, summary.id)
    return summary.is_live or noted in (0, head.sequence)


_SUMMARIES = select(
    table.c.id,
    table.c.room_id,
    table.c.state,
    table.c.started_at,
    table.c.ended_at,
    table.c.personal_deleted_at,
    select(func.count())
    .where(record_entries.c.meeting_id == table.c.id)
    .scalar_subquery()
    .label("entries"),
)


def _summary(row: RowMapping) -> MeetingSummary:
    return MeetingSummary(
        id=MeetingId(row["id"]),
        room=RoomId(row["room_id"]),
        is_live=row["state"] == LIVE,
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        entries=row["entries"],
        personal_deleted_at=row["personal_deleted_at"],
    )
