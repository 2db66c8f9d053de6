"""The record of a meeting in the database: the chain, and the personal fields beside it.

Entries are only ever inserted. Personal fields and their key are rows of their own, so that they
can be deleted when their retention ends, without a change to the chain.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection, RowMapping

from vmr import record
from vmr.ids import MeetingId
from vmr.record import Entry, Happening
from vmr.store import secrets
from vmr.store.errors import NotFound, RecordBroken
from vmr.store.tables import meetings, record_entries, record_personal


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEntry:
    """One link of the chain with the personal fields that are still kept (else empty)."""

    entry: Entry
    personal: tuple[tuple[str, str], ...]


def extend(connection: Connection, meeting: MeetingId, happenings: Sequence[Happening]) -> None:
    """Append happenings to the meeting's chain; needs the write lock, held by the caller."""
    last = _last(connection, meeting)
    entries, personal = [], []
    for happening in happenings:
        key = secrets.make_key()
        last = record.append(last, happening, meeting=meeting, key=key)
        entries.append(_values(meeting, last))
        if happening.personal:
            fields = json.dumps(happening.personal, ensure_ascii=False)
            personal.append(
                {"meeting_id": meeting, "sequence": last.sequence, "key": key, "fields": fields}
            )
    connection.execute(insert(record_entries), entries)
    if personal:
        connection.execute(insert(record_personal), personal)


def read(connection: Connection, meeting: MeetingId) -> tuple[KeptEntry, ...]:
    _demand_meeting(connection, meeting)
    kept = _personal(connection, meeting)
    return tuple(
        KeptEntry(entry=one, personal=kept[one.sequence][0] if one.sequence in kept else ())
        for one in _entries(connection, meeting)
    )


def verify(connection: Connection, meeting: MeetingId) -> int:
    """How many entries hold; raises RecordBroken naming the first that does not."""
    _demand_meeting(connection, meeting)
    entries = _entries(connection, meeting)
    bad = record.verify(entries, meeting=meeting)
    if bad is not None:
        raise RecordBroken(f"entry {bad.position} does not fit ({bad.fault.value})")
    by_sequence = {entry.sequence: entry for entry in entries}
    for sequence, (fields, key) in (_personal(connection, meeting)).items():
        if not record.is_personal_of(by_sequence[sequence], fields, key):
            raise RecordBroken(f"the personal fields of entry {sequence} were changed")
    return len(entries)


def _demand_meeting(connection: Connection, meeting: MeetingId) -> None:
    query = select(meetings.c.id).where(meetings.c.id == meeting)
    if connection.execute(query).one_or_none() is None:
        raise NotFound("no such meeting")


def _last(connection: Connection, meeting: MeetingId) -> Entry | None:
    query = (
        select(record_entries)
        .where(record_entries.c.meeting_id == meeting)
        .order_by(record_entries.c.sequence.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _entry(row)


def _entries(connection: Connection, meeting: MeetingId) -> tuple[Entry, ...]:
    query = (
        select(record_entries)
        .where(record_entries.c.meeting_id == meeting)
        .order_by(record_entries.c.sequence)
    )
    return tuple(_entry(row) for row in connection.execute(query).mappings())


Personal = Mapping[int, tuple[tuple[tuple[str, str], ...], bytes]]


def _personal(connection: Connection, meeting: MeetingId) -> Personal:
    """Fields and key by the sequence number of their entry."""
    query = select(record_personal).where(record_personal.c.meeting_id == meeting)
    return {
        row["sequence"]: (
            tuple((name, text) for name, text in json.loads(row["fields"])),
            row["key"],
        )
        for row in connection.execute(query).mappings()
    }


def _values(meeting: MeetingId, entry: Entry) -> dict[str, object]:
    return {
        "meeting_id": meeting,
        "sequence": entry.sequence,
        "previous_hash": entry.previous,
        "at": entry.at,
        "actor": entry.actor,
        "what": entry.what,
        "subject": entry.subject,
        "reason": entry.reason,
        "facts": json.dumps(entry.facts, ensure_ascii=False),
        "personal_digest": entry.personal_digest,
        "hash": entry.hash,
    }


def _entry(row: RowMapping) -> Entry:
    return Entry(
        sequence=row["sequence"],
        previous=row["previous_hash"],
        at=row["at"],
        actor=row["actor"],
        what=row["what"],
        subject=row["subject"],
        reason=row["reason"],
        facts=tuple((name, value) for name, value in json.loads(row["facts"])),
        personal_digest=row["personal_digest"],
        hash=row["hash"],
    )
