"""Deleting personal values whose retention has ended: the queries, given a connection.

What goes are the personal fields and their key; the chain stays and goes on proving itself. Each
deletion is an entry of the establishment's record, without which a missing value is a fault.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import and_, exists, func, or_, select, update
from sqlalchemy.engine import Connection

from vmr.establishment_record import (
    RecordEvent,
    head_of,
    meeting_happening,
    own_deletion_happening,
)
from vmr.ids import EstablishmentId, MeetingId
from vmr.policies import PolicyName
from vmr.store import establishment_chain, records, side_parts
from vmr.store.tables import (
    establishments,
    meetings,
    record_personal,
    record_side_parts,
    rooms,
    staff_entries,
    staff_personal,
)

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRecord:
    """A meeting's record whose personal values are due, or were deleted: `entries` have some."""

    meeting: MeetingId
    establishment: str
    room: str
    policy: PolicyName
    ended_at: float
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DueNames:
    """The names in an establishment's own record up to entry `until`: `entries` have some."""

    id: EstablishmentId
    establishment: str
    until: int
    entries: int


def due_records(
    connection: Connection, days: Mapping[PolicyName, int], now: float
) -> tuple[DueRecord, ...]:
    """Those of ended meetings, the oldest first."""
    ended_at = func.coalesce(meetings.c.ended_at, meetings.c.started_at)
    count = (
        select(func.count()).where(record_personal.c.meeting_id == meetings.c.id).scalar_subquery()
    )
    query = (
        select(
            meetings.c.id,
            establishments.c.name.label("establishment"),
            rooms.c.name.label("room"),
            rooms.c.policy,
            ended_at.label("ended_at"),
            count.label("entries"),
        )
        .join(rooms, rooms.c.id == meetings.c.room_id)
        .join(establishments, establishments.c.id == rooms.c.establishment_id)
        .where(
            meetings.c.state == "ended",
            or_(
                exists().where(record_personal.c.meeting_id == meetings.c.id),
                exists().where(
                    record_side_parts.c.meeting_id == meetings.c.id,
                    record_side_parts.c.personal != "",
                ),
            ),
            or_(
                *(
                    and_(rooms.c.policy == policy.value, ended_at < now - kept * DAY_S)
                    for policy, kept in days.items()
                )
            ),
        )
        .order_by(ended_at, meetings.c.id)
    )
    return tuple(
        DueRecord(
            meeting=MeetingId(row.id),
            establishment=row.establishment,
            room=row.room,
            policy=PolicyName(row.policy),
            ended_at=row.ended_at,
            entries=row.entries,
        )
        for row in connection.execute(query)
    )


def delete_record(connection: Connection, due: DueRecord, *, by: str, at: float, days: int) -> None:
    """The personal values of one meeting and their key."""
    last = records.chains.last(connection, due.meeting)
    is_beside = side_parts.delete_personal(connection, due.meeting)
    if last is None:
        return
    if not records.chains.delete_personal(connection, due.meeting, last.sequence) and not is_beside:
        return  # another run was here
    facts = (("entries", due.entries), ("days", days))
    deleted = meeting_happening(
        RecordEvent.PERSONAL_DELETED, due.meeting, head_of(last), at=at, by=by, facts=facts
    )
    establishment = establishment_chain.establishment_of(connection, due.meeting)
    establishment_chain.write(connection, establishment, deleted)
    establishment_chain.mark_noted(connection, due.meeting, head_of(last))
    query = update(meetings).where(meetings.c.id == due.meeting)
    connection.execute(query.values(personal_deleted_at=at, names=""))


def due_names(connection: Connection, days: int, now: float) -> tuple[DueNames, ...]:
    """Of every establishment that has some this old."""
    joined = staff_personal.join(
        staff_entries,
        and_(
            staff_entries.c.establishment_id == staff_personal.c.establishment_id,
            staff_entries.c.sequence == staff_personal.c.sequence,
        ),
    ).join(establishments, establishments.c.id == staff_personal.c.establishment_id)
    query = (
        select(
            establishments.c.id,
            establishments.c.name,
            func.max(staff_personal.c.sequence).label("until"),
            func.count().label("entries"),
        )
        .select_from(joined)
        .where(staff_entries.c.at < now - days * DAY_S)
        .group_by(establishments.c.id, establishments.c.name)
        .order_by(establishments.c.name)
    )
    return tuple(
        DueNames(
            id=EstablishmentId(row.id),
            establishment=row.name,
            until=row.until,
            entries=row.entries,
        )
        for row in connection.execute(query)
    )


def delete_names(connection: Connection, due: DueNames, *, by: str, at: float, days: int) -> None:
    if not establishment_chain.chains.delete_personal(connection, due.id, due.until):
        return
    deleted = own_deletion_happening(until=due.until, by=by, at=at, days=days)
    establishment_chain.write(connection, due.id, deleted)
