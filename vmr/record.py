"""The record of a meeting: an append-only hash chain of who did what, when and why.

Pure: bytes and values only. Personal fields lie beside the chain, which holds only their keyed
digest, so that deleting them (and their key) later leaves the chain verifiable, and nobody can
guess a deleted name by trying names. The chain begins with the meeting's id: an entry cannot be
moved to another meeting. What the chain cannot show by itself is a tail cut off; whoever needs
that keeps the last hash elsewhere.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

from vmr.ids import MeetingId

Fact = tuple[str, str | int | float | bool]


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
    personal: tuple[tuple[str, str], ...] = ()


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
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def first_link(meeting: MeetingId) -> str:
    """What the first entry of a meeting has as its previous hash."""
    return hashlib.sha256(canonical(["vmr-record", 1, meeting])).hexdigest()


def digest_personal(personal: Iterable[tuple[str, str]], key: bytes) -> str:
    """HMAC-SHA256 of the personal fields under the entry's own random key; empty for none."""
    fields = [list(field) for field in personal]
    return hmac.new(key, canonical(fields), hashlib.sha256).hexdigest() if fields else ""


def hash_entry(entry: Entry) -> str:
    """SHA-256 over everything the entry says, its own hash left out."""
    said = [
        *(entry.sequence, entry.previous, entry.at, entry.actor, entry.what, entry.subject),
        *(entry.reason, [list(fact) for fact in entry.facts], entry.personal_digest),
    ]
    return hashlib.sha256(canonical(said)).hexdigest()


def append(last: Entry | None, happening: Happening, *, meeting: MeetingId, key: bytes) -> Entry:
    """The next entry after `last` (None: the meeting's first).

    `key` is random, of 32 bytes, new for each entry, and kept beside the personal fields.
    """
    entry = Entry(
        sequence=1 if last is None else last.sequence + 1,
        previous=first_link(meeting) if last is None else last.hash,
        at=float(happening.at),
        actor=happening.actor,
        what=happening.what,
        subject=happening.subject,
        reason=happening.reason,
        facts=happening.facts,
        personal_digest=digest_personal(happening.personal, key),
        hash="",
    )
    return replace(entry, hash=hash_entry(entry))


def verify(entries: Iterable[Entry], *, meeting: MeetingId) -> BadEntry | None:
    """None when the chain holds from its first entry on, else the first bad entry."""
    previous = first_link(meeting)
    for position, entry in enumerate(entries, start=1):
        if entry.sequence != position:
            return BadEntry(position=position, fault=Fault.SEQUENCE)
        if entry.previous != previous:
            return BadEntry(position=position, fault=Fault.PREVIOUS)
        if entry.hash != hash_entry(entry):
            return BadEntry(position=position, fault=Fault.HASH)
        previous = entry.hash
    return None


def is_personal_of(entry: Entry, personal: Iterable[tuple[str, str]], key: bytes) -> bool:
    """Whether these personal fields are the ones the entry was made with."""
    return hmac.compare_digest(entry.personal_digest, digest_personal(personal, key))
