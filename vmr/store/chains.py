"""A hash chain in two tables: the entries, and the personal fields beside them.

Entries are only ever inserted. Personal fields and their key are rows of their own, so that they
can be deleted when their retention ends, without a change to the chain.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Column, Table, insert, select
from sqlalchemy.engine import Connection, RowMapping

from vmr import record
from vmr.ids import MeetingId
from vmr.record import Entry, Happening
from vmr.store import secrets
from vmr.store.errors import RecordBroken

Personal = Mapping[int, tuple[tuple[tuple[str, str], ...], bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEntry:
    """One link of the chain with the personal fields that are still kept (else empty)."""

    entry: Entry
    personal: tuple[tuple[str, str], ...]


class Chains:
    """The chains in one pair of tables, told apart by a column named `owner` in both.

    `first` is what an owner's chain begins with instead of a meeting's id, so that an entry can
    be moved neither to another owner nor to another pair of tables.
    """

    def __init__(self, *, entries: Table, personal: Table, owner: str, first: str = "") -> None:
        self._table = entries
        self._personal_table = personal
        self._owner = owner
        self._first = first

    def extend(self, connection: Connection, owner: str, happenings: Sequence[Happening]) -> None:
        """Append happenings; needs the write lock, held by the caller."""
        last = self._last(connection, owner)
        entries, personal = [], []
        for happening in happenings:
            key = secrets.make_key()
            last = record.append(last, happening, meeting=self._chain(owner), key=key)
            entries.append({self._owner: owner, **_values(last)})
            if happening.personal:
                fields = json.dumps(happening.personal, ensure_ascii=False)
                beside = {"sequence": last.sequence, "key": key, "fields": fields}
                personal.append({self._owner: owner, **beside})
        connection.execute(insert(self._table), entries)
        if personal:
            connection.execute(insert(self._personal_table), personal)

    def read(self, connection: Connection, owner: str) -> tuple[KeptEntry, ...]:
        """Oldest first."""
        kept = self._personal(connection, owner)
        return tuple(
            KeptEntry(entry=one, personal=kept[one.sequence][0] if one.sequence in kept else ())
            for one in self._entries(connection, owner)
        )

    def newest(
        self, connection: Connection, owner: str, limit: int, before: int | None
    ) -> tuple[KeptEntry, ...]:
        """At most `limit`, newest first; those before this sequence number, or (None) the last."""
        table = self._table
        query = select(table).where(self._owner_of(table) == owner)
        if before is not None:
            query = query.where(table.c.sequence < before)
        rows = connection.execute(query.order_by(table.c.sequence.desc()).limit(limit)).mappings()
        entries = tuple(_entry(row) for row in rows)
        kept = self._personal(connection, owner, entries[-1].sequence, before) if entries else {}
        return tuple(
            KeptEntry(entry=one, personal=kept[one.sequence][0] if one.sequence in kept else ())
            for one in entries
        )

    def verify(self, connection: Connection, owner: str) -> int:
        """How many entries hold; raises RecordBroken naming the first that does not."""
        entries = self._entries(connection, owner)
        bad = record.verify(entries, meeting=self._chain(owner))
        if bad is not None:
            raise RecordBroken(f"entry {bad.position} does not fit ({bad.fault.value})")
        by_sequence = {entry.sequence: entry for entry in entries}
        for sequence, (fields, key) in self._personal(connection, owner).items():
            if not record.is_personal_of(by_sequence[sequence], fields, key):
                raise RecordBroken(f"the personal fields of entry {sequence} were changed")
        return len(entries)

    def _chain(self, owner: str) -> MeetingId:
        return MeetingId(self._first + owner)

    def _owner_of(self, table: Table) -> "Column[str]":
        return table.c[self._owner]

    def _last(self, connection: Connection, owner: str) -> Entry | None:
        query = (
            select(self._table)
            .where(self._owner_of(self._table) == owner)
            .order_by(self._table.c.sequence.desc())
            .limit(1)
        )
        row = connection.execute(query).mappings().one_or_none()
        return None if row is None else _entry(row)

    def _entries(self, connection: Connection, owner: str) -> tuple[Entry, ...]:
        query = (
            select(self._table)
            .where(self._owner_of(self._table) == owner)
            .order_by(self._table.c.sequence)
        )
        return tuple(_entry(row) for row in connection.execute(query).mappings())

    def _personal(
        self, connection: Connection, owner: str, since: int = 1, before: int | None = None
    ) -> Personal:
        """Fields and key by the sequence number of their entry, of all or of some of them."""
        table = self._personal_table
        query = select(table).where(self._owner_of(table) == owner, table.c.sequence >= since)
        if before is not None:
            query = query.where(table.c.sequence < before)
        return {
            row["sequence"]: (
                tuple((name, text) for name, text in json.loads(row["fields"])),
                row["key"],
            )
            for row in connection.execute(query).mappings()
        }


def _values(entry: Entry) -> dict[str, object]:
    return {
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
