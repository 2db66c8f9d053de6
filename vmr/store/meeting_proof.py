"""Proves the record of one meeting against the record of its establishment. Only reads.

Its own chain holds; it reaches every head that the establishment's chain states of it and ends with
the last; personal values are missing only where their deletion stands there; and the checkpoint
that covers it is signed, and is of the chain in which the head stands.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from vmr.checkpoints import SignedCheckpoint
from vmr.establishment_record import Head, deleted_until, head_in, side_part_in
from vmr.ids import EstablishmentId, MeetingId
from vmr.record import ChainWalk
from vmr.store import checkpoints, establishment_chain, meetings, records, side_parts
from vmr.store.chains import prove
from vmr.store.errors import RecordBroken
from vmr.store.signing import is_genuine


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingProof:
    """What was found of one record, which then had this many entries.

    `checkpoint` is the first that covers all of it, else the newest that covers a part; `covered`
    is how many entries that is. `deleted_at` is when retention took its personal values.
    """

    entries: int
    faults: tuple[str, ...]
    deleted_at: float | None
    checkpoint: SignedCheckpoint | None
    covered: int


def prove_meeting(connection: Connection, meeting: MeetingId) -> MeetingProof:
    """Raises NotFound."""
    summary = meetings.one(connection, meeting)
    establishment = establishment_chain.establishment_of(connection, meeting)
    stated: list[tuple[int, Head]] = []
    parts: list[str] = []
    deleted = 0
    for entry in establishment_chain.about(connection, establishment, meeting):
        found = head_in(entry)
        if found is not None:
            stated.append((entry.sequence, found[1]))
        deleted = max(deleted, deleted_until(entry))
        part = side_part_in(entry)
        if part is not None:
            parts.append(part[1])
    walk = MeetingWalk(connection, meeting, [head for _, head in stated], deleted)
    faults = [*walk.faults(not summary.is_live), *side_parts.faults(connection, meeting, parts)]
    signed, covered = _covering(connection, establishment, stated, walk.walk.sequence)
    if signed is not None:
        since = max(at for at, _ in stated if at <= signed.checkpoint.sequence)
        faults += _faults_of(connection, establishment, signed, since)
    return MeetingProof(
        entries=walk.walk.sequence,
        faults=tuple(faults),
        deleted_at=summary.personal_deleted_at,
        checkpoint=signed,
        covered=covered,
    )


def _covering(
    connection: Connection,
    establishment: EstablishmentId,
    stated: Sequence[tuple[int, Head]],
    length: int,
) -> tuple[SignedCheckpoint | None, int]:
    """The checkpoint, and how many entries of the record it covers."""
    whole = next((at for at, head in stated if head.sequence >= length), None)
    signed = None
    if whole is not None:
        signed = checkpoints.first_from(connection, establishment, whole)
    if signed is None:
        signed = checkpoints.latest(connection, establishment)
    if signed is None:
        return None, 0
    until = signed.checkpoint.sequence
    covered = max((head.sequence for at, head in stated if at <= until), default=0)
    return (signed, covered) if covered else (None, 0)


def _faults_of(
    connection: Connection, establishment: EstablishmentId, signed: SignedCheckpoint, since: int
) -> Iterator[str]:
    """What is wrong with the checkpoint, or with the chain up to it from the entry `since`."""
    name = f"the checkpoint of entry {signed.checkpoint.sequence} of the establishment's record"
    if not is_genuine(signed):
        yield f"{name} has a wrong signature"
    walk: ChainWalk | None = None
    chains = establishment_chain.chains
    with closing(chains.read(connection, establishment, after=since - 1)) as entries:
        for kept in entries:
            if walk is None:
                walk = ChainWalk.resumed(since - 1, kept.entry.previous)
            if walk.take(kept.entry) is not None:
                yield f"entry {walk.sequence + 1} of the establishment's record does not fit"
                return
            if walk.sequence == signed.checkpoint.sequence:
                break
    if walk is None or walk.hash != signed.checkpoint.hash:
        yield f"{name} does not fit: that record was written anew"


class MeetingWalk:
    """One meeting's chain, walked, with the hashes it has where a head was stated."""

    def __init__(
        self, connection: Connection, meeting: MeetingId, heads: list[Head], deleted_until: int
    ) -> None:
        self._heads = heads
        self._deleted_until = deleted_until
        self._lacking = 0
        self._broken = ""
        self.walk = ChainWalk(records.chains.begin(meeting))
        at = {head.sequence for head in heads}
        self._hashes: dict[int, str] = {}
        try:
            with closing(records.chains.read(connection, meeting)) as entries:
                for kept in entries:
                    prove(self.walk, kept)
                    if kept.lacks_personal:
                        self._lacking = kept.entry.sequence
                    if kept.entry.sequence in at:
                        self._hashes[kept.entry.sequence] = kept.entry.hash
        except RecordBroken as error:
            self._broken = str(error)

    def faults(self, is_ended: bool) -> Iterator[str]:
        length = self.walk.sequence
        if self._broken:
            yield self._broken
            return
        if self._lacking > self._deleted_until:
            yield (
                f"the personal fields of entry {self._lacking} are missing, and no deletion of them"
                " was recorded"
            )
        known = max((head.sequence for head in self._heads), default=0)
        if known > length:
            ends = f"was shortened: it ends at entry {length}" if length else "is missing"
            yield f"the record {ends}; it had {known} entries"
            return
        for head in self._heads:
            if self._hashes[head.sequence] != head.hash:
                yield f"entry {head.sequence} is not the one that was recorded: it was replaced"
                return
        if known == 0 and length > 0:
            yield "the record does not stand in the establishment's record (yet: vmr serve adds it)"
        elif is_ended and length > known:
            yield f"entry {known + 1} was added after the record's end"
