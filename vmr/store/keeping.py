"""Commits of meetings: into the database, or, while that is away, into the journal on this disk.

Order is the invariant: once a commit waits in the journal, all that follow do too, until everything
in it is in the database. So a meeting's record is one chain, whatever went away in between.
Entries of a room that another server has taken meanwhile become a side-part (side_parts.py).
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection

from vmr import record
from vmr.ids import MeetingId, RoomId
from vmr.nodes.ownership import Hold
from vmr.record import Happening, PersonalKey
from vmr.store import (
    checkpoints,
    establishment_chain,
    meetings,
    owners,
    records,
    secrets,
    side_parts,
)
from vmr.store.chains import Tip
from vmr.store.database import Database
from vmr.store.errors import Conflict, Overtaken, StoreError, StoreUnavailable
from vmr.store.journal import Journal
from vmr.store.migrate import write_nothing_new
from vmr.store.replay import replay
from vmr.store.signing import KeyFile
from vmr.store.waiting import Waiting, merged

PATIENCE_S = 4.0  # a database that has not committed by then is taken for away
RETRY_S = 1.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalState:
    """`entries` and `bytes` wait for the database; `side_parts` were made since the start."""

    entries: int = 0
    bytes: int = 0
    side_parts: int = 0

    @property
    def is_behind(self) -> bool:
        return self.bytes > 0


class Keeping:
    """Without a journal (`use_journal`) every commit is the database's alone."""

    def __init__(self, database: Database, keys: KeyFile) -> None:
        self._database = database
        self._keys = keys
        self._journal: Journal | None = None
        self._tips: dict[MeetingId, Tip | None] = {}
        """Of every meeting that runs here; None: not known."""
        self._lost: set[MeetingId] = set()
        self._writing = asyncio.Lock()
        self._is_behind = False
        self._has_lines = asyncio.Event()
        self._read = 0
        self._entries = 0
        self._side_parts = 0
        self._flusher: asyncio.Task[None] | None = None
        self._ahead: set[RoomId] = set()
        self.on_ahead: Callable[[], Awaitable[None]] | None = None
        """Waited for before anybody is told of the first entry of a room that is not in the
        database."""
        self.brought_in: dict[str, frozenset[RoomId]] = {}
        """Of each dead server's journal that is wholly in the database: the rooms in it."""

    # -- the journal --------------------------------------------------------------------------

    async def use_journal(self, folder: Path) -> None:
        """From here on; what dead servers left in this folder comes into the database first.
        Raises StoreError."""
        for left in await asyncio.to_thread(lambda: [*Journal.left(folder)]):
            try:
                rooms = await self._bring_in(left)
                if not left.is_damaged:
                    self.brought_in[left.run] = rooms
            finally:
                await asyncio.to_thread(left.close)
        self._journal = await asyncio.to_thread(Journal.make, folder)
        self._flusher = asyncio.create_task(self._keep_flushing(), name="journal")

    async def _bring_in(self, left: Journal) -> frozenset[RoomId]:
        at = 0
        rooms: set[RoomId] = set()
        while at < left.end:
            lines, at = await asyncio.to_thread(left.read, at)
            await self._replay(lines)
            rooms.update(one.room for one in lines)
        if at:
            log.warning("entries of a server that ended are in the database now file=%s", left.path)
        await asyncio.to_thread(left.clear)
        return frozenset(rooms)

    @property
    def run(self) -> str:
        """Names this journal, and so this run of the server; empty without a journal."""
        return "" if self._journal is None else self._journal.run

    @property
    def ahead(self) -> frozenset[RoomId]:
        """Rooms in which something happened that the database may not know."""
        return frozenset(self._ahead)

    @property
    def state(self) -> JournalState:
        end = 0 if self._journal is None else self._journal.end
        return JournalState(entries=self._entries, bytes=end, side_parts=self._side_parts)

    async def close(self) -> None:
        """What waits is found at the next start. Idempotent."""
        if self._flusher is not None:
            self._flusher.cancel()
            with suppress(asyncio.CancelledError):
                await self._flusher
            self._flusher = None
        async with self._writing:
            if self._journal is not None:
                await asyncio.to_thread(self._journal.close)
                self._journal = None

    # -- the meetings of this process ---------------------------------------------------------

    def knows(self, meeting: MeetingId, tip: Tip) -> None:
        """A meeting is gone on with here, from there."""
        self._tips[meeting] = tip
        self._lost.discard(meeting)

    def let_go(self, meeting: MeetingId) -> None:
        """It does not run here any more."""
        self._tips.pop(meeting, None)
        self._lost.discard(meeting)

    async def commit(
        self,
        meeting: MeetingId,
        room: RoomId,
        snapshot: Mapping[str, Any] | None,
        happenings: Sequence[Happening],
        hold: Hold | None,
        *,
        may_wait: bool,
    ) -> None:
        """See `Store.commit`."""
        if meeting in self._lost:
            raise Overtaken("another server has the room, and its record")
        tip = self._tips.get(meeting, _begin(meeting))
        waiting = Waiting(
            meeting=meeting,
            room=room,
            hold=hold,
            first=0 if tip is None else tip.sequence + 1,
            previous="" if tip is None else tip.hash,
            key=(None if tip is None else tip.key) or PersonalKey(secret=secrets.make_key()),
            snapshot=None if snapshot is None else json.dumps(snapshot, separators=(",", ":")),
            happenings=tuple(happenings),
        )
        may_wait = may_wait and self._journal is not None and tip is not None
        was_tried = not self._is_behind
        if was_tried:
            try:
                await self._write(waiting, is_sure=tip is not None, may_wait=may_wait)
            except StoreUnavailable as error:
                if not may_wait:
                    await self._be_ahead(room)
                    self._doubt(meeting)
                    raise
                log.warning("the database is away, records wait in the journal code=%s", error.code)
            else:
                self._ahead.discard(room)
                return
        elif not may_wait:
            await self._be_ahead(room)
            raise StoreUnavailable("the database is away")
        await asyncio.shield(self._put(waiting, was_tried=was_tried))

    async def _write(self, waiting: Waiting, *, is_sure: bool, may_wait: bool) -> None:
        """Into the database. One that has not answered in time may do it all the same: what is then
        put into the journal is the same, to the byte."""
        before = self._tips.get(waiting.meeting)

        def work(connection: Connection) -> Tip | None:
            if waiting.hold is not None:
                owners.check(connection, waiting.room, waiting.hold)
            meeting = waiting.meeting
            given = (meeting, waiting.room, waiting.snapshot, waiting.happenings)
            head = meetings.commit(connection, *given, waiting.key)
            if waiting.snapshot is None:
                self._sign_end(connection, waiting)
            if not is_sure:
                return records.chains.tip(connection, meeting)
            if head is None:
                return before
            return Tip(sequence=head.sequence, hash=head.hash, key=waiting.key)

        doing = asyncio.ensure_future(self._database.write(work))
        doing.add_done_callback(lambda done: self._learn(waiting.meeting, before, done))
        done, _ = await asyncio.wait({doing}, timeout=PATIENCE_S if may_wait else None)
        if not done:
            raise StoreUnavailable("it does not answer")
        doing.result()

    def _learn(
        self, meeting: MeetingId, before: Tip | None, done: "asyncio.Future[Tip | None]"
    ) -> None:
        """Where the chain goes on, unless it has gone on in the journal."""
        if done.cancelled() or done.exception() is not None or self._journal is None:
            return
        if self._tips.get(meeting) is before:
            self._tips[meeting] = done.result()

    def _doubt(self, meeting: MeetingId) -> None:
        """Nobody knows whether the last commit is in the database: none can be numbered until the
        next one is."""
        if self._journal is not None:
            self._tips[meeting] = None

    async def _put(self, waiting: Waiting, *, was_tried: bool) -> None:
        """Into the journal; the database may have it too, where it was tried."""
        async with self._writing:
            if self._journal is None:
                raise StoreUnavailable("the journal is closed")
            await self._be_ahead(waiting.room)
            try:
                await asyncio.to_thread(self._journal.append, waiting)
            except StoreUnavailable:
                if was_tried:
                    self._doubt(waiting.meeting)
                raise
            self._tips[waiting.meeting] = Tip(
                sequence=waiting.last, hash=waiting.head, key=waiting.key
            )
            self._entries += len(waiting.happenings)
            self._is_behind = True
            self._has_lines.set()

    async def _be_ahead(self, room: RoomId) -> None:
        """What happens in this room now, the database does not know."""
        if room in self._ahead:
            return
        self._ahead.add(room)
        if self.on_ahead is not None:
            await self.on_ahead()

    # -- the database is back -----------------------------------------------------------------

    async def _keep_flushing(self) -> None:
        while True:
            await self._has_lines.wait()
            try:
                await self._database.write(write_nothing_new)  # whether it is there
                await self._flush()
            except StoreError as error:
                log.debug("the journal waits code=%s", error.code)
            except Exception as error:  # our own bug must not end the try
                log.error("the journal waits", exc_info=error)
            if self._is_behind:
                await asyncio.sleep(RETRY_S)

    async def _flush(self) -> None:
        """All that waits, in its order; commits may come to the end of it meanwhile."""
        journal = self._journal
        assert journal is not None
        while True:
            async with self._writing:
                if self._read == journal.end:
                    await asyncio.to_thread(journal.clear)
                    self._read = self._entries = 0
                    self._is_behind = False
                    self._ahead.clear()
                    self._has_lines.clear()
                    log.warning("the database is back: the journal is empty")
                    return
            lines, after = await asyncio.to_thread(journal.read, self._read)
            await self._replay(lines)
            self._entries -= sum(len(one.happenings) for one in lines)
            self._read = after

    async def _replay(self, lines: Sequence[Waiting]) -> None:
        by_meeting: dict[MeetingId, list[Waiting]] = {}
        for line in lines:
            by_meeting.setdefault(line.meeting, []).append(line)
        for commits in by_meeting.values():
            await self._replay_one(merged(commits))

    async def _replay_one(self, waiting: Waiting) -> None:
        try:
            await self._database.write(lambda one: replay(one, waiting, self._sign_end))
        except (Conflict, Overtaken) as error:
            if waiting.meeting in self._tips:
                self._lost.add(waiting.meeting)
            if not await self._database.write(
                lambda one: side_parts.keep(one, waiting, self._keys)
            ):
                return
            self._side_parts += 1
            log.critical(
                "entries of record could not join the record of the meeting and are kept beside it"
                " meeting=%s first=%d code=%s", waiting.meeting, waiting.first, error.code,
            )  # fmt: skip

    def _sign_end(self, connection: Connection, ended: Waiting) -> None:
        self.sign_end(connection, ended.meeting)

    def sign_end(self, connection: Connection, meeting: MeetingId) -> None:
        """A checkpoint; a meeting ends without one where the key's file fails."""
        last = records.chains.last(connection, meeting)
        if last is None:
            return
        establishment = establishment_chain.establishment_of(connection, meeting)
        try:
            checkpoints.make(connection, establishment, self._keys, last.at)
        except StoreUnavailable as error:
            log.error("the end of a meeting was not signed meeting=%s code=%s", meeting, error.code)


def _begin(meeting: MeetingId) -> Tip:
    """Of a meeting that was never committed."""
    return Tip(sequence=0, hash=record.first_link(meeting))
