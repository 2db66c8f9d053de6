"""Opening the database: engines, pragmas, transactions, file modes, migrations.

Two engines on one file. Readers take a snapshot (`BEGIN`); the one writer takes the write lock
at once (`BEGIN IMMEDIATE`), so that two processes queue behind each other instead of failing
half-way. A commit is on the disk when it returns (WAL with synchronous=FULL).
"""

import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from vmr.store.errors import Conflict, StoreUnavailable, UnsupportedDatabase
from vmr.store.migrate import migrate

BUSY_TIMEOUT_MS = 5_000
POOL_TIMEOUT_S = 10.0
READERS = 3


class Database:
    """A migrated, open SQLite file. Every failure comes out as a `StoreError`."""

    def __init__(self, url: URL) -> None:
        self._writer = _engine(url, "BEGIN IMMEDIATE", connections=1)
        self._reader = _engine(url, "BEGIN", connections=READERS)

    @classmethod
    async def open(cls, url: str) -> "Database":
        """Make the file and its folder when they are missing, and bring the schema up to date."""
        parsed = parse_url(url)
        _secure_file(Path(parsed.database or ""))
        database = cls(parsed)
        try:
            async with database.write() as connection:
                await connection.run_sync(migrate)
        except BaseException:
            await database.close()
            raise
        return database

    async def close(self) -> None:
        """Idempotent. The last process to close merges the write-ahead log into the file."""
        await self._reader.dispose()
        await self._writer.dispose()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction that may change things: committed at the end, or rolled back whole."""
        with _translated():
            async with self._writer.begin() as connection:
                yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """One consistent snapshot."""
        with _translated():
            async with self._reader.begin() as connection:
                yield connection


def parse_url(url: str) -> URL:
    """`sqlite:///relative/path` or `sqlite:////absolute/path`; raises UnsupportedDatabase."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise UnsupportedDatabase("not a database address (try sqlite:///var/vmr.db)") from error
    if parsed.drivername not in ("sqlite", "sqlite+aiosqlite"):
        raise UnsupportedDatabase("only sqlite:/// addresses can be opened")
    if not parsed.database or parsed.database == ":memory:" or parsed.database.startswith("file:"):
        raise UnsupportedDatabase("a database needs a file (try sqlite:///var/vmr.db)")
    return parsed.set(drivername="sqlite+aiosqlite")


def _secure_file(path: Path) -> None:
    """Only the server's user may read the file; SQLite gives its log the same mode."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        path.chmod(0o600)
    except OSError as error:
        raise StoreUnavailable(f"{path}: {error.strerror}") from error


def _engine(url: URL, begin: str, connections: int) -> AsyncEngine:
    engine = create_async_engine(
        url, pool_size=connections, max_overflow=0, pool_timeout=POOL_TIMEOUT_S
    )

    @event.listens_for(engine.sync_engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions begin where we say, not the driver
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


class _translated:
    """Turn the library's errors into the tree of `vmr.store.errors`."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, IntegrityError):
            raise Conflict(str(error.orig)) from error
        if isinstance(error, SQLAlchemyError):
            raise StoreUnavailable(str(getattr(error, "orig", None) or error)) from error
        if isinstance(error, (sqlite3.Error, OSError)):
            raise StoreUnavailable(str(error)) from error
