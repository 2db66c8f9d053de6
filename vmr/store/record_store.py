"""What others hold of looking at records and proving them: `RecordStore`, as `Store.records`.

Every look is written into the record of the establishment, in a transaction of its own, before
anything is handed out: no entry, no look.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from sqlalchemy.engine import Connection

from vmr.checkpoints import SignedCheckpoint
from vmr.establishment_record import RecordEvent, head_of, meeting_happening, seen_happening
from vmr.ids import EstablishmentId, MeetingId
from vmr.policies import PolicyName
from vmr.record import Fact
from vmr.rooms import Room
from vmr.staff import StaffMember
from vmr.store import (
    audit,
    booking_retention,
    checkpoints,
    entitlement_retention,
    establishment_chain,
    exports,
    meetings,
    outbox,
    records,
    retention,
    rooms,
    rosters,
    self_tests,
    side_parts,
)
from vmr.store.audit import EstablishmentProof
from vmr.store.booking_retention import DueBooking
from vmr.store.chains import KeptEntry
from vmr.store.database import Database
from vmr.store.entitlement_retention import DueEntitlement
from vmr.store.errors import NotFound
from vmr.store.meeting_proof import MeetingProof, prove_meeting
from vmr.store.meetings import MeetingSummary
from vmr.store.retention import DueNames, DueRecord
from vmr.store.side_parts import SidePart
from vmr.store.signing import KeyFile

Due = TypeVar("Due", DueRecord, DueBooking, DueEntitlement, DueNames)

LETTERS_KEPT_S = 30 * 86_400.0  # those of no booking: whether mail went out is asked within days
RECORDS_AT_ONCE = 20  # records or bookings in one transaction of retention: meetings wait for it


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingRecord:
    """A meeting's record as somebody was shown it, oldest entry first."""

    room: Room
    summary: MeetingSummary
    entries: tuple[KeptEntry, ...]
    side_parts: tuple[SidePart, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionReport:
    """What retention has deleted, or would delete."""

    records: tuple[DueRecord, ...]
    bookings: tuple[DueBooking, ...]
    entitlements: tuple[DueEntitlement, ...]
    names: tuple[DueNames, ...]
    letters: int = 0
    """Letters of no booking, with codes of request pages, that were deleted."""


class RecordStore:
    """Looks at records, proofs of them, and signatures under them."""

    def __init__(self, database: Database, keys: KeyFile) -> None:
        self._database = database
        self._keys = keys

    async def look(
        self, meeting: MeetingId, *, by: StaffMember | str, at: float, as_file: str = ""
    ) -> MeetingRecord:
        """The record for somebody's eyes, or (by the format's name) made into a file to be taken
        away; `by` as in `vmr.staff_record`. Raises NotFound.

        What is written states the head of the record as it is then; it is read up to there
        afterwards, where no meeting waits for it.
        """
        room, summary, last = await self._database.write(
            lambda connection: _look(connection, meeting, by=by, at=at, as_file=as_file)
        )
        entries, parts = await self._database.read(
            lambda connection: (
                records.read_until(connection, meeting, last),
                side_parts.of(connection, meeting),
            )
        )
        return MeetingRecord(room=room, summary=summary, entries=entries, side_parts=parts)

    async def prove(self, meeting: MeetingId) -> MeetingProof:
        """Its record against that of its establishment. Raises NotFound.

        To be asked before a look at it, which is not to vouch for what it sees.
        """
        return await self._database.read(lambda connection: prove_meeting(connection, meeting))

    async def export(
        self,
        meeting: MeetingId,
        *,
        by: StaffMember | str,
        at: float,
        facts: tuple[Fact, ...] = (),
    ) -> bytes:
        """The record as a file that proves itself (`vmr.record_export`), to be given away. `facts`
        are written down beside who took it.

        Raises NotFound, RecordBroken (nothing false is signed), or StoreUnavailable when the
        signing key cannot be read.
        """
        return await self._database.write(
            lambda connection: exports.export(
                connection, meeting, self._keys, by=by, at=at, facts=facts
            )
        )

    async def look_at_establishment(
        self, establishment: EstablishmentId, *, by: StaffMember | str, at: float
    ) -> tuple[KeptEntry, ...]:
        """The establishment's own record, oldest entry first, this look included."""
        await self._seen(establishment, by=by, at=at)
        return await self._database.read(
            lambda connection: tuple(establishment_chain.chains.read(connection, establishment))
        )

    async def look_at_newest(
        self,
        establishment: EstablishmentId,
        limit: int,
        before: int | None,
        *,
        by: StaffMember | str,
        at: float,
    ) -> tuple[KeptEntry, ...]:
        """At most `limit` of its entries, newest first: the last (this look among them), or those
        before a sequence number."""
        await self._seen(establishment, by=by, at=at)
        return await self._database.read(
            lambda connection: establishment_chain.chains.newest(
                connection, establishment, limit, before
            )
        )

    async def _seen(
        self, establishment: EstablishmentId, *, by: StaffMember | str, at: float
    ) -> None:
        seen = seen_happening(by=by, at=at)
        await self._database.write(
            lambda connection: establishment_chain.write(connection, establishment, seen)
        )

    async def count_entries(self, establishment: EstablishmentId) -> int:
        """What `verify_establishment` would have to read: its record and those of its meetings."""
        return await self._database.read(
            lambda connection: establishment_chain.count_all(connection, establishment)
        )

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
        """Delete the personal values of meetings and bookings that ended so many days ago, what is
        kept of prisoners nobody was called for since, lifted bans, and names in the establishments'
        own records that are `staff_days` old; or only say which those are."""
        social_days = days[PolicyName.SOCIAL]
        found = await self._database.read(
            lambda connection: RetentionReport(
                records=retention.due_records(connection, days, at),
                bookings=booking_retention.due(connection, days, at),
                entitlements=entitlement_retention.due(connection, social_days, at),
                names=retention.due_names(connection, staff_days, at),
            )
        )
        if is_dry_run:
            return found

        def delete_records(some: Sequence[DueRecord], connection: Connection) -> None:
            for due in some:
                retention.delete_record(connection, due, by=by, at=at, days=days[due.policy])

        def forget_bookings(some: Sequence[DueBooking], connection: Connection) -> None:
            booking_retention.forget(connection, some, by=by, at=at, days=days)

        def forget_people(some: Sequence[DueEntitlement], connection: Connection) -> None:
            entitlement_retention.forget(connection, some, by=by, at=at, days=social_days)

        def delete_names(some: Sequence[DueNames], connection: Connection) -> None:
            for due in some:
                retention.delete_names(connection, due, by=by, at=at, days=staff_days)

        await self._some_at_once(found.records, delete_records)
        await self._some_at_once(found.bookings, forget_bookings)
        await self._some_at_once(found.entitlements, forget_people)
        await self._some_at_once(found.names, delete_names)
        letters = await self._delete_what_is_old(at, staff_days)
        return replace(found, letters=letters)

    async def _some_at_once(
        self, found: Sequence[Due], delete: Callable[[Sequence[Due], Connection], None]
    ) -> None:
        """In transactions that others do not wait for long."""
        for first in range(0, len(found), RECORDS_AT_ONCE):
            some = found[first : first + RECORDS_AT_ONCE]
            await self._database.write(partial(delete, some))

    async def _delete_what_is_old(self, at: float, staff_days: int) -> int:
        """What has no name of a meeting or booking in it, and goes by its age alone; how many
        letters. Then all that was deleted leaves the disk."""
        oldest = datetime.fromtimestamp(at - staff_days * retention.DAY_S, UTC).date()
        await self._database.write(lambda one: rosters.delete_before(one, oldest))
        before = at - LETTERS_KEPT_S
        letters = await self._database.write(lambda one: outbox.delete_without_booking(one, before))
        await self._database.write(lambda one: self_tests.forget_without_booking(one, at))
        await self._database.scrub()
        return letters

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
    connection: Connection, meeting: MeetingId, *, by: StaffMember | str, at: float, as_file: str
) -> tuple[Room, MeetingSummary, int]:
    """Also how far it may be read."""
    summary = meetings.one(connection, meeting)
    room = rooms.room_by_id(connection, summary.room)
    if room is None:
        raise NotFound("no such room")
    last = records.chains.last(connection, meeting)
    head = None if last is None else head_of(last)
    if head is not None and not meetings.is_noted(connection, summary, head):
        head = None  # stated here, it would pass for the record that it is not
    facts = (("format", as_file),) if as_file else ()
    event = RecordEvent.EXPORTED if as_file else RecordEvent.SEEN
    seen = meeting_happening(event, meeting, head, at=at, by=by, facts=facts)
    establishment_chain.write(connection, room.establishment.id, seen)
    if head is not None:
        establishment_chain.mark_noted(connection, meeting, head)
    return room, summary, 0 if last is None else last.sequence
