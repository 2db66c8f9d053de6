"""A PostgreSQL server of one's own, from Debian's binaries: a folder, a socket, a loopback port.

initdb refuses root, so root runs it as the user that came with Debian's package. It waits for the
disk only where that is measured: what a process wrote outlives it, and no machine dies in a test.
Otherwise it lies in memory, where a new database costs 10 to 20 ms of a core, and 30 to 100 on a
disk; and its files are copied: by its log, the way since PostgreSQL 15, they are written twice.
"""

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.peers.memory import folder_in_memory
from tests.peers.ports import free_port

HOST = "127.0.0.1"
USER, PASSWORD = "vmr", "p@ss/word:of tests"
PASSWORD_IN_URL = "p%40ss%2Fword%3Aof%20tests"
START_S, STOP_S = 30.0, 30.0
BINARIES = "/usr/lib/postgresql"
LOGS_COPIES = 15
"""The first version that copies a database by its log, unless told otherwise."""
Connection = psycopg.Connection[tuple[Any, ...]]


class Postgresql:
    """`start()`, then databases in it; every one is dropped by whoever made it."""

    def __init__(self, *, waits_for_disk: bool = False) -> None:
        self.port = free_port()
        self._disk = "on" if waits_for_disk else "off"
        folder = None if waits_for_disk else folder_in_memory()
        self._directory = Path(tempfile.mkdtemp(prefix="vmr-postgresql-", dir=folder))
        self._user = "postgres" if os.geteuid() == 0 else None
        self._server: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)

    @property
    def _data(self) -> Path:
        return self._directory / "data"

    def make(self) -> None:
        """The folder of a new, empty server, whose only user needs a password but on the socket."""
        if self._user is not None:
            owner = pwd.getpwnam(self._user)
            os.chown(self._directory, owner.pw_uid, owner.pw_gid)
        secret = self._directory / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)  # in a folder that nobody else can enter
        self._run(
            [_binary("initdb"), "--pgdata", str(self._data), "--username", USER,
             "--auth-local=trust", "--auth-host=scram-sha-256", "--pwfile", str(secret),
             "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        )  # fmt: skip

    def start(self) -> None:
        """Also after `stop`, on the same port with the same data. It ends with this process."""
        self.launch()
        self.wait()

    def launch(self) -> None:
        """Without waiting until it answers. It ends with the *thread* that calls this, so that must
        be the main one (prctl(2), PR_SET_PDEATHSIG)."""
        assert threading.current_thread() is threading.main_thread()
        with (self._directory / "log").open("ab") as log:
            self._server = subprocess.Popen(
                ["setpriv", "--pdeathsig", "INT", _binary("postgres"), "-D", str(self._data),
                 "-p", str(self.port), "-k", str(self._directory), "-c",
                 f"listen_addresses={HOST}", "-c", f"fsync={self._disk}", "-c",
                 f"full_page_writes={self._disk}"],
                cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, **self._as_user(),
            )  # fmt: skip

    def wait(self) -> None:
        """Until it answers. From any thread."""
        assert self._server is not None
        deadline = time.monotonic() + START_S
        while not self._answers():
            assert self._server.poll() is None, f"PostgreSQL ended:\n{self.log()}"
            assert time.monotonic() < deadline, f"PostgreSQL does not answer:\n{self.log()}"
            time.sleep(0.05)

    def stop(self) -> None:
        """As its service does: sessions are told, what was committed is on the disk."""
        if self._server is not None and self._server.poll() is None:
            self._server.send_signal(signal.SIGINT)
            self._server.wait(STOP_S)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self._directory)

    def log(self) -> str:
        return (self._directory / "log").read_text(errors="replace")

    def url(self, database: str) -> str:
        """By loopback and password."""
        return f"postgresql://{USER}:{PASSWORD_IN_URL}@{HOST}:{self.port}/{database}"

    def socket_url(self, database: str) -> str:
        return f"postgresql://{USER}@/{database}?host={self._directory}&port={self.port}"

    @contextlib.contextmanager
    def database(self, template: str = "template1", more: str = "") -> Iterator[str]:
        """The name of a new one, for as long as the context lasts."""
        name = f"vmr_{next(self._numbers)}"
        copying = " STRATEGY FILE_COPY " if _version() >= LOGS_COPIES else " "
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {}" + copying + more)
        self.execute("postgres", made.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            yield name
        finally:
            dropped = sql.SQL("DROP DATABASE {} WITH (FORCE)")
            self.execute("postgres", dropped.format(sql.Identifier(name)))

    def execute(self, database: str, statement: Any, *values: object) -> list[tuple[Any, ...]]:
        """As the server's own user, past the product: the rows it gives, or how many it met."""
        with self.connect(database) as connection:
            done = connection.execute(statement, values or None)
            return done.fetchall() if done.description else [(done.rowcount,)]

    def connect(self, database: str) -> Connection:
        return psycopg.connect(
            host=str(self._directory), port=self.port, user=USER, dbname=database, autocommit=True
        )

    def _answers(self) -> bool:
        try:
            self.connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, command: list[str]) -> None:
        done = subprocess.run(
            command, cwd="/", capture_output=True, text=True, check=False, **self._as_user()
        )
        assert done.returncode == 0, done.stderr

    def _as_user(self) -> dict[str, Any]:
        if self._user is None:
            return {}
        return {"user": self._user, "group": self._user, "extra_groups": []}


def _version() -> int:
    """The newest server's that is installed."""
    found = [int(one.parts[-3]) for one in Path(BINARIES).glob("*/bin/initdb")]
    assert found, "this test needs PostgreSQL: apt-get install postgresql"
    return max(found)


def _binary(name: str) -> str:
    return f"{BINARIES}/{_version()}/bin/{name}"
