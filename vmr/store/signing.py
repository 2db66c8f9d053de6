"""The key that signs checkpoints and exports (Ed25519), in a file of its own.

The file is no part of the database: who can write the database, or has a copy of it,
cannot sign. It is made when it is first needed, readable by the server's user alone. While a new
key takes over, it waits in a second file, until the database says that it is the one in use.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from vmr.checkpoints import SignedCheckpoint, key_id
from vmr.store.errors import StoreUnavailable


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key in memory."""

    _private: Ed25519PrivateKey

    @property
    def public_key(self) -> bytes:
        return self._private.public_key().public_bytes_raw()

    @property
    def id(self) -> str:
        return key_id(self.public_key)

    def sign(self, said: bytes) -> str:
        """The signature in hex."""
        return self._private.sign(said).hex()


def is_signed(said: bytes, signature: str, public_key: bytes) -> bool:
    """Whether the owner of the public key signed these bytes; `signature` is in hex."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(bytes.fromhex(signature), said)
    except (InvalidSignature, ValueError):
        return False
    return True


def is_genuine(signed: SignedCheckpoint) -> bool:
    """Whether the checkpoint is signed by the key that stands in it."""
    public_key = bytes.fromhex(signed.public_key)
    statement = signed.checkpoint.statement()
    is_its_key = key_id(public_key) == signed.checkpoint.key
    return is_its_key and is_signed(statement, signed.signature, public_key)


class KeyFile:
    """The file of the key in use. Every failure is a StoreUnavailable that names the file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._next = path.with_name(f"{path.name}.next")

    def ready(self) -> SigningKey:
        """The key in the file, made when there is none."""
        return self._read(self._path) or self._make(self._path)

    def find(self, id: str) -> SigningKey | None:
        """The key of this id, which the database says is in use; None when it is lost."""
        key = self._read(self._path)
        if key is not None and key.id == id:
            return key
        follower = self._read(self._next)
        if follower is not None and follower.id == id:
            self._replace(self._next, self._path)
            return follower
        return None

    def replace(self) -> SigningKey:
        """A new key in the place of the one in the file, which signs no more."""
        return self._make(self._path)

    def prepare(self) -> SigningKey:
        """A new key, found by `find` from the moment the database says it is in use."""
        return self._make(self._next)

    def _make(self, path: Path) -> SigningKey:
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        fresh = path.with_name(f"{path.name}.new")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh.unlink(missing_ok=True)
            with open(fresh, "xb", opener=_private) as file:
                file.write(pem)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise StoreUnavailable(f"{fresh}: {error.strerror}") from error
        self._replace(fresh, path)
        return SigningKey(key)

    def _read(self, path: Path) -> SigningKey | None:
        try:
            found = serialization.load_pem_private_key(path.read_bytes(), password=None)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreUnavailable(f"{path}: {error.strerror}") from error
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise StoreUnavailable(f"{path}: not a signing key of this server") from error
        if not isinstance(found, Ed25519PrivateKey):
            raise StoreUnavailable(f"{path}: not an Ed25519 key")
        return SigningKey(found)

    def _replace(self, source: Path, target: Path) -> None:
        try:
            source.replace(target)
            folder = os.open(target.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise StoreUnavailable(f"{target}: {error.strerror}") from error


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
