"""What others hold of looking at records and proving them: `RecordStore`, as `Store.records`.

Each method is one transaction, as in `vmr.store.store`. Every look is written into the record of
the establishment first: no entry, no look.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from vmr.checkpoints import SignedCheckpoint
from vmr.establishment_record import RecordEvent, head_of, meeting_happening, seen_happening
from vmr.ids import EstablishmentId, MeetingId
from vmr.policies import PolicyName
from vmr.rooms import Room
from vmr.staff import StaffMember
from vmr.store import (
    audit,
    checkpoints,
    establishment_chain,
    exports,
    meetings,
    records,
    retention,
    rooms,
)
from vmr.store.audit import EstablishmentProof
from vmr.store.chains import KeptEntry
from vmr.store.database import Database
from vmr.store.errors import NotFound
from vmr.store.meetings import MeetingSummary
from vmr.store.retention import DueNames, DueRecord
from vmr.store.signing import KeyFile

RECORDS_AT_ONCE = 20  # records in one transaction of retention: meetings wait for it


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingRecord:
    """A meeting's record as somebody was shown it, oldest entry first."""

    room: Room
    summary: MeetingSummary
    entries: tuple[KeptEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionReport:
    """What retention has deleted, or would delete."""

    records: tuple[DueRecord, ...]
    names: tuple[DueNames, ...]


class RecordStore:
    """Looks at records, proofs of them, and signatures under them."""

    def __init__(self, database: Database, keys: KeyFile) -> None:
        self._database = database
        self._keys = keys

    async def look(self, meeting: MeetingId, *, by: StaffMember | str, at: float) -> MeetingRecord:
        """The record for somebody's eyes; `by` as in `vmr.staff_record`. Raises NotFound."""
        return await self._database.write(
            lambda connection: _look(connection, meeting, by=by, at=at)
        )

    async def export(self, meeting: MeetingId, *, by: StaffMember | str, at: float) -> bytes:
        """The record as a file that proves itself (`vmr.record_export`), to be given away.

        Raises NotFound, RecordBroken (nothing false is signed), or StoreUnavailable when the
        signing key cannot be read.
        """
        return await self._database.write(
            lambda connection: exports.export(connection, meeting, self._keys, by=by, at=at)
        )

    async def look_at_establishment(
        self, establishment: EstablishmentId, *, by: StaffMember | str, at: float
    ) -> tuple[KeptEntry, ...]:
        """The establishment's own record, oldest entry first, this look included."""

        def work(connection: Connection) -> tuple[KeptEntry, ...]:
            establishment_chain.write(connection, establishment, seen_happening(by=by, at=at))
            return tuple(establishment_chain.chains.read(connection, establishment))

        return await self._database.write(work)

    async def verify_establishment(
        self, establishment: EstablishmentId, kept_elsewhere: SignedCheckpoint | None = None
    ) -> EstablishmentProof:
        """Its record and, against it, those of all its meetings. Raises NotFound.

        Reads everything: some 15 s a million entries, in a thread of this process.
        """
        return await self._database.read(
            lambda connection: audit.verify_establishment(connection, establishment, kept_elsewhere)
        )

    async def checkpoint(self, establishment: EstablishmentId, at: float) -> SignedCheckpoint:
        """State the heads that moved, and sign where the record is now (or was, if it did not
        move since). Raises StoreUnavailable when the signing key cannot be read or made."""

        def work(connection: Connection) -> SignedCheckpoint:
            establishment_chain.note_heads(connection, establishment, at)
            return checkpoints.make(connection, establishment, self._keys, at)

        return await self._database.write(work)

    async def latest_checkpoint(self, establishment: EstablishmentId) -> SignedCheckpoint | None:
        return await self._database.read(
            lambda connection: checkpoints.latest(connection, establishment)
        )

    async def run_retention(
        self,
        days: Mapping[PolicyName, int],
        staff_days: int,
        *,
        by: str,
        at: float,
        is_dry_run: bool = False,
    ) -> RetentionReport:
        """Delete the personal values of meetings that ended so many days ago, and names in the
        establishments' own records that are `staff_days` old; or only say which those are."""
        found = await self._database.read(
            lambda connection: RetentionReport(
                records=retention.due_records(connection, days, at),
                names=retention.due_names(connection, staff_days, at),
            )
        )
        if is_dry_run:
            return found
        for first in range(0, len(found.records), RECORDS_AT_ONCE):
            some = found.records[first : first + RECORDS_AT_ONCE]

            def work(connection: Connection, some: tuple[DueRecord, ...] = some) -> None:
                for due in some:
                    retention.delete_record(connection, due, by=by, at=at, days=days[due.policy])

            await self._database.write(work)

        def delete_names(connection: Connection) -> None:
            for due in found.names:
                retention.delete_names(connection, due, by=by, at=at, days=staff_days)

        if found.names:
            await self._database.write(delete_names)
        await self._database.scrub()
        return found

    async def scrub(self) -> None:
        """What was deleted leaves the disk, as far as the database has a hand in that."""
        await self._database.scrub()

    async def rotate_key(self, at: float) -> str:
        """A new signing key, signed by the old one, which is forgotten. Its id."""
        new = await self._database.write(
            lambda connection: checkpoints.rotate(connection, self._keys, at)
        )
        await self._database.write(
            lambda connection: checkpoints.key_in_use(connection, self._keys, at)
        )
        return new.id


def _look(
    connection: Connection, meeting: MeetingId, *, by: StaffMember | str, at: float
) -> MeetingRecord:
    summary = meetings.one(connection, meeting)
    room = rooms.room_by_id(connection, summary.room)
    if room is None:
        raise NotFound("no such room")
    entries = records.read(connection, meeting)
    if entries:
        head = head_of(entries[-1].entry)
        seen = meeting_happening(RecordEvent.SEEN, meeting, head, at=at, by=by)
        establishment_chain.write(connection, room.establishment.id, seen)
        establishment_chain.mark_noted(connection, meeting, head)
    return MeetingRecord(room=room, summary=summary, entries=entries)
