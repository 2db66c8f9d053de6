"""Side-parts: entries that one server kept of a meeting while another had taken its room.

They were told to people, so they are kept; they are no part of the meeting's chain, which never
forks. Each part is chained in itself from the entry it was written after, signed with the key of
the checkpoints, and stated in the record of the establishment. Its personal values go when those of
the meeting go.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from vmr import record
from vmr.establishment_record import RecordEvent, meeting_happening
from vmr.ids import EstablishmentId, MeetingId
from vmr.record import ChainWalk, Entry, PersonalKey
from vmr.store import checkpoints, establishment_chain, records
from vmr.store.chains import KeptEntry
from vmr.store.errors import StoreUnavailable
from vmr.store.signing import KeyFile, is_signed
from vmr.store.tables import record_side_parts as table
from vmr.store.tables import rooms, signing_keys
from vmr.store.waiting import Waiting

AT_FAULT = "side-part {part} of the record {fault}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SidePart:
    """What another server than the one that went on with the meeting wrote of it.

    `first` is the number its first entry would have had; `node` is empty for a server that ran
    alone.
    """

    id: str
    meeting: MeetingId
    node: str
    first: int
    entries: tuple[KeptEntry, ...] = field(repr=False)


def keep(connection: Connection, part: Waiting, keys: KeyFile) -> bool:
    """Whether any of it was not there yet. Raises StoreUnavailable where the room is not known, or
    nothing can be signed."""
    part = _without_known(connection, part)
    entries = [*part.entries()]
    if not entries:
        return False
    said = _statement(part.meeting, _node(part), entries)
    id = _id(said)
    establishment = _establishment_of(connection, part)
    at = entries[-1].at
    key = checkpoints.key_in_use(connection, keys, at)
    has_personal = any(one.personal for one in part.happenings)
    personal = json.dumps([one.personal for one in part.happenings], ensure_ascii=False)
    connection.execute(
        insert(table).values(
            id=id,
            meeting_id=part.meeting,
            establishment_id=establishment,
            node=_node(part),
            entries=json.dumps([_fields(one) for one in entries], ensure_ascii=False),
            personal=personal if has_personal else "",
            personal_key=part.key.secret if has_personal else None,
            key_id=key.id,
            signature=key.sign(said),
        )
    )
    facts = (("part", id), ("first", part.first), ("entries", len(entries)))
    stated = meeting_happening(RecordEvent.SIDE_PART_KEPT, part.meeting, None, at=at, facts=facts)
    establishment_chain.write(connection, establishment, stated)
    return True


def of(connection: Connection, meeting: MeetingId) -> tuple[SidePart, ...]:
    """Those of the meeting, by the number of their first entry."""
    query = select(table).where(table.c.meeting_id == meeting).order_by(table.c.id)
    found = []
    for row in connection.execute(query):
        entries = [_entry(fields) for fields in json.loads(row.entries)]
        personal = json.loads(row.personal) if row.personal else [()] * len(entries)
        key = None if row.personal_key is None else PersonalKey(secret=row.personal_key)
        kept = tuple(
            KeptEntry(
                entry=entry,
                personal=tuple((name, text) for name, text in fields),
                key=key if fields else None,
            )
            for entry, fields in zip(entries, personal, strict=True)
        )
        found.append(
            SidePart(
                id=row.id,
                meeting=meeting,
                node=row.node,
                first=entries[0].sequence,
                entries=kept,
            )
        )
    return tuple(sorted(found, key=lambda one: (one.node, one.first)))


def faults(connection: Connection, meeting: MeetingId, stated: Sequence[str]) -> list[str]:
    """What is wrong with the meeting's parts; `stated` are those that the establishment's record
    names."""
    found = []
    query = select(table.c.id, table.c.signature, signing_keys.c.public_key).join(signing_keys)
    signatures = {
        row.id: row for row in connection.execute(query.where(table.c.meeting_id == meeting))
    }
    for id in stated:
        if id not in signatures:
            found.append(AT_FAULT.format(part=id, fault="is missing"))
    for part in of(connection, meeting):
        row = signatures[part.id]
        said = _statement(meeting, part.node, [kept.entry for kept in part.entries])
        is_genuine = is_signed(said, row.signature, row.public_key)
        if part.id not in stated or _id(said) != part.id or not _is_chain(part):
            found.append(AT_FAULT.format(part=part.id, fault="was changed or slipped in"))
        elif not is_genuine:
            found.append(AT_FAULT.format(part=part.id, fault="has a wrong signature"))
        elif not all(_is_sound(kept) for kept in part.entries):
            found.append(AT_FAULT.format(part=part.id, fault="has personal values that changed"))
    return found


def delete_personal(connection: Connection, meeting: MeetingId) -> bool:
    """Whether there were any."""
    change = update(table).where(table.c.meeting_id == meeting, table.c.personal != "")
    return connection.execute(change.values(personal="", personal_key=None)).rowcount > 0


def _without_known(connection: Connection, part: Waiting) -> Waiting:
    """Without its first entries that are in the record, or in an earlier part."""
    kept = {one.entry.hash for other in of(connection, part.meeting) for one in other.entries}
    known, previous = 0, part.previous
    for entry in part.entries():
        in_record = records.chains.hash_at(connection, part.meeting, entry.sequence)
        if entry.hash not in (*kept, in_record):
            break
        known, previous = known + 1, entry.hash
    happenings = part.happenings[known:]
    return replace(part, first=part.first + known, previous=previous, happenings=happenings)


def _id(said: bytes) -> str:
    return hashlib.sha256(said).hexdigest()[:32]


def _is_chain(part: SidePart) -> bool:
    walk = ChainWalk.resumed(part.first - 1, part.entries[0].entry.previous)
    return all(walk.take(kept.entry) is None for kept in part.entries)


def _is_sound(kept: KeptEntry) -> bool:
    if not kept.personal:
        return True
    return kept.key is not None and record.is_personal_of(kept.entry, kept.personal, kept.key)


def _establishment_of(connection: Connection, part: Waiting) -> EstablishmentId:
    query = select(rooms.c.establishment_id).where(rooms.c.id == part.room)
    found = connection.execute(query).scalar_one_or_none()
    if found is None:
        raise StoreUnavailable("the journal is of another database: it names a room not known here")
    return EstablishmentId(found)


def _node(part: Waiting) -> str:
    return "" if part.hold is None else f"{part.hold.node} {part.hold.epoch}"


def _statement(meeting: MeetingId, node: str, entries: Sequence[Entry]) -> bytes:
    """What is signed; the last hash is of all entries."""
    first, last = entries[0], entries[-1]
    said = [first.sequence, first.previous, last.sequence, last.hash]
    return record.canonical(["vmr-side-part", 1, meeting, node, said])


def _fields(entry: Entry) -> list[object]:
    return [*json.loads(record.preimage(entry)), entry.hash]


def _entry(fields: list[object]) -> Entry:
    sequence, previous, at, actor, what, subject, reason, facts, personal_digest, hash = fields
    assert isinstance(sequence, int)
    assert isinstance(at, float)
    assert isinstance(facts, list)
    return Entry(
        sequence=sequence,
        previous=str(previous),
        at=at,
        actor=str(actor),
        what=str(what),
        subject=str(subject),
        reason=str(reason),
        facts=tuple((name, value) for name, value in facts),
        personal_digest=str(personal_digest),
        hash=str(hash),
    )
