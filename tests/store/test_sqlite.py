"""The file of SQLite: its mode, how it is opened, and what goes wrong with it."""

import resource
import sqlite3
import stat
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Connection

from tests.store.places import SqlitePlace
from vmr.ids import MeetingId
from vmr.rooms import Room
from vmr.store import Store, StoreUnavailable
from vmr.store.database import Database


@pytest.fixture
def place(path: Path) -> SqlitePlace:
    return SqlitePlace(path)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def set_mode(path: Path, value: int) -> None:
    path.chmod(value)


async def test_only_the_owner_may_read_the_database(store: Store, room: Room, path: Path) -> None:
    assert mode(path.parent) == 0o700
    files = sorted(path.parent.iterdir())
    assert [mode(one) for one in files] == [0o600] * len(files)
    assert path.with_name("vmr.db-wal") in files


async def test_a_readable_database_is_closed_to_others_at_the_next_start(path: Path) -> None:
    await (await Store.open(f"sqlite:///{path}")).close()
    set_mode(path, 0o644)
    await (await Store.open(f"sqlite:///{path}")).close()
    assert mode(path) == 0o600


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("busy_timeout", 5000),
        ("secure_delete", 1),
    ],
)
async def test_connections_are_set_up_to_lose_nothing(
    path: Path, pragma: str, value: object
) -> None:
    database = await Database.open(f"sqlite:///{path}")

    def read(connection: Connection) -> object:
        return connection.execute(text(f"PRAGMA {pragma}")).scalar_one()

    assert await database.read(read) == value
    assert await database.write(read) == value
    await database.close()


async def test_a_write_that_waits_too_long_is_an_error(
    store: Store, room: Room, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vmr.store.sqlite.BUSY_TIMEOUT_MS", 50)
    impatient = await Store.open(f"sqlite:///{path}")
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked"):
        await impatient.commit(MeetingId("m1"), room.id, {}, [])
    assert await impatient.room(room.id) == room, "readers do not wait for writers"
    holder.execute("ROLLBACK")
    holder.close()
    await impatient.commit(MeetingId("m1"), room.id, {}, [])
    await impatient.close()


async def test_a_place_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match=r"Not a directory|File exists"):
        await Store.open(f"sqlite:///{tmp_path}/file/vmr.db")


async def test_a_file_that_is_no_database_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "vmr.db").write_text("Dear diary, " * 100)
    with pytest.raises(StoreUnavailable, match="not a database"):
        await Store.open(f"sqlite:///{tmp_path}/vmr.db")


async def test_a_full_disk_is_found_by_a_write_that_changes_nothing(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite:///{tmp_path / 'vmr.db'}")
    await store.check_writable()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))  # no file of ours may grow
    try:
        with pytest.raises(StoreUnavailable):
            await store.check_writable()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    await store.check_writable()
    await store.close()
