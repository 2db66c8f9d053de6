"""PostgreSQL, through psycopg.

Writes are serialisable: the server itself finds what a write has read and another one changed in
the meantime, and the later of the two is run again (`is_lost_race`). Readers see one snapshot and
can change nothing. What a session needs is set when it connects, so the way to the server must
keep sessions (no pooler in transaction mode).
"""

from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError

from vmr.store import prepared
from vmr.store.dialect import READERS
from vmr.store.errors import Occupied, UnsupportedDatabase

LOCK_TIMEOUT_MS = 5_000
STATEMENT_TIMEOUT_MS = 10_000
FORGOTTEN_MS = 30_000  # a transaction whose process says nothing more is given up after this long
MIGRATION_TIMEOUT_MS = 600_000
LEAVING_MS = 2_000  # the session of a server that has just ended may last as long
# A server that has vanished from the network is noticed after about ten seconds.
CONNECTING = {
    "application_name": "vmr",
    "connect_timeout": "5",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",  # milliseconds
}
# Advisory locks, each of its own database.
SERVING, MIGRATING, FIRST_DATA = 0x564D5201, 0x564D5202, 0x564D5203
FIRST_DATA_TIMEOUT_MS = 60_000
LOCK_NOT_AVAILABLE = "55P03"
LOST_RACES = ("40001", "40P01")  # serialization_failure, deadlock_detected


class Postgresql:
    """The database of `postgresql://user:password@host/name`, or with `?host=/socket/directory`.

    All that libpq knows may be said behind the question mark (sslmode, target_session_attrs), or
    by its variables and its password file.
    """

    def __init__(self, url: URL) -> None:
        """Raises UnsupportedDatabase."""
        if not url.database:
            raise UnsupportedDatabase("a database needs a name (postgresql://user@host/name)")
        # Behind an @ in the password all was taken for the host: it must get into no message.
        if "@" in f"{url.host}{url.database}":
            raise UnsupportedDatabase("an @ in a database's password is written %40")
        more = {name: value for name, value in CONNECTING.items() if name not in url.query}
        self._url = url.set(drivername="postgresql+psycopg").update_query_dict(more)
        secret = [name for name in url.query if "password" in name]
        self._place = URL.create(
            "postgresql",
            username=url.username,
            host=url.host,
            port=url.port,
            database=url.database,
            query=url.difference_update_query(secret).query,
        ).render_as_string()
        self._again = ""

    @property
    def place(self) -> str:
        return self._place

    @property
    def key_file(self) -> Path:
        return Path("var/vmr.signing-key")

    @property
    def journal_folder(self) -> Path:
        return Path("var/vmr.journal")

    def is_missing(self) -> bool:
        return False

    def prepare(self) -> None:
        """Nothing: a server's databases are made by whoever runs it."""

    def writer(self) -> Engine:
        engine = _engine(self._url, "BEGIN ISOLATION LEVEL SERIALIZABLE", connections=1)
        event.listen(engine, "connect", self._claim_again)
        return engine

    def readers(self) -> Engine:
        return _engine(self._url, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", READERS)

    def scrub(self, writer: Engine) -> None:
        """Its own vacuum does that in its own time, its log and its replicas in theirs."""

    def await_migration(self, connection: Connection) -> None:
        """What was waited for must be seen afterwards, so not in one snapshot. Raises
        UnsupportedDatabase for one that cannot hold every name."""
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {MIGRATION_TIMEOUT_MS}")
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {MIGRATION_TIMEOUT_MS}")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATING})")
        if connection.exec_driver_sql("SHOW server_encoding").scalar_one() != "UTF8":
            raise UnsupportedDatabase("the database must be made with the encoding UTF8")

    def claim(self, connection: Connection) -> None:
        """By a lock of the writing session. A session that is lost is replaced by one that takes
        the lock before it writes: a server that was locked out changes nothing any more."""
        self._lock(connection, "")

    def claim_together(self, connection: Connection) -> None:
        """By the same lock, shared."""
        self._lock(connection, "_shared")

    def _lock(self, connection: Connection, kind: str) -> None:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {LEAVING_MS}")
        try:
            connection.exec_driver_sql(f"SELECT pg_advisory_lock{kind}({SERVING})")
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
            raise self._occupied() from error
        self._again = f"SELECT pg_try_advisory_lock{kind}({SERVING})"

    def _claim_again(self, connection: Any, _record: object) -> None:
        if self._again and not connection.execute(self._again).fetchone()[0]:
            connection.close()
            raise self._occupied()

    def _occupied(self) -> Occupied:
        return Occupied(f"another server runs on {self.place}")

    def begin_first_data(self, connection: Connection) -> None:
        """By a lock of the writing session, which goes with it when this process dies."""
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {FIRST_DATA_TIMEOUT_MS}")
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {FIRST_DATA_TIMEOUT_MS}")
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({FIRST_DATA})")

    def end_first_data(self, connection: Connection) -> None:
        connection.exec_driver_sql(f"SELECT pg_advisory_unlock({FIRST_DATA})")

    def release(self) -> None:
        """The lock went with its session."""

    def is_lost_race(self, error: DBAPIError) -> bool:
        return getattr(error.orig, "sqlstate", None) in LOST_RACES

    def message_of(self, error: BaseException) -> str:
        said = getattr(error, "orig", None) or error
        primary = getattr(getattr(said, "diag", None), "message_primary", None)
        return str(primary or said)


def _engine(url: URL, begin: str, connections: int) -> Engine:
    engine = create_engine(url, pool_size=connections, max_overflow=0, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        connection.autocommit = True  # transactions begin where we say, not the driver
        connection.execute(
            "SET client_encoding = 'UTF8'; SET synchronous_commit = on;"
            f"SET lock_timeout = {LOCK_TIMEOUT_MS};"
            f"SET statement_timeout = {STATEMENT_TIMEOUT_MS};"
            f"SET idle_in_transaction_session_timeout = {FORGOTTEN_MS};"
            # And the server notices as soon when we have vanished, and drops what we claimed.
            "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2;"
            "SET tcp_keepalives_count = 3; SET tcp_user_timeout = 10000"
        )

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        prepared.run(connection, begin, None).close()

    return engine
