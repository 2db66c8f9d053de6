"""How work reaches the database: threads, transactions, errors. What differs between SQLite and
PostgreSQL is in a module for each, behind `vmr.store.dialect`."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import TypeVar

from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, SQLAlchemyError

from vmr.store.dialect import READERS, Dialect
from vmr.store.errors import Conflict, StoreUnavailable, UnsupportedDatabase
from vmr.store.migrate import migrate
from vmr.store.postgresql import Postgresql
from vmr.store.sqlite import Sqlite

TRY_AGAIN_S = 5.0  # a write that other processes' writes overtake is an error after this long
PAUSE_S = 0.02  # between two tries: at random, up to this long
DIALECTS: dict[str, Callable[..., Dialect]] = {"sqlite": Sqlite, "postgresql": Postgresql}
T = TypeVar("T")


class Database:
    """A migrated, open database. Every failure comes out as a `StoreError`.

    Work is a function of a connection, run in a thread of this database from its begin to its
    commit: the event loop pays one hop for it, and a caller that is cancelled leaves no
    transaction half-way. Work may be run again from its begin, so it changes nothing but the
    database.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._writer = _Lane(dialect, dialect.writer(), threads=1)
        self._readers = _Lane(dialect, dialect.readers(), threads=READERS)

    @classmethod
    async def open(cls, url: str) -> "Database":
        """Make what is missing, and bring the schema up to date."""
        dialect = dialect_of(url)
        dialect.prepare()
        database = cls(dialect)
        try:
            await database.write(database._migrate)
        except BaseException:
            await database.close()
            raise
        return database

    async def claim(self) -> None:
        """Until it is closed, no other process can claim it; raises Occupied when one has."""
        await self.write(self._dialect.claim)

    async def claim_together(self) -> None:
        """The same beside others that claim it together. Raises Occupied, UnsupportedDatabase."""
        await self.write(self._dialect.claim_together)

    @asynccontextmanager
    async def first_data(self) -> AsyncIterator[None]:
        """What an empty database needs is made inside by one process at a time, each of which
        sees what the one before has made. Raises StoreUnavailable when that takes too long."""
        await self.write(self._dialect.begin_first_data)
        try:
            yield
        finally:
            await self.write(self._dialect.end_first_data)

    async def close(self) -> None:
        """Idempotent. The last process to close SQLite's merges its log into the file."""
        await self._readers.close()
        await self._writer.close()
        self._dialect.release()

    async def write(self, work: Callable[[Connection], T]) -> T:
        """One transaction that may change things: committed and on the disk, or rolled back.

        Those of one process run in the order they are asked for.
        """
        return await self._writer.run(work)

    async def scrub(self) -> None:
        """What was deleted leaves the disk as well, as far as this kind of database knows how."""
        await self._writer.scrub()

    async def read(self, work: Callable[[Connection], T]) -> T:
        """One consistent snapshot."""
        return await self._readers.run(work)

    def _migrate(self, connection: Connection) -> None:
        self._dialect.await_migration(connection)
        migrate(connection)


class _Lane:
    """An engine with a thread for each of its connections. Between two transactions that went well
    a connection stays with it: taking one from the engine costs as much as a short statement."""

    def __init__(self, dialect: Dialect, engine: Engine, threads: int) -> None:
        self._idle: list[Connection] = []
        self._dialect = dialect
        self._engine = engine
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="store")
        self._is_closed = False

    async def run(self, work: Callable[[Connection], T]) -> T:
        return await self._run(partial(self._transaction, work))

    async def scrub(self) -> None:
        await self._run(self._scrub)

    async def _run(self, work: Callable[[], T]) -> T:
        if self._is_closed:
            raise StoreUnavailable("the database is closed")
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def close(self) -> None:
        """Work under way is finished first."""
        if not self._is_closed:
            self._is_closed = True
            await asyncio.to_thread(self._threads.shutdown)
            self._let_go()
            self._engine.dispose()

    def _let_go(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def _scrub(self) -> None:
        self._let_go()
        with _translated(self._dialect):
            self._dialect.scrub(self._engine)

    def _transaction(self, work: Callable[[Connection], T]) -> T:
        with _translated(self._dialect):
            give_up = time.monotonic() + TRY_AGAIN_S
            while True:
                try:
                    return self._attempt(work)
                except DBAPIError as error:
                    if not self._dialect.is_lost_race(error) or time.monotonic() > give_up:
                        raise
                time.sleep(random.uniform(0, PAUSE_S))

    def _attempt(self, work: Callable[[Connection], T]) -> T:
        connection = self._begun()
        try:
            result = work(connection)
            connection.commit()
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        return result

    def _begun(self) -> Connection:
        """A connection in a transaction. One that broke since its last use is replaced here, where
        nothing was done on it yet; one that breaks later is an error."""
        try:
            return self._begin()
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        return self._begin()

    def _begin(self) -> Connection:
        connection = self._idle.pop() if self._idle else self._engine.connect()
        try:
            connection.begin()
        except BaseException:
            connection.close()
            raise
        return connection


def dialect_of(url: str) -> Dialect:
    """What an address names, still untouched; raises UnsupportedDatabase."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise UnsupportedDatabase("not a database address (try sqlite:///var/vmr.db)") from error
    if parsed.drivername not in DIALECTS:
        raise UnsupportedDatabase("only sqlite:/// and postgresql:// addresses can be opened")
    return DIALECTS[parsed.drivername](parsed)


@contextmanager
def _translated(dialect: Dialect) -> Iterator[None]:
    """Turn the library's errors into the tree of `vmr.store.errors`."""
    try:
        yield
    except IntegrityError as error:
        raise Conflict(dialect.message_of(error)) from error
    except (SQLAlchemyError, OSError) as error:
        raise StoreUnavailable(dialect.message_of(error)) from error
