"""A meeting's record taken out of the database, given a connection."""

from contextlib import closing

from sqlalchemy.engine import Connection

from vmr import record_export
from vmr.establishment_record import Head, RecordEvent, meeting_happening
from vmr.ids import MeetingId
from vmr.record import ChainWalk, Fact
from vmr.staff import StaffMember
from vmr.store import checkpoints, establishment_chain, meetings, records, rooms
from vmr.store.chains import KeptEntry, prove
from vmr.store.errors import NotFound, RecordBroken
from vmr.store.signing import KeyFile

FORMAT = "jsonl"


def export(
    connection: Connection,
    meeting: MeetingId,
    keys: KeyFile,
    *,
    by: StaffMember | str,
    at: float,
    facts: tuple[Fact, ...] = (),
) -> bytes:
    """See `RecordStore.export`: the record is proven, the export written down, and signed."""
    summary = meetings.one(connection, meeting)
    room = rooms.room_by_id(connection, summary.room)
    if room is None:
        raise NotFound("no such room")
    walk = ChainWalk(records.chains.begin(meeting))
    lines = []
    with closing(records.chains.read(connection, meeting)) as entries:
        for kept in entries:
            prove(walk, kept)
            if kept.lacks_personal and summary.personal_deleted_at is None:
                raise RecordBroken(f"the personal fields of entry {walk.sequence} are missing")
            lines.append(_line(kept))
    head = Head(sequence=walk.sequence, hash=walk.hash)
    if not meetings.is_noted(connection, summary, head):
        noted = establishment_chain.noted(connection, meeting)
        raise RecordBroken(f"the record has {head.sequence} entries; it ended with {noted}")
    exported = meeting_happening(
        RecordEvent.EXPORTED, meeting, head, at=at, by=by, facts=(("format", FORMAT), *facts)
    )
    establishment_chain.write(connection, room.establishment.id, exported)
    establishment_chain.mark_noted(connection, meeting, head)
    checkpoint = checkpoints.make(connection, room.establishment.id, keys, at)
    header = record_export.build_header(
        meeting=meeting,
        room=room,
        exported_at=at,
        is_live=summary.is_live,
        head=head,
        personal_deleted_at=summary.personal_deleted_at,
        personal_key=records.chains.key(connection, meeting),
        checkpoint=checkpoint,
        sign=checkpoints.key_in_use(connection, keys, at).sign,
    )
    return b"".join((header, *lines))


def _line(kept: KeptEntry) -> bytes:
    is_own = kept.key is not None and not kept.key.is_of_chain
    return record_export.build_line(kept.entry, kept.personal, kept.key if is_own else None)
