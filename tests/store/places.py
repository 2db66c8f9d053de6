"""Where a test's database is, and how somebody who has it gets at its rows past the product."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from tests.peers.postgresql import Connection, Postgresql

Rows = list[tuple[Any, ...]]


class Place(Protocol):
    @property
    def url(self) -> str: ...

    def rows(self, query: str) -> Rows: ...

    def alter(self, statement: str) -> None:
        """Something must be met by it."""


class SqlitePlace:
    def __init__(self, path: Path) -> None:
        self.url = f"sqlite:///{path}"
        self._path = path

    def rows(self, query: str) -> Rows:
        database = sqlite3.connect(self._path)
        try:
            return database.execute(query).fetchall()
        finally:
            database.close()

    def alter(self, statement: str) -> None:
        database = sqlite3.connect(self._path)
        with database:
            assert database.execute(statement).rowcount > 0
        database.close()


class PostgresqlPlace:
    def __init__(self, server: Postgresql, name: str) -> None:
        self.url = server.url(name)
        self.name = name
        self._server = server

    def rows(self, query: str) -> Rows:
        return self._server.execute(self.name, query)

    def connect(self) -> Connection:
        return self._server.connect(self.name)

    def cut(self) -> None:
        """End every session of others, as an administrator or a network does."""
        ended = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
        others = "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        assert all(done for (done,) in self.rows(f"{ended} {others}"))

    @contextlib.contextmanager
    def shut(self) -> Iterator[None]:
        """Nobody comes in, and who was in is put out, as when the server is stopped."""
        change = "ALTER DATABASE {} ALLOW_CONNECTIONS {}"
        self._server.execute("postgres", change.format(self.name, "false"))
        try:
            ended = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            self._server.execute("postgres", f"{ended} WHERE datname = '{self.name}'")
            yield
        finally:
            self._server.execute("postgres", change.format(self.name, "true"))

    def alter(self, statement: str) -> None:
        without_checks = "SET session_replication_role = replica"  # as SQLite's file has none
        with self.connect() as connection:
            connection.execute(without_checks)
            met = connection.execute(statement.encode()).rowcount
        assert met > 0
