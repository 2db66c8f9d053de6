"""Databases of today's schema with nothing in them, as files: migrated once a run, then copied."""

import tempfile
from functools import cache
from pathlib import Path

from vmr.store import Store
from vmr.store.database import dialect_of
from vmr.store.migrate import migrate


def lay_database(path: Path) -> str:
    """Put a new one there, as the server would have made it, and give its URL."""
    dialect = dialect_of(f"sqlite:///{path}")
    dialect.prepare()
    path.write_bytes(_migrated())
    return f"sqlite:///{path}"


async def new_store(path: Path) -> Store:
    """One with nothing in it, open."""
    return await Store.open(lay_database(path))


@cache
def _migrated() -> bytes:
    """What the migrations make of an empty file."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "vmr.db"
        engine = dialect_of(f"sqlite:///{path}").writer()
        with engine.begin() as connection:
            migrate(connection)
        engine.dispose()  # the last connection merges the log into the file
        return path.read_bytes()
