"""A whole database into a file under a passphrase while servers use it, and out of it into an
empty one, of the same kind or the other."""

import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from vmr.store import archive
from vmr.store.archive import BadArchive, Head, Row
from vmr.store.database import Database, dialect_of
from vmr.store.errors import BadBackup, Conflict, NewerDatabase, StoreUnavailable
from vmr.store.migrate import knows, upgrade
from vmr.store.sealing import BadSeal, Sealer, unsealed

KEY_FILES = ("", ".next")


async def back_up(database: Database, key_file: Path, target: Path, passphrase: str) -> None:
    """One consistent snapshot into a new file, whole or not at all. Raises StoreError."""

    def work(connection: Connection) -> None:
        head = Head(
            revision=archive.revision(connection), made_at=time.time(), keys=_keys(key_file)
        )
        with _new(target) as file:
            sealer = Sealer(file, passphrase)
            for piece in archive.compressed(archive.lines(connection, head)):
                sealer.write(piece)
            sealer.close()

    await database.read(work)


def check(source: Path, passphrase: str) -> tuple[Head, Counter[str]]:
    """Read all of it: what it is, and how many rows of each table. Raises BadBackup."""
    with _opened(source, passphrase) as (head, rows):
        return head, Counter(row.table for row in rows)


def restore(url: str, key_file: Path, source: Path, passphrase: str) -> None:
    """Into a database with nothing in it, in one transaction; the file is checked before anything
    is written. Raises StoreError."""
    head, _ = check(source, passphrase)
    if not knows(head.revision):
        raise NewerDatabase("a later version of the server made this backup")
    dialect = dialect_of(url)
    dialect.prepare()
    engine = dialect.writer()
    try:
        with _put_keys(key_file, head), engine.begin() as connection:
            dialect.await_migration(connection)
            _demand_empty(connection, head.revision, dialect.place)
            upgrade(connection, head.revision)
            with _opened(source, passphrase) as (_, rows):
                archive.insert_all(connection, rows)
            upgrade(connection, "head")
    except SQLAlchemyError as error:
        raise StoreUnavailable(dialect.message_of(error)) from error
    finally:
        engine.dispose()


def _demand_empty(connection: Connection, revision: str, place: str) -> None:
    used = archive.first_used(connection)
    if used is not None:
        raise Conflict(f"the database at {place} is not empty ({used}): restore into a new one")
    made = archive.revision(connection)
    if made not in ("", revision):
        raise Conflict(f"the database at {place} has tables of another version: use a new one")


@contextmanager
def _opened(source: Path, passphrase: str) -> Iterator[tuple[Head, Iterator[Row]]]:
    try:
        with source.open("rb") as file:
            yield archive.parse(archive.expanded(unsealed(file, passphrase)))
    except OSError as error:
        raise BadBackup(f"{source}: {error.strerror}") from error
    except (BadSeal, BadArchive) as error:
        raise BadBackup(f"{source}: {error}") from error


@contextmanager
def _new(target: Path) -> Iterator[BinaryIO]:
    """A file that is there when it is whole, and only for its owner."""
    part = target.with_name(f"{target.name}.part")
    try:
        if target.exists():
            raise Conflict(f"{target} is there already")
        part.unlink(missing_ok=True)
        with open(part, "xb", opener=_private) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.rename(target)
    except OSError as error:
        raise StoreUnavailable(f"{target}: {error.strerror}") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _keys(key_file: Path) -> dict[str, str]:
    """The signing key, without which nothing can be signed after a restore."""
    found = {}
    for ending in KEY_FILES:
        with suppress(FileNotFoundError):
            found[ending] = key_file.with_name(key_file.name + ending).read_text("ascii")
    return found


@contextmanager
def _put_keys(key_file: Path, head: Head) -> Iterator[None]:
    """Beside the database, unless that is not restored after all."""
    made = []
    try:
        key_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for ending, pem in head.keys.items():
            path = key_file.with_name(key_file.name + ending)
            if path.exists() and path.read_text("ascii") == pem:
                continue
            if path.exists():
                raise Conflict(f"{path} holds another signing key: move it away")
            with open(path, "xb", opener=_private) as file:
                made.append(path)
                file.write(pem.encode())
                file.flush()
                os.fsync(file.fileno())
        yield
    except BaseException as error:
        for path in made:
            path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise StoreUnavailable(f"{key_file}: {error.strerror}") from error
        raise


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
