"""Proves the record of an establishment and, both ways, the records of its meetings against it.

Every head that stands in the establishment's chain has to be reached by the meeting's own chain,
and every record has to stand there up to its end; every checkpoint has to be signed by the key of
its time and to fit. Only reads; finds all faults, not the first.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.engine import Connection

from vmr.checkpoints import SignedCheckpoint, endorsement_statement, key_id
from vmr.establishment_record import (
    Head,
    Lacking,
    SigningKeyNote,
    deleted_until,
    head_in,
    key_in,
    side_part_in,
)
from vmr.ids import EstablishmentId, MeetingId
from vmr.record import ChainWalk, Entry
from vmr.store import checkpoints, establishment_chain, side_parts
from vmr.store.chains import KeptEntry, prove
from vmr.store.errors import NotFound, RecordBroken
from vmr.store.meeting_proof import MeetingWalk
from vmr.store.signing import is_genuine, is_signed
from vmr.store.tables import establishments, meetings, rooms

ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong; `meeting` None: in the record of the establishment itself."""

    meeting: MeetingId | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EstablishmentProof:
    """What was proven: entries of the establishment's record, its meetings and theirs."""

    entries: int
    meetings: int
    meeting_entries: int
    signed: int
    """Entries up to the newest checkpoint."""
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    """What is no proof of a fault and has to be known."""


def verify_establishment(
    connection: Connection,
    establishment: EstablishmentId,
    kept_elsewhere: SignedCheckpoint | None = None,
) -> EstablishmentProof:
    """Walk everything; raises NotFound for an unknown establishment."""
    query = select(establishments.c.id).where(establishments.c.id == establishment)
    if connection.execute(query).one_or_none() is None:
        raise NotFound("no such establishment")
    own = _Own(connection, establishment, kept_elsewhere)
    problems = [Problem(meeting=None, text=text) for text in own.problems]
    states = _states(connection, establishment)
    length = 0
    stated = own.heads.keys() | own.side_parts.keys()
    for meeting in (*states, *sorted(stated - states.keys())):
        found = MeetingWalk(
            connection, meeting, own.heads.get(meeting, []), own.deleted.get(meeting, 0)
        )
        length += found.walk.sequence
        is_ended = states.get(meeting) == ENDED
        texts = [*found.faults(is_ended)]
        texts += side_parts.faults(connection, meeting, own.side_parts.get(meeting, ()))
        problems += [Problem(meeting=meeting, text=text) for text in texts]
    return EstablishmentProof(
        entries=own.walk.sequence,
        meetings=len(states),
        meeting_entries=length,
        signed=own.signed,
        problems=tuple(problems),
        notes=tuple(own.notes),
    )


class _Own:
    """The establishment's own chain, walked, with its checkpoints and what it says of meetings."""

    def __init__(
        self,
        connection: Connection,
        establishment: EstablishmentId,
        kept_elsewhere: SignedCheckpoint | None,
    ) -> None:
        chains = establishment_chain.chains
        self.walk = ChainWalk(chains.begin(establishment))
        self.heads: dict[MeetingId, list[Head]] = {}
        self.side_parts: dict[MeetingId, list[str]] = {}
        self.problems: list[str] = []
        self.notes: list[str] = []
        self.signed = 0
        self.deleted: dict[MeetingId, int] = {}
        """Up to which entry of its record personal values were deleted by right."""
        lacking = Lacking()
        self._keys: list[SigningKeyNote] = []
        self._ours = {
            one.checkpoint.sequence: one for one in checkpoints.all_of(connection, establishment)
        }
        self._theirs = kept_elsewhere
        for kept in chains.read(connection, establishment):
            self._prove(kept)
            self._take(kept.entry)
            lacking.take(kept.entry, lacks_personal=kept.lacks_personal)
        if self._theirs is not None:
            at = self._theirs.checkpoint.sequence
            self.problems.append(f"the record was shortened: the checkpoint given is of entry {at}")
        if lacking.faulty is not None:
            self.problems.append(f"the personal fields of entry {lacking.faulty} are missing")
        for sequence in self._ours:
            self.problems.append(f"there is no entry {sequence} any more, and its checkpoint is")

    def _prove(self, kept: KeptEntry) -> None:
        if self.problems:
            return
        try:
            prove(self.walk, kept)
        except RecordBroken as error:  # what follows still says which records there were
            self.problems.append(str(error))

    def _take(self, entry: Entry) -> None:
        stated = head_in(entry)
        if stated is not None:
            self.heads.setdefault(stated[0], []).append(stated[1])
            until = deleted_until(entry)
            if until:
                self.deleted[stated[0]] = until
        part = side_part_in(entry)
        if part is not None:
            self.side_parts.setdefault(part[0], []).append(part[1])
        key = key_in(entry)
        if key is not None:
            self._take_key(entry.sequence, key)
        theirs, ours = self._theirs, self._ours.pop(entry.sequence, None)
        if theirs is not None and theirs.checkpoint.sequence == entry.sequence:
            self._theirs = None
            self._fit(entry, theirs, "the checkpoint given")
        if ours is not None:
            self.signed = entry.sequence
            self._fit(entry, ours, f"the checkpoint of entry {entry.sequence}")
            if not self._keys or self._keys[-1].id != ours.checkpoint.key:
                self.problems.append(f"entry {entry.sequence} is signed by a key not in use")

    def _fit(self, entry: Entry, signed: SignedCheckpoint, what: str) -> None:
        if signed.checkpoint.hash != entry.hash:
            self.problems.append(f"{what} does not fit: the record was written anew")
        if signed.checkpoint.key not in (key.id for key in self._keys):
            self.problems.append(f"{what} is signed by a key that this record does not know")
        if not is_genuine(signed):
            self.problems.append(f"{what} has a wrong signature")

    def _take_key(self, sequence: int, key: SigningKeyNote) -> None:
        before = self._keys[-1] if self._keys else None
        self._keys.append(key)
        if key.id != key_id(key.public_key):
            self.problems.append(f"entry {sequence} names a signing key that is another")
        elif before is not None and not key.endorsement:
            self.notes.append(
                f"entry {sequence}: the signing key was lost and replaced; the old one did not"
                " sign the new one"
            )
        elif before is not None and (
            before.id != key.previous
            or not is_signed(
                endorsement_statement(key.public_key), key.endorsement, before.public_key
            )
        ):
            self.problems.append(f"entry {sequence}: the old signing key did not sign the new one")


def _states(connection: Connection, establishment: EstablishmentId) -> dict[MeetingId, str]:
    query = (
        select(meetings.c.id, meetings.c.state)
        .join(rooms)
        .where(rooms.c.establishment_id == establishment)
        .order_by(meetings.c.started_at, meetings.c.id)
    )
    return {MeetingId(row.id): row.state for row in connection.execute(query)}
