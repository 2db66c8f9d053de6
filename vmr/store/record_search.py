"""Finding records: an establishment's meetings by date, room and the names still kept.

What others hold is `RecordSearch`, as `Store.record_search`. Any part of a name is found, whatever
its case and accents; those that were deleted are found no more.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.engine import Connection, RowMapping

from vmr.ids import EstablishmentId, MeetingId, RoomId
from vmr.policies import PolicyName
from vmr.store.database import Database
from vmr.store.folding import folded
from vmr.store.meetings import LIVE
from vmr.store.tables import meetings, record_entries, rooms


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`since` and `until` bound the first entry, `until` excluded; what is None or "" is free."""

    room: RoomId | None = None
    since: float | None = None
    until: float | None = None
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRecord:
    """A meeting with a record. `opened_at` is None where nobody opened it; `end_code` is empty
    while it runs, and where it was left without an end."""

    meeting: MeetingId
    establishment: EstablishmentId
    room: RoomId
    room_name: str
    policy: PolicyName
    is_live: bool
    started_at: float
    ended_at: float | None
    opened_at: float | None = None
    end_code: str = ""


class RecordSearch:
    """Each method is one consistent look, as in `vmr.store.store`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(
        self, establishment: EstablishmentId, wanted: Wanted, *, skip: int, most: int
    ) -> tuple[tuple[FoundRecord, ...], bool]:
        """At most so many, the newest first, and whether there are more."""
        return await self._database.read(
            lambda connection: find(connection, establishment, wanted, skip=skip, most=most)
        )

    async def one(self, meeting: MeetingId) -> FoundRecord | None:
        """Of any establishment: the caller looks whose it is."""
        return await self._database.read(lambda connection: one(connection, meeting))


def find(
    connection: Connection,
    establishment: EstablishmentId,
    wanted: Wanted,
    *,
    skip: int,
    most: int,
) -> tuple[tuple[FoundRecord, ...], bool]:
    query = _meetings().where(rooms.c.establishment_id == establishment, *_bounds(wanted))
    query = query.order_by(meetings.c.started_at.desc(), meetings.c.id)
    rows = connection.execute(query.offset(skip).limit(most + 1)).mappings()
    found = [_found(row) for row in rows]
    return tuple(_with_ends(connection, found[:most])), len(found) > most


def one(connection: Connection, meeting: MeetingId) -> FoundRecord | None:
    row = connection.execute(_meetings().where(meetings.c.id == meeting)).mappings().one_or_none()
    return None if row is None else next(_with_ends(connection, [_found(row)]))


def _meetings() -> Select[tuple[object, ...]]:
    """Those with a first entry, whatever their room has become."""
    return (
        select(
            meetings.c.id,
            meetings.c.room_id,
            meetings.c.state,
            meetings.c.started_at,
            meetings.c.ended_at,
            rooms.c.establishment_id,
            rooms.c.name,
            rooms.c.policy,
        )
        .join(rooms, rooms.c.id == meetings.c.room_id)
        .where(meetings.c.started_at.is_not(None))
    )


def _bounds(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.room is not None:
        yield meetings.c.room_id == wanted.room
    if wanted.since is not None:
        yield meetings.c.started_at >= wanted.since
    if wanted.until is not None:
        yield meetings.c.started_at < wanted.until
    if wanted.name:
        yield meetings.c.names.contains(folded(wanted.name), autoescape=True)


def _with_ends(connection: Connection, found: Iterable[FoundRecord]) -> Iterator[FoundRecord]:
    """With what their records say of opening and end."""
    records = list(found)
    ids = [one.meeting for one in records]
    query = select(
        record_entries.c.meeting_id,
        record_entries.c.what,
        record_entries.c.at,
        record_entries.c.facts,
    ).where(record_entries.c.meeting_id.in_(ids), record_entries.c.what.in_(("opened", "ended")))
    opened: dict[str, float] = {}
    codes: dict[str, str] = {}
    for row in connection.execute(query):
        if row.what == "opened":
            opened.setdefault(row.meeting_id, row.at)
        else:
            codes[row.meeting_id] = str(dict(json.loads(row.facts)).get("code", ""))
    for record in records:
        yield replace(
            record,
            opened_at=opened.get(record.meeting),
            end_code=codes.get(record.meeting, ""),
        )


def _found(row: RowMapping) -> FoundRecord:
    return FoundRecord(
        meeting=MeetingId(row["id"]),
        establishment=EstablishmentId(row["establishment_id"]),
        room=RoomId(row["room_id"]),
        room_name=row["name"],
        policy=PolicyName(row["policy"]),
        is_live=row["state"] == LIVE,
        started_at=row["started_at"],
        ended_at=row["ended_at"],
    )
