"""Opening the database: engines, pragmas, transactions, file modes, migrations.

Two engines on one file. Readers take a snapshot (`BEGIN`); the one writer takes the write lock
at once (`BEGIN IMMEDIATE`), so that two processes queue behind each other instead of failing
half-way. A commit is on the disk when it returns (WAL with synchronous=FULL).
"""

import asyncio
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError

from vmr.store.errors import Conflict, StoreUnavailable, UnsupportedDatabase
from vmr.store.migrate import migrate

BUSY_TIMEOUT_MS = 5_000
SWITCH_MS = 10  # between two tries to switch a new file to its write-ahead log
READERS = 3
T = TypeVar("T")


class Database:
    """A migrated, open SQLite file. Every failure comes out as a `StoreError`.

    Work is a function of a connection, run in a thread of this database from its begin to its
    commit: the event loop pays one hop for it, and a caller that is cancelled leaves no
    transaction half-way.
    """

    def __init__(self, url: URL) -> None:
        self._writer = _Lane(url, "BEGIN IMMEDIATE", connections=1)
        self._readers = _Lane(url, "BEGIN", connections=READERS)

    @classmethod
    async def open(cls, url: str) -> "Database":
        """Make the file and its folder when they are missing, and bring the schema up to date."""
        _secure_file(file_of(url))
        database = cls(parse_url(url))
        try:
            await database.write(migrate)
        except BaseException:
            await database.close()
            raise
        return database

    async def close(self) -> None:
        """Idempotent. The last process to close merges the write-ahead log into the file."""
        await self._readers.close()
        await self._writer.close()

    async def write(self, work: Callable[[Connection], T]) -> T:
        """One transaction that may change things: committed and on the disk, or rolled back."""
        return await self._writer.run(work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """One consistent snapshot."""
        return await self._readers.run(work)


class _Lane:
    """Some connections with a thread each, and the way their transactions begin."""

    def __init__(self, url: URL, begin: str, connections: int) -> None:
        self._engine = _engine(url, begin, connections)
        self._threads = ThreadPoolExecutor(connections, thread_name_prefix="store")
        self._is_closed = False

    async def run(self, work: Callable[[Connection], T]) -> T:
        if self._is_closed:
            raise StoreUnavailable("the database is closed")
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, self._transaction, work
        )

    async def close(self) -> None:
        """Work under way is finished first."""
        if not self._is_closed:
            self._is_closed = True
            await asyncio.to_thread(self._threads.shutdown)
            self._engine.dispose()

    def _transaction(self, work: Callable[[Connection], T]) -> T:
        with _translated(), self._engine.begin() as connection:
            return work(connection)


def parse_url(url: str) -> URL:
    """`sqlite:///relative/path` or `sqlite:////absolute/path`; raises UnsupportedDatabase."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise UnsupportedDatabase("not a database address (try sqlite:///var/vmr.db)") from error
    if parsed.drivername != "sqlite":
        raise UnsupportedDatabase("only sqlite:/// addresses can be opened")
    if not parsed.database or parsed.database == ":memory:" or parsed.database.startswith("file:"):
        raise UnsupportedDatabase("a database needs a file (try sqlite:///var/vmr.db)")
    return parsed


def file_of(url: str) -> Path:
    """The database file; raises UnsupportedDatabase."""
    return Path(parse_url(url).database or "")


def _secure_file(path: Path) -> None:
    """Only the server's user may read the file; SQLite gives its log the same mode."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        path.chmod(0o600)
    except OSError as error:
        raise StoreUnavailable(f"{path}: {error.strerror}") from error


def _engine(url: URL, begin: str, connections: int) -> Engine:
    engine = create_engine(url, pool_size=connections, max_overflow=0)

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions begin where we say, not the driver
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        _use_write_ahead_log(connection)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _use_write_ahead_log(connection: Any) -> None:
    """SQLite does not wait by itself for another process that makes the same switch just now."""
    tries = BUSY_TIMEOUT_MS // SWITCH_MS
    for left in reversed(range(tries)):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if left == 0:
                raise
            time.sleep(SWITCH_MS / 1000)


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the library's errors into the tree of `vmr.store.errors`."""
    try:
        yield
    except IntegrityError as error:
        raise Conflict(str(error.orig)) from error
    except (SQLAlchemyError, OSError) as error:
        raise StoreUnavailable(str(getattr(error, "orig", None) or error)) from error
