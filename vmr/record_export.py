"""A meeting's record as a file that proves itself: JSON Lines, without a database. Pure.

The first line is the header, signed by the server: whose record it is, its head, and the key of its
personal values while they are kept. Then one line an entry,

    {"entry":[SEQUENCE,PREVIOUS,AT,ACTOR,WHAT,SUBJECT,REASON,FACTS,DIGEST],"hash":HASH}

with `personal` (and `key`, where the entry has one of its own) after the hash while they are kept.
HASH is the SHA-256 of the bytes of the array as they stand in the line. Every line is canonical
JSON (`vmr.record.canonical`), so no byte of it can change unseen.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from vmr import checkpoints
from vmr.checkpoints import BadCheckpoint, SignedCheckpoint
from vmr.establishment_record import Head
from vmr.ids import MeetingId
from vmr.record import (
    Entry,
    Personal,
    PersonalKey,
    canonical,
    digest_personal,
    first_link,
    preimage,
)
from vmr.rooms import Room

FORMAT, VERSION = "vmr-record", 1
COLUMNS = (
    "sequence", "previous", "at", "actor", "what", "subject", "reason", "facts", "personal_digest",
)  # fmt: skip
LINE_BYTES_MAX = 1 << 20
_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)

Sign = Callable[[bytes], str]
IsSigned = Callable[[bytes, str, bytes], bool]
"""Whether these bytes have this signature (hex) of the owner of this public key."""


class BadExport(Exception):
    """The file does not hold. `entry` is the first that does not, 0 for the header."""

    def __init__(self, entry: int, text: str) -> None:
        super().__init__(f"entry {entry} {text}" if entry else f"the header {text}")
        self.entry = entry


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportHeader:
    """What the first line says; times in seconds since the epoch."""

    meeting: MeetingId
    room: str
    policy: str
    establishment: str
    exported_at: float
    is_live: bool
    head: Head
    personal_deleted_at: float | None
    personal_key: PersonalKey | None
    checkpoint: SignedCheckpoint
    """Of the record of the establishment, in which this export stands."""


def build_header(
    *,
    meeting: MeetingId,
    room: Room,
    exported_at: float,
    is_live: bool,
    head: Head,
    personal_deleted_at: float | None,
    personal_key: PersonalKey | None,
    checkpoint: SignedCheckpoint,
    sign: Sign,
) -> bytes:
    """The first line. `sign` is that of the key which signed the checkpoint."""
    said: dict[str, object] = {
        "format": FORMAT,
        "version": VERSION,
        "columns": COLUMNS,
        "meeting": meeting,
        "room": {"id": room.id, "name": room.name, "policy": room.policy.value},
        "establishment": {"id": room.establishment.id, "name": room.establishment.name},
        "exported_at": float(exported_at),
        "is_live": is_live,
        "head": {"sequence": head.sequence, "hash": head.hash},
        "personal_deleted_at": personal_deleted_at,
        "personal_key": personal_key.secret.hex() if personal_key else "",
        "checkpoint": checkpoint.text(),
    }
    return canonical({**said, "signature": sign(canonical(said))}) + b"\n"


def build_line(entry: Entry, personal: Personal = (), own_key: PersonalKey | None = None) -> bytes:
    """The line of one entry, with its personal fields where they are kept."""
    key = b"" if own_key is None else b',"key":"' + own_key.secret.hex().encode() + b'"'
    beside = b',"personal":' + canonical(personal) if personal else b""
    return _line(preimage(entry), entry.hash, key + beside)


def _line(said: bytes, digest: str, beside: bytes) -> bytes:
    return b'{"entry":' + said + b',"hash":"' + digest.encode() + b'"' + beside + b"}\n"


def verify(lines: Iterable[bytes], is_signed: IsSigned) -> ExportHeader:
    """Prove an export, given as the lines of its file with their ends. Raises BadExport.

    It proves that the owner of the key in the header made it, and nothing was changed since; whose
    key that is, the reader has to know.
    """
    rest = iter(lines)
    header = read_header(next(rest, b""), is_signed)
    head, previous, position = header.head, first_link(header.meeting), 0
    for position, line in enumerate(rest, start=1):
        if position > head.sequence:
            raise BadExport(position, "was added")
        previous = _prove(line, position, previous, header)
    if position < head.sequence:
        raise BadExport(position + 1, f"is missing: there were {head.sequence}")
    if previous != head.hash:
        raise BadExport(position, "is not the last one that the header names")
    return header


def _prove(line: bytes, position: int, previous: str, header: ExportHeader) -> str:
    """The hash of a line that is the entry at this position after this hash."""
    try:
        found = json.loads(line.decode())
        said, digest = found["entry"], found["hash"]
        sequence, before, personal_digest = said[0], said[1], said[8]
        hashed = canonical(said)
        is_itself = line == _line(hashed, digest, _beside(found))
    except _UNREADABLE as error:
        raise BadExport(position, "cannot be read") from error
    if sequence != position or before != previous:
        raise BadExport(position, "is not the one that stood here")
    if not is_itself or hashlib.sha256(hashed).hexdigest() != digest:
        raise BadExport(position, "was changed")
    if personal_digest or len(found) > 2:
        _prove_personal(found, position, personal_digest, header)
    return str(digest)


def _beside(found: Mapping[str, Any]) -> bytes:
    """The bytes after the hash, as they have to be."""
    key = b',"key":' + canonical(found["key"]) if "key" in found else b""
    return key + (b',"personal":' + canonical(found["personal"]) if "personal" in found else b"")


def _prove_personal(
    found: Mapping[str, Any], position: int, digest: str, header: ExportHeader
) -> None:
    personal = found.get("personal", ())
    if header.personal_deleted_at is not None and not personal and "key" not in found:
        return
    try:
        key = _own_key(found["key"]) if "key" in found else header.personal_key
        is_theirs = key is not None and hmac.compare_digest(
            digest_personal(personal, key, position), digest
        )
    except (ValueError, TypeError) as error:
        raise BadExport(position, "has personal values that cannot be read") from error
    if not is_theirs:
        raise BadExport(position, "has other personal values than it was made with")


def _own_key(text: str) -> PersonalKey:
    return PersonalKey(secret=_bytes(text), is_of_chain=False)


def _bytes(text: str) -> bytes:
    """Of hex as it is written here: upper case and spaces are a change too. ValueError."""
    found = bytes.fromhex(text)
    if found.hex() != text:
        raise ValueError("not the hex that was written")
    return found


def read_header(line: bytes, is_signed: IsSigned) -> ExportHeader:
    """Raises BadExport."""
    try:
        said = json.loads(line.decode())
        if said["format"] != FORMAT or said["version"] != VERSION:
            raise BadExport(0, "is not that of a record which this version can read")
        is_itself = canonical(said) + b"\n" == line
        signature = _bytes(said.pop("signature")).hex()
        header = _header(said)
    except _UNREADABLE as error:
        raise BadExport(0, "cannot be read") from error
    except BadCheckpoint as error:
        raise BadExport(0, "has a checkpoint that cannot be read") from error
    public_key = bytes.fromhex(header.checkpoint.public_key)
    if not is_itself or not is_signed(canonical(said), signature, public_key):
        raise BadExport(0, "was changed: its signature does not fit")
    signed = header.checkpoint
    if not is_signed(signed.checkpoint.statement(), signed.signature, public_key):
        raise BadExport(0, "has a checkpoint that was changed")
    return header


def _header(said: Mapping[str, Any]) -> ExportHeader:
    deleted_at, key = said["personal_deleted_at"], said["personal_key"]
    return ExportHeader(
        meeting=MeetingId(str(said["meeting"])),
        room=str(said["room"]["name"]),
        policy=str(said["room"]["policy"]),
        establishment=str(said["establishment"]["name"]),
        exported_at=float(said["exported_at"]),
        is_live=bool(said["is_live"]),
        head=Head(sequence=int(said["head"]["sequence"]), hash=str(said["head"]["hash"])),
        personal_deleted_at=None if deleted_at is None else float(deleted_at),
        personal_key=PersonalKey(secret=_bytes(key)) if key else None,
        checkpoint=checkpoints.parse(said["checkpoint"]),
    )
