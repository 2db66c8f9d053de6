"""What a kind of database must be able to do for `vmr.store.database`.

A write behaves as if it were the only one: whatever it has read still holds when it commits, in
every process that has the database open. `Conflict`, uniqueness and the chains of the records
rest on that, so queries lock nothing themselves.
"""

from pathlib import Path
from typing import Protocol

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

READERS = 3


class Dialect(Protocol):
    """One database of this kind, by its address. Made without touching it."""

    @property
    def place(self) -> str:
        """Where the data is, for operators: never with a password."""

    @property
    def key_file(self) -> Path:
        """Where the key that signs records is, unless a setting says otherwise."""

    @property
    def journal_folder(self) -> Path:
        """Where commits wait while it is away, unless a setting says otherwise."""

    def is_missing(self) -> bool:
        """Whether there is certainly no such database yet."""

    def prepare(self) -> None:
        """Before the first connection: make what can be made. Raises StoreError."""

    def writer(self) -> Engine:
        """One connection. Its transactions may change things, and are on the disk when they
        commit."""

    def readers(self) -> Engine:
        """`READERS` connections. Each transaction sees one snapshot."""

    def scrub(self, writer: Engine) -> None:
        """Outside any transaction: leave as little as possible on the disk of what was deleted."""

    def await_migration(self, connection: Connection) -> None:
        """First in a write that migrates: wait for another process that does the same."""

    def claim(self, connection: Connection) -> None:
        """See `Database.claim`; in a write."""

    def claim_together(self, connection: Connection) -> None:
        """See `Database.claim_together`; in a write."""

    def begin_first_data(self, connection: Connection) -> None:
        """See `Database.first_data`; in a write: wait until no other process does the same."""

    def end_first_data(self, connection: Connection) -> None:
        """In a write of the same session."""

    def release(self) -> None:
        """After the last connection was closed. Idempotent."""

    def is_lost_race(self, error: DBAPIError) -> bool:
        """Whether a write failed only because another was faster: it may be tried again."""

    def message_of(self, error: BaseException) -> str:
        """What the database said, without the values of rows."""
