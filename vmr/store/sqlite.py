"""SQLite: one file that belongs to the server's user.

Readers take a snapshot (`BEGIN`); the one writer takes the write lock at once (`BEGIN IMMEDIATE`),
so that two processes queue behind each other instead of failing half-way. A commit is on the disk
when it returns (WAL with synchronous=FULL).
"""

import fcntl
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError

from vmr.store import prepared
from vmr.store.dialect import READERS
from vmr.store.errors import Occupied, StoreUnavailable, UnsupportedDatabase

BUSY_TIMEOUT_MS = 5_000
SWITCH_MS = 10  # between two tries to switch a new file to its write-ahead log


class Sqlite:
    """The file of `sqlite:///relative/path` or `sqlite:////absolute/path`."""

    def __init__(self, url: URL) -> None:
        """Raises UnsupportedDatabase."""
        name = url.database
        if not name or name == ":memory:" or name.startswith("file:"):
            raise UnsupportedDatabase("a database needs a file (try sqlite:///var/vmr.db)")
        self._url = url
        self._path = Path(name)
        self._claimed: int | None = None

    @property
    def place(self) -> str:
        return str(self._path)

    @property
    def key_file(self) -> Path:
        """Beside the file, which is not to hold it."""
        return self._path.with_name(f"{self._path.name}.signing-key")

    @property
    def journal_folder(self) -> Path:
        """Beside the file."""
        return self._path.with_name(f"{self._path.name}.journal")

    def is_missing(self) -> bool:
        return not self._path.exists()

    def prepare(self) -> None:
        """The file and its folder, and only the server's user may read them."""
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
            self._path.chmod(0o600)  # SQLite gives its log the same mode
        except OSError as error:
            raise StoreUnavailable(f"{self._path}: {error.strerror}") from error

    def writer(self) -> Engine:
        return _engine(self._url, "BEGIN IMMEDIATE", connections=1)

    def readers(self) -> Engine:
        return _engine(self._url, "BEGIN", connections=READERS)

    def scrub(self, writer: Engine) -> None:
        """Empty the log: what is deleted is overwritten in the file, and lies on in the log until
        then. Not while somebody reads what was before; the next time will do."""
        with closing(writer.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.close()

    def await_migration(self, connection: Connection) -> None:
        """The write lock is enough."""

    def claim(self, connection: Connection) -> None:
        """By a lock on a file beside it, which the system drops when the process ends."""
        held = os.open(f"{self._path}.serving", os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(held)
            raise Occupied(f"another server runs on {self.place}") from error
        self._claimed = held

    def claim_together(self, connection: Connection) -> None:
        """Its file is on one machine, and a second server there is no help when that dies."""
        raise UnsupportedDatabase("several servers share a PostgreSQL database, not a file")

    def begin_first_data(self, connection: Connection) -> None:
        """One server alone has it claimed."""

    def end_first_data(self, connection: Connection) -> None:
        """Nothing was begun."""

    def release(self) -> None:
        if self._claimed is not None:
            os.close(self._claimed)
            self._claimed = None

    def is_lost_race(self, error: DBAPIError) -> bool:
        return False

    def message_of(self, error: BaseException) -> str:
        return str(getattr(error, "orig", None) or error)


def _engine(url: URL, begin: str, connections: int) -> Engine:
    engine = create_engine(url, pool_size=connections, max_overflow=0, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions begin where we say, not the driver
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        _use_write_ahead_log(connection)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA secure_delete=ON")

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        prepared.run(connection, begin).close()

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
