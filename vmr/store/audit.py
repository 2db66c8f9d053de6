"""Proves the record of an establishment and, both ways, the records of its meetings against it.

Every head that stands in the establishment's chain has to be reached by the meeting's own chain,
and every record has to stand there up to its end. Only reads; finds all faults, not the first.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.engine import Connection

from vmr.establishment_record import Head, head_in
from vmr.ids import EstablishmentId, MeetingId
from vmr.record import ChainWalk
from vmr.store import establishment_chain, records
from vmr.store.chains import prove
from vmr.store.errors import NotFound, RecordBroken
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
    problems: tuple[Problem, ...]


@dataclass(slots=True, kw_only=True)
class _Stated:
    """What the establishment's chain says."""

    entries: int = 0
    heads: dict[MeetingId, list[Head]] = field(default_factory=dict)


def verify_establishment(
    connection: Connection, establishment: EstablishmentId
) -> EstablishmentProof:
    """Walk everything; raises NotFound for an unknown establishment."""
    query = select(establishments.c.id).where(establishments.c.id == establishment)
    if connection.execute(query).one_or_none() is None:
        raise NotFound("no such establishment")
    problems: list[Problem] = []
    stated = _walk_own(connection, establishment, problems)
    states = _states(connection, establishment)
    length = 0
    for meeting in (*states, *(one for one in stated.heads if one not in states)):
        found = _Meeting(connection, meeting, stated.heads.get(meeting, []))
        length += found.walk.sequence
        is_ended = states.get(meeting) == ENDED
        problems += [Problem(meeting=meeting, text=text) for text in found.faults(is_ended)]
    return EstablishmentProof(
        entries=stated.entries,
        meetings=len(states),
        meeting_entries=length,
        problems=tuple(problems),
    )


def _walk_own(
    connection: Connection, establishment: EstablishmentId, problems: list[Problem]
) -> _Stated:
    chains, stated = establishment_chain.chains, _Stated()
    walk = ChainWalk(chains.begin(establishment))
    for kept in chains.read(connection, establishment):
        if not problems:
            try:
                prove(walk, kept)
            except RecordBroken as error:  # what follows still says which records there were
                problems.append(Problem(meeting=None, text=str(error)))
        found = head_in(kept.entry)
        if found is not None:
            stated.heads.setdefault(found[0], []).append(found[1])
    stated.entries = walk.sequence
    return stated


def _states(connection: Connection, establishment: EstablishmentId) -> dict[MeetingId, str]:
    query = (
        select(meetings.c.id, meetings.c.state)
        .join(rooms)
        .where(rooms.c.establishment_id == establishment)
        .order_by(meetings.c.started_at, meetings.c.id)
    )
    return {MeetingId(row.id): row.state for row in connection.execute(query)}


class _Meeting:
    """One meeting's chain, walked, with the hashes it has where a head was stated."""

    def __init__(self, connection: Connection, meeting: MeetingId, heads: list[Head]) -> None:
        self._heads = heads
        self._broken = ""
        self.walk = ChainWalk(records.chains.begin(meeting))
        at = {head.sequence for head in heads}
        self._hashes: dict[int, str] = {}
        try:
            with closing(records.chains.read(connection, meeting)) as entries:
                for kept in entries:
                    prove(self.walk, kept)
                    if kept.entry.sequence in at:
                        self._hashes[kept.entry.sequence] = kept.entry.hash
        except RecordBroken as error:
            self._broken = str(error)

    def faults(self, is_ended: bool) -> Iterator[str]:
        length = self.walk.sequence
        if self._broken:
            yield self._broken
            return
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
