"""A hash chain in two tables: the entries, and the personal fields beside them.

Entries are only ever inserted. Personal fields and their keys are rows of their own, so that they
can be deleted when their retention ends, without a change to the chain. A chain that ends has one
key, in a third table; one that never ends has a key for each entry, beside its fields, so that old
fields can go while newer ones stay.
"""

import json
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from sqlalchemy import Column, Table, and_, bindparam, delete, insert, literal_column, select
from sqlalchemy.engine import Connection

from vmr import record
from vmr.ids import MeetingId
from vmr.record import ChainWalk, Entry, Happening, Personal, PersonalKey
from vmr.store import secrets
from vmr.store.errors import RecordBroken
from vmr.store.prepared import Prepared

AT_ONCE = 1_000  # rows held while a chain is read


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEntry:
    """One link of the chain with the personal fields that are still kept (else empty).

    `key` is theirs; None where there are none, or where it is missing.
    """

    entry: Entry
    personal: Personal = ()
    key: PersonalKey | None = field(default=None, repr=False)

    @property
    def lacks_personal(self) -> bool:
        """Whether it was made with personal fields that are not kept any more."""
        return not self.personal and self.entry.personal_digest != ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tip:
    """Where a chain goes on: its length, its last hash (its first link while it is empty), and the
    key of its personal values, where it has one."""

    sequence: int
    hash: str
    key: PersonalKey | None = field(default=None, repr=False)


class Chains:
    """The chains in one pair of tables, told apart by a column named `owner` in both.

    `first` is what an owner's chain begins with instead of a meeting's id, so that an entry can
    be moved neither to another owner nor to another pair of tables. `keys` holds a key for each
    owner; without it each entry has its own.
    """

    def __init__(
        self,
        *,
        entries: Table,
        personal: Table,
        owner: str,
        first: str = "",
        keys: Table | None = None,
    ) -> None:
        self._table = entries
        self._personal_table = personal
        self._owner = owner
        self._first = first
        self._keys = keys
        self._columns = [entries.c[name] for name in _COLUMNS]
        # Built once: these run at every commit of a meeting.
        newest = (
            select(*self._columns)
            .where(self._owner_of(entries) == bindparam("owner"))
            .order_by(entries.c.sequence.desc())
            .limit(literal_column("1"))
        )
        self._last = newest
        tip = newest
        if keys is not None:
            is_theirs = self._owner_of(keys) == self._owner_of(entries)
            tip = newest.add_columns(keys.c.key).outerjoin_from(entries, keys, is_theirs)
        self._tip = Prepared(tip)
        self._insert_entries = Prepared(insert(entries), (owner, *_COLUMNS))
        self._insert_personal = Prepared(insert(personal), (owner, "sequence", "key", "fields"))

    def extend(
        self,
        connection: Connection,
        owner: str,
        happenings: Sequence[Happening],
        key_to_add: PersonalKey | None = None,
    ) -> Entry:
        """Append happenings (one or more); needs the write lock, held by the caller.

        Returns the chain's new head. `key_to_add` becomes the key of a chain that needs one and has
        none yet; None: a new one.
        """
        last, of_chain = self._read_tip(connection, owner)
        entries, personal = [], []
        for happening in happenings:
            if happening.personal and of_chain is None:
                of_chain = self._add_key(connection, owner, key_to_add)
            key = of_chain or PersonalKey(secret=secrets.make_key(), is_of_chain=False)
            last = record.append(last, happening, meeting=self.begin(owner), key=key)
            entries.append({self._owner: owner, **_values(last)})
            if happening.personal:
                personal.append(
                    {
                        self._owner: owner,
                        "sequence": last.sequence,
                        "key": None if key.is_of_chain else key.secret,
                        "fields": json.dumps(happening.personal, ensure_ascii=False),
                    }
                )
        self._insert_entries.each(connection, entries)
        if personal:
            self._insert_personal.each(connection, personal)
        if last is None:
            raise ValueError("nothing to append")
        return last

    def read(
        self, connection: Connection, owner: str, *, after: int = 0
    ) -> Generator[KeptEntry, None, None]:
        """Oldest first, those `after` a sequence number, read as they are consumed.

        To be closed by who stops before the end.
        """
        entries, personal = self._table, self._personal_table
        joined = entries.outerjoin(
            personal,
            and_(
                personal.c[self._owner] == entries.c[self._owner],
                personal.c.sequence == entries.c.sequence,
            ),
        )
        query = (
            select(*self._columns, personal.c.fields, personal.c.key)
            .select_from(joined)
            .where(self._owner_of(entries) == owner, entries.c.sequence > after)
            .order_by(entries.c.sequence)
            .execution_options(yield_per=AT_ONCE)
        )
        of_chain = self.key(connection, owner)
        with connection.execute(query) as rows:
            for row in rows:
                entry, fields, key = _entry(row), row[-2], row[-1]
                if fields is None:
                    yield KeptEntry(entry=entry)
                    continue
                yield KeptEntry(
                    entry=entry,
                    personal=tuple((name, text) for name, text in json.loads(fields)),
                    key=of_chain if key is None else PersonalKey(secret=key, is_of_chain=False),
                )

    def about(self, connection: Connection, owner: str, subject: str) -> list[Entry]:
        """The entries with this subject, oldest first."""
        table = self._table
        query = select(*self._columns).where(
            self._owner_of(table) == owner, table.c.subject == subject
        )
        return [_entry(row) for row in connection.execute(query.order_by(table.c.sequence))]

    def newest(
        self, connection: Connection, owner: str, limit: int, before: int | None
    ) -> tuple[KeptEntry, ...]:
        """At most `limit`, newest first; those before this sequence number, or (None) the last."""
        found = self.last(connection, owner) if before is None else None
        end = before if before is not None else 1 if found is None else found.sequence + 1
        with closing(self.read(connection, owner, after=max(0, end - 1 - limit))) as entries:
            page = list(takewhile(lambda kept: kept.entry.sequence < end, entries))
        return tuple(reversed(page))

    def verify(self, connection: Connection, owner: str, *, deleted_until: int = 0) -> int:
        """How many entries hold; raises RecordBroken naming the first that does not.

        Up to entry `deleted_until` personal fields may have been deleted.
        """
        walk = ChainWalk(self.begin(owner))
        with closing(self.read(connection, owner)) as entries:
            for kept in entries:
                prove(walk, kept)
                if kept.lacks_personal and walk.sequence > deleted_until:
                    raise RecordBroken(f"the personal fields of entry {walk.sequence} are missing")
        return walk.sequence

    def delete_personal(self, connection: Connection, owner: str, until: int) -> bool:
        """The personal fields of the entries up to this one, with the keys, those of a whole
        chain too. Whether there were any."""
        table = self._personal_table
        of_owner = self._owner_of(table) == owner
        gone = connection.execute(delete(table).where(of_owner, table.c.sequence <= until))
        if self._keys is not None:
            connection.execute(delete(self._keys).where(self._owner_of(self._keys) == owner))
        return gone.rowcount > 0

    def begin(self, owner: str) -> MeetingId:
        """What the owner's chain begins with."""
        return MeetingId(self._first + owner)

    def last(self, connection: Connection, owner: str) -> Entry | None:
        """The head of the chain; None while it is empty."""
        row = connection.execute(self._last, {"owner": owner}).one_or_none()
        return None if row is None else _entry(row)

    def tip(self, connection: Connection, owner: str) -> Tip:
        """Where the chain goes on."""
        last, key = self._read_tip(connection, owner)
        if last is None:
            return Tip(sequence=0, hash=record.first_link(self.begin(owner)))
        return Tip(sequence=last.sequence, hash=last.hash, key=key)

    def hash_at(self, connection: Connection, owner: str, sequence: int) -> str:
        """Of the entry with this number; of entry 0 the chain's first link. Empty: there is no
        such entry."""
        if sequence == 0:
            return record.first_link(self.begin(owner))
        table = self._table
        query = select(table.c.hash).where(
            self._owner_of(table) == owner, table.c.sequence == sequence
        )
        return str(connection.execute(query).scalar_one_or_none() or "")

    def _read_tip(
        self, connection: Connection, owner: str
    ) -> tuple[Entry | None, PersonalKey | None]:
        """The head, and the one key of the chain where it has one, in one query."""
        row = self._tip.one(connection, {"owner": owner})
        if row is None:
            return None, None
        secret = None if self._keys is None else row[-1]
        return _entry(row), None if secret is None else PersonalKey(secret=secret)

    def key(self, connection: Connection, owner: str) -> PersonalKey | None:
        """The one key of the owner's chain, where it has one."""
        if self._keys is None:
            return None
        query = select(self._keys.c.key).where(self._owner_of(self._keys) == owner)
        secret = connection.execute(query).scalar_one_or_none()
        return None if secret is None else PersonalKey(secret=secret)

    def _add_key(
        self, connection: Connection, owner: str, key: PersonalKey | None
    ) -> PersonalKey | None:
        if self._keys is None:
            return None
        added = key or PersonalKey(secret=secrets.make_key())
        connection.execute(insert(self._keys).values({self._owner: owner, "key": added.secret}))
        return added

    def _owner_of(self, table: Table) -> "Column[str]":
        return table.c[self._owner]


def prove(walk: ChainWalk, kept: KeptEntry) -> None:
    """The next entry of a walk, with its personal fields; raises RecordBroken."""
    entry, position = kept.entry, walk.sequence + 1
    fault = walk.take(entry)
    if fault is not None:
        raise RecordBroken(f"entry {position} does not fit ({fault.value})")
    if not kept.personal:
        return
    if kept.key is None:
        raise RecordBroken(f"the key of the personal fields of entry {position} is missing")
    if not record.is_personal_of(entry, kept.personal, kept.key):
        raise RecordBroken(f"the personal fields of entry {position} were changed")


_COLUMNS = (
    "sequence", "previous_hash", "at", "actor", "what", "subject", "reason", "facts",
    "personal_digest", "hash",
)  # fmt: skip


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


def _entry(row: Sequence[Any]) -> Entry:
    """Of a row whose first columns are `_COLUMNS`."""
    facts = row[7]
    return Entry(
        sequence=row[0],
        previous=row[1],
        at=row[2],
        actor=row[3],
        what=row[4],
        subject=row[5],
        reason=row[6],
        facts=() if facts == "[]" else tuple((name, value) for name, value in json.loads(facts)),
        personal_digest=row[8],
        hash=row[9],
    )
