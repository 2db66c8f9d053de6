"""Commits of meetings that wait for a database that is away, as values and as lines. Pure.

A line is a checksum and a JSON array: whoever reads lines after a crash knows the one that was
not finished. Invariant: the entries of a line are numbered and chained when it is made, so that
it can be told, however often it is read, which of them the database has already.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from vmr import record
from vmr.ids import MeetingId, RoomId
from vmr.nodes.node import NodeId
from vmr.nodes.ownership import Hold
from vmr.record import Entry, Happening, PersonalKey

FORMAT = 1
CHECKSUM = 32  # hex digits
END = b"\n"


class BadLine(Exception):
    """Damaged, cut off, or of another version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One commit: what `Store.commit` was given, and where in the meeting's chain it belongs.

    `previous` is the hash of the entry before its first, which has the number `first`; `key` is
    that of the meeting's personal values.
    """

    meeting: MeetingId
    room: RoomId
    hold: Hold | None
    first: int
    previous: str
    key: PersonalKey = field(repr=False)
    snapshot: str | None
    happenings: tuple[Happening, ...]

    def entries(self) -> Iterator[Entry]:
        """As they belong into the chain."""
        previous = self.previous
        for sequence, happening in enumerate(self.happenings, start=self.first):
            entry = record.link(sequence, previous, happening, self.key)
            yield entry
            previous = entry.hash

    @property
    def head(self) -> str:
        """The hash of its last entry, or of the one before where it has none."""
        head = self.previous
        for entry in self.entries():
            head = entry.hash
        return head

    @property
    def last(self) -> int:
        """The number of its last entry, or of the one before where it has none."""
        return self.first + len(self.happenings) - 1


def build(waiting: Waiting) -> bytes:
    hold = None if waiting.hold is None else [waiting.hold.node, waiting.hold.epoch]
    said = record.canonical(
        [
            *(FORMAT, waiting.meeting, waiting.room, hold, waiting.first, waiting.previous),
            *(waiting.key.secret.hex(), waiting.snapshot),
            [_fields(one) for one in waiting.happenings],
        ]
    )
    return _checksum(said) + said + END


def parse(line: bytes) -> Waiting:
    """A line with its end. Raises BadLine."""
    said = line[CHECKSUM:-1]
    if line[-1:] != END or line[:CHECKSUM] != _checksum(said):
        raise BadLine("not a whole line")
    version, *fields = json.loads(said)
    if version != FORMAT:
        raise BadLine(f"of version {version}")
    meeting, room, hold, first, previous, key, snapshot, happenings = fields
    return Waiting(
        meeting=MeetingId(meeting),
        room=RoomId(room),
        hold=None if hold is None else Hold(NodeId(hold[0]), hold[1]),
        first=first,
        previous=previous,
        key=PersonalKey(secret=bytes.fromhex(key)),
        snapshot=snapshot,
        happenings=tuple(_happening(one) for one in happenings),
    )


def merged(commits: Sequence[Waiting]) -> Waiting:
    """Commits of one meeting that follow each other as one: all entries, and the last state."""
    happenings = tuple(happening for one in commits for happening in one.happenings)
    return replace(commits[0], snapshot=commits[-1].snapshot, happenings=happenings)


def _checksum(said: bytes) -> bytes:
    return hashlib.sha256(said).hexdigest()[:CHECKSUM].encode()


def _fields(one: Happening) -> list[object]:
    return [one.at, one.actor, one.what, one.subject, one.reason, one.facts, one.personal]


def _happening(fields: list[object]) -> Happening:
    at, actor, what, subject, reason, facts, personal = fields
    assert isinstance(at, int | float)
    assert isinstance(facts, list)
    assert isinstance(personal, list)
    return Happening(
        at=at,
        actor=str(actor),
        what=str(what),
        subject=str(subject),
        reason=str(reason),
        facts=tuple((name, value) for name, value in facts),
        personal=tuple((name, value) for name, value in personal),
    )
