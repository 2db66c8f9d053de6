"""The record of an establishment: its chain, and the heads of its meetings' records in it.

Accounts, terminals and settings are written here by their own modules. Invariant: the head of a
meeting's record stands here from its first entries on, and again when the meeting has ended.
"""

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.engine import Connection

from vmr.establishment_record import (
    Head,
    RecordEvent,
    head_of,
    meeting_happening,
    subject_of,
)
from vmr.ids import EstablishmentId, MeetingId
from vmr.record import Entry, Happening
from vmr.store import records
from vmr.store.chains import Chains
from vmr.store.errors import NotFound
from vmr.store.tables import meetings, record_entries, rooms, staff_entries, staff_personal

chains = Chains(
    entries=staff_entries, personal=staff_personal, owner="establishment_id", first="staff:"
)


def write(connection: Connection, establishment: EstablishmentId, happening: Happening) -> None:
    """One more entry; needs the write lock, held by the caller."""
    chains.extend(connection, establishment, [happening])


def about(
    connection: Connection, establishment: EstablishmentId, meeting: MeetingId
) -> list[Entry]:
    """What stands here of a meeting's record, oldest first."""
    return chains.about(connection, establishment, subject_of(meeting))


def count_all(connection: Connection, establishment: EstablishmentId) -> int:
    """Entries here and in the records of its meetings."""
    own = select(func.count()).where(staff_entries.c.establishment_id == establishment)
    meeting_entries = (
        select(func.count())
        .select_from(record_entries.join(meetings).join(rooms))
        .where(rooms.c.establishment_id == establishment)
    )
    return sum(int(connection.execute(query).scalar_one()) for query in (own, meeting_entries))


def delete_personal_of(
    connection: Connection, establishment: EstablishmentId, subject: str
) -> None:
    """The personal fields of all entries about this subject."""
    about = select(staff_entries.c.sequence).where(
        staff_entries.c.establishment_id == establishment, staff_entries.c.subject == subject
    )
    gone = delete(staff_personal).where(
        staff_personal.c.establishment_id == establishment, staff_personal.c.sequence.in_(about)
    )
    connection.execute(gone)


def establishment_of(connection: Connection, meeting: MeetingId) -> EstablishmentId:
    """Whose meeting it is; raises NotFound."""
    query = select(rooms.c.establishment_id).join(meetings).where(meetings.c.id == meeting)
    found = connection.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFound("no such meeting")
    return EstablishmentId(found)


def note_head(connection: Connection, meeting: MeetingId, at: float | None = None) -> None:
    """State the head of the meeting's record, unless that is the newest stated already.

    `at` None is the time of the record's last entry.
    """
    last = records.chains.last(connection, meeting)
    if last is None or last.sequence == noted(connection, meeting):
        return
    happening = meeting_happening(
        RecordEvent.HEAD_NOTED, meeting, head_of(last), at=last.at if at is None else at
    )
    write(connection, establishment_of(connection, meeting), happening)
    mark_noted(connection, meeting, head_of(last))


def mark_noted(connection: Connection, meeting: MeetingId, head: Head) -> None:
    """This head has been stated."""
    query = update(meetings).where(meetings.c.id == meeting)
    connection.execute(query.values(noted_sequence=head.sequence))


def note_heads(connection: Connection, establishment: EstablishmentId, at: float) -> None:
    """State the heads that moved: of live meetings, and of those kept before heads were stated."""
    query = (
        select(meetings.c.id)
        .join(rooms)
        .where(
            rooms.c.establishment_id == establishment,
            or_(meetings.c.state == "live", meetings.c.noted_sequence == 0),
        )
        .order_by(meetings.c.started_at, meetings.c.id)
    )
    for (meeting,) in connection.execute(query).all():
        note_head(connection, MeetingId(meeting), at)


def noted(connection: Connection, meeting: MeetingId) -> int:
    """The length of the newest head stated; 0 where none is."""
    query = select(meetings.c.noted_sequence).where(meetings.c.id == meeting)
    return int(connection.execute(query).scalar_one())
