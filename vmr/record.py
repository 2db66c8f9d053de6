"""The record of a meeting: an append-only hash chain of who did what, when and why.

Pure: bytes and values only. Personal fields lie beside the chain, which holds only their keyed
digest, so that deleting them and the key later leaves the chain verifiable, and nobody can
guess a deleted name by trying names, nor see that two entries were about the same one. The chain
begins with the meeting's id: an entry cannot be moved to another meeting. What the chain cannot
show by itself is a tail cut off: its head, the last sequence and hash, is kept elsewhere for that.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

from vmr.ids import MeetingId

Fact = tuple[str, str | int | float | bool]
Personal = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What the Meeting wants written down. The store adds time order, keys and hashes.

    `what` is a past-tense word (`locked`, `admitted`, `attested`...), `actor` a role and id
    ("host:p3", "officer:o1", "server"), never a name; names go to `personal`.
    """

    at: float
    actor: str
    what: str
    subject: str = ""
    reason: str = ""
    facts: tuple[Fact, ...] = ()
    personal: Personal = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalKey:
    """The key of personal digests: 32 random bytes, of a whole chain or of one entry alone.

    Under a chain's key the sequence goes into the digest, so that equal values differ.
    """

    secret: bytes
    is_of_chain: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One link of the chain. `sequence` counts from 1; digests are lower-case hex.

    `personal_digest` is empty where the happening had no personal fields.
    """

    sequence: int
    previous: str
    at: float
    actor: str
    what: str
    subject: str
    reason: str
    facts: tuple[Fact, ...]
    personal_digest: str
    hash: str


_encode = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
).encode


class Fault(Enum):
    SEQUENCE = "sequence"
    PREVIOUS = "previous"
    HASH = "hash"


@dataclass(frozen=True, slots=True, kw_only=True)
class BadEntry:
    """The first entry that does not fit; `position` counts from 1 in what was given."""

    position: int
    fault: Fault


def canonical(value: object) -> bytes:
    """JSON with sorted keys, no spaces, UTF-8; NaN and infinities are refused (ValueError)."""
    return _encode(value).encode()


def first_link(meeting: MeetingId) -> str:
    """What the first entry of a meeting has as its previous hash."""
    return hashlib.sha256(canonical(["vmr-record", 1, meeting])).hexdigest()


def digest_personal(personal: Personal, key: PersonalKey, sequence: int) -> str:
    """HMAC-SHA256 of the personal fields of the entry with this sequence; empty for none."""
    if not personal:
        return ""
    said = canonical([sequence, personal] if key.is_of_chain else personal)
    return hmac.digest(key.secret, said, "sha256").hex()


def preimage(entry: Entry) -> bytes:
    """The bytes whose SHA-256 is the entry's hash: all it says, its own hash left out."""
    return canonical(
        (
            *(entry.sequence, entry.previous, entry.at, entry.actor, entry.what, entry.subject),
            *(entry.reason, entry.facts, entry.personal_digest),
        )
    )


def hash_entry(entry: Entry) -> str:
    return hashlib.sha256(preimage(entry)).hexdigest()


def append(
    last: Entry | None, happening: Happening, *, meeting: MeetingId, key: PersonalKey
) -> Entry:
    """The next entry after `last` (None: the meeting's first)."""
    if last is None:
        return link(1, first_link(meeting), happening, key)
    return link(last.sequence + 1, last.hash, happening, key)


def link(sequence: int, previous: str, happening: Happening, key: PersonalKey) -> Entry:
    """The entry with this number, after the one with the hash `previous`."""
    entry = Entry(
        sequence=sequence,
        previous=previous,
        at=float(happening.at),
        actor=happening.actor,
        what=happening.what,
        subject=happening.subject,
        reason=happening.reason,
        facts=happening.facts,
        personal_digest=digest_personal(happening.personal, key, sequence),
        hash="",
    )
    return replace(entry, hash=hash_entry(entry))


class ChainWalk:
    """Proves a chain entry by entry; `sequence` and `hash` are its head so far."""

    __slots__ = ("hash", "sequence")

    def __init__(self, meeting: MeetingId) -> None:
        self.sequence = 0
        self.hash = first_link(meeting)

    @classmethod
    def resumed(cls, sequence: int, digest: str) -> "ChainWalk":
        """A walk that has come to the entry with this sequence and hash."""
        walk = cls(MeetingId(""))
        walk.sequence, walk.hash = sequence, digest
        return walk

    def take(self, entry: Entry) -> Fault | None:
        """What is wrong with the next entry; then the walk stays where it is."""
        if entry.sequence != self.sequence + 1:
            return Fault.SEQUENCE
        if entry.previous != self.hash:
            return Fault.PREVIOUS
        if entry.hash != hash_entry(entry):
            return Fault.HASH
        self.sequence, self.hash = entry.sequence, entry.hash
        return None


def verify(entries: Iterable[Entry], *, meeting: MeetingId) -> BadEntry | None:
    """None when the chain holds from its first entry on, else the first bad entry."""
    walk = ChainWalk(meeting)
    for position, entry in enumerate(entries, start=1):
        fault = walk.take(entry)
        if fault is not None:
            return BadEntry(position=position, fault=fault)
    return None


def is_personal_of(entry: Entry, personal: Personal, key: PersonalKey) -> bool:
    """Whether these personal fields are the ones the entry was made with."""
    digest = digest_personal(personal, key, entry.sequence)
    return hmac.compare_digest(entry.personal_digest, digest)
