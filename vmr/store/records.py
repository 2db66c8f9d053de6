"""The record of a meeting in the database: its chain, where there is such a meeting."""

import sys
from collections.abc import Sequence
from contextlib import closing
from itertools import takewhile

from sqlalchemy import select
from sqlalchemy.engine import Connection

from vmr.ids import MeetingId
from vmr.record import Entry, Happening, PersonalKey
from vmr.store.chains import Chains, KeptEntry
from vmr.store.errors import NotFound
from vmr.store.tables import meetings, record_entries, record_keys, record_personal

chains = Chains(
    entries=record_entries, personal=record_personal, owner="meeting_id", keys=record_keys
)


def extend(
    connection: Connection,
    meeting: MeetingId,
    happenings: Sequence[Happening],
    key: PersonalKey | None = None,
) -> Entry:
    """Append happenings to the meeting's chain; needs the write lock, held by the caller. `key` is
    for the personal values of a chain that had none."""
    return chains.extend(connection, meeting, happenings, key)


def read(connection: Connection, meeting: MeetingId) -> tuple[KeptEntry, ...]:
    _demand_meeting(connection, meeting)
    return tuple(chains.read(connection, meeting))


def read_until(connection: Connection, meeting: MeetingId, last: int) -> tuple[KeptEntry, ...]:
    """Up to the entry `last`."""
    with closing(chains.read(connection, meeting)) as entries:
        return tuple(takewhile(lambda kept: kept.entry.sequence <= last, entries))


def verify(connection: Connection, meeting: MeetingId) -> int:
    """How many entries hold; raises RecordBroken naming the first that does not.

    That personal values were deleted by right is for the establishment's record to show.
    """
    query = select(meetings.c.personal_deleted_at).where(meetings.c.id == meeting)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound("no such meeting")
    until = 0 if row.personal_deleted_at is None else sys.maxsize
    return chains.verify(connection, meeting, deleted_until=until)


def _demand_meeting(connection: Connection, meeting: MeetingId) -> None:
    query = select(meetings.c.id).where(meetings.c.id == meeting)
    if connection.execute(query).one_or_none() is None:
        raise NotFound("no such meeting")
