"""A checkpoint: a signed statement of how far an establishment's record went, and its hash. Pure.

Kept elsewhere, it shows a record that was written anew, however well it fits together. It is one
line of JSON; the statement that is signed is canonical JSON too (Ed25519, RFC 8032, in hex).
"""

import hashlib
import json
import re
from dataclasses import dataclass

from vmr.ids import EstablishmentId
from vmr.record import canonical

KEY_ID_CHARACTERS = 32
_HEX = re.compile(r"[0-9a-f]+")


class BadCheckpoint(Exception):
    """What was given is no checkpoint; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """Entry `sequence` of the establishment's record has this hash.

    `key` is the id of the signing key, `at` when it signed, in seconds since the epoch.
    """

    establishment: EstablishmentId
    sequence: int
    hash: str
    at: float
    key: str

    def statement(self) -> bytes:
        """The bytes that are signed."""
        return canonical({"what": "vmr-checkpoint", "version": 1, **self._values()})

    def _values(self) -> dict[str, object]:
        return {
            "establishment": self.establishment,
            "sequence": self.sequence,
            "hash": self.hash,
            "at": self.at,
            "key": self.key,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCheckpoint:
    """A checkpoint with its signature and the public key, both in hex. Not verified by itself."""

    checkpoint: Checkpoint
    signature: str
    public_key: str

    def text(self) -> str:
        """One line, to be kept elsewhere."""
        statement = json.loads(self.checkpoint.statement())
        beside = {"public_key": self.public_key, "signature": self.signature}
        return canonical({**statement, **beside}).decode()


def key_id(public_key: bytes) -> str:
    """What a signing key is called: the first half of its SHA-256."""
    return hashlib.sha256(public_key).hexdigest()[:KEY_ID_CHARACTERS]


def endorsement_statement(public_key: bytes) -> bytes:
    """What a signing key signs of the one that follows it."""
    return canonical(["vmr-signing-key", 1, public_key.hex()])


def parse(text: str) -> SignedCheckpoint:
    """Raises BadCheckpoint unless the text is what `SignedCheckpoint.text` makes."""
    try:
        read = json.loads(text)
        found = SignedCheckpoint(
            checkpoint=Checkpoint(
                establishment=EstablishmentId(_text(read["establishment"])),
                sequence=_whole(read["sequence"]),
                hash=_hex(read["hash"], 64),
                at=_number(read["at"]),
                key=_hex(read["key"], KEY_ID_CHARACTERS),
            ),
            signature=_hex(read["signature"], 128),
            public_key=_hex(read["public_key"], 64),
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadCheckpoint("this is not a checkpoint") from error
    if found.text() != text.strip():
        raise BadCheckpoint("this is not a checkpoint of this version")
    return found


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise TypeError
    return value


def _number(value: object) -> float:
    if not isinstance(value, float):
        raise TypeError
    return value


def _hex(value: object, characters: int) -> str:
    text = _text(value)
    if len(text) != characters or not _HEX.fullmatch(text):
        raise ValueError
    return text
