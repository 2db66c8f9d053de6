"""What waited in a journal comes into the database: the queries, given a connection.

Exactly once, however often it is tried: an entry whose number the database has already, with its
hash, is not written again.
"""

from collections.abc import Callable

from sqlalchemy.engine import Connection

from vmr.store import meetings, owners, records
from vmr.store.errors import Conflict
from vmr.store.waiting import Waiting


def replay(
    connection: Connection, waiting: Waiting, on_end: Callable[[Connection, Waiting], None]
) -> None:
    """Commits of one meeting, merged. Raises Overtaken or Conflict where it went on without them:
    then nothing was written. `on_end` is called when the meeting has ended by them."""
    if waiting.hold is not None:
        owners.check(connection, waiting.room, waiting.hold)
    tip = records.chains.tip(connection, waiting.meeting)
    known = {waiting.first - 1: waiting.previous}
    known.update((one.sequence, one.hash) for one in waiting.entries())
    common = min(tip.sequence, waiting.last)
    if known.get(common) != records.chains.hash_at(connection, waiting.meeting, common):
        raise Conflict("the record went on without these entries")
    if tip.sequence > waiting.last:
        return  # and so has what came after
    has_ended = meetings.has_ended(connection, waiting.meeting)
    if has_ended and waiting.snapshot is None and tip.sequence == waiting.last:
        return
    missing = waiting.happenings[tip.sequence - waiting.first + 1 :]
    head = meetings.commit(
        connection, waiting.meeting, waiting.room, waiting.snapshot, missing, waiting.key
    )
    if head is not None and head.hash != known[waiting.last]:
        raise Conflict("the record has another key")
    if waiting.snapshot is None:
        on_end(connection, waiting)
