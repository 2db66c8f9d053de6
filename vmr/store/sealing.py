"""A stream of bytes under a passphrase: scrypt (RFC 7914) and AES-256-GCM in chunks.

Each chunk's nonce has its number and whether it is the last, so that none can be dropped, swapped
or cut off unseen. The first is empty: with a wrong passphrase it already does not open.
"""

import os
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

MAGIC = b"VMR backup 1\n"
SALT_BYTES, PREFIX_BYTES, TAG_BYTES = 16, 7, 16
CHUNK_BYTES = 256 * 1024
COST_BITS_MAX = 20  # a file does not say how much memory it takes to open it
COST = 2**16  # 64 MB and some 0.2 s for each try


class BadSeal(Exception):
    """Not such a file, another passphrase, or damaged."""


class Sealer:
    """Writes; nothing can be read back before `close`, which marks the end."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        salt, self._prefix = os.urandom(SALT_BYTES), os.urandom(PREFIX_BYTES)
        self._cipher = AESGCM(_key(passphrase, salt, COST))
        self._file = file
        self._number = 0
        self._waiting = bytearray()
        self._header = MAGIC + COST.bit_length().to_bytes(1) + salt + self._prefix
        file.write(self._header)
        self._put(b"", is_last=False)

    def write(self, data: bytes) -> None:
        self._waiting += data
        while len(self._waiting) > CHUNK_BYTES:  # the last one is never known to be whole
            self._put(bytes(self._waiting[:CHUNK_BYTES]), is_last=False)
            del self._waiting[:CHUNK_BYTES]

    def close(self) -> None:
        self._put(bytes(self._waiting), is_last=True)
        self._waiting.clear()

    def _put(self, chunk: bytes, *, is_last: bool) -> None:
        nonce = _nonce(self._prefix, self._number, is_last)
        self._file.write(self._cipher.encrypt(nonce, chunk, self._header))
        self._number += 1


def unsealed(file: BinaryIO, passphrase: str) -> Iterator[bytes]:
    """What was written, piece by piece; BadSeal at the first that is not as it was written."""
    header = file.read(len(MAGIC) + 1 + SALT_BYTES + PREFIX_BYTES)
    cost = header[len(MAGIC)] if len(header) > len(MAGIC) else 0
    if not header.startswith(MAGIC) or not 1 < cost <= COST_BITS_MAX:
        raise BadSeal("this is no backup of this program")
    rest = header[len(MAGIC) + 1 :]
    salt, prefix = rest[:SALT_BYTES], rest[SALT_BYTES:]
    if len(prefix) < PREFIX_BYTES:
        raise BadSeal("the file is cut off")
    cipher = AESGCM(_key(passphrase, salt, 1 << (cost - 1)))
    try:
        cipher.decrypt(_nonce(prefix, 0, False), file.read(TAG_BYTES), header)
    except (InvalidTag, ValueError):
        raise BadSeal("the passphrase is wrong, or the file is damaged") from None
    number, chunk = 1, file.read(CHUNK_BYTES + TAG_BYTES)
    while True:
        following = file.read(CHUNK_BYTES + TAG_BYTES)
        try:
            yield cipher.decrypt(_nonce(prefix, number, not following), chunk, header)
        except (InvalidTag, ValueError):
            raise BadSeal("the file is damaged or cut off") from None
        if not following:
            return
        number, chunk = number + 1, following


def _key(passphrase: str, salt: bytes, cost: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=cost, r=8, p=1).derive(passphrase.encode())


def _nonce(prefix: bytes, number: int, is_last: bool) -> bytes:
    return prefix + number.to_bytes(4) + bytes([is_last])
