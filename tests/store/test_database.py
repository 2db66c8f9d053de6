"""The file: its mode, its schema, two processes on it, and what goes wrong."""

import asyncio
import sqlite3
import stat
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.engine import Connection

from vmr.ids import MeetingId
from vmr.rooms import Room
from vmr.store import NewerDatabase, Store, StoreUnavailable, UnsupportedDatabase
from vmr.store.database import Database
from vmr.store.tables import metadata


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


async def test_the_migrations_lead_to_the_tables(path: Path) -> None:
    database = await Database.open(f"sqlite:///{path}")

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    assert await database.read(differences) == []
    await database.close()


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 5000)],
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


async def test_a_second_start_keeps_everything(path: Path) -> None:
    first = await Store.open(f"sqlite:///{path}")
    await first.add_establishment(name="HMP Test", phone="1")
    await first.close()
    second = await Store.open(f"sqlite:///{path}")
    assert [one.name for one in await second.establishments()] == ["HMP Test"]
    await second.close()


async def test_two_starts_at_once_make_one_schema(path: Path) -> None:
    stores = await asyncio.gather(*(Store.open(f"sqlite:///{path}") for _ in range(4)))
    for store in stores:
        assert await store.rooms() == ()
        await store.close()


async def test_writers_of_two_processes_wait_for_each_other(
    store: Store, room: Room, path: Path
) -> None:
    other = await Store.open(f"sqlite:///{path}")
    await asyncio.gather(
        *(store.set_pin(room.id, f"a{n}") for n in range(20)),
        *(other.set_room_end(room.id, float(n)) for n in range(20)),
    )
    changed = await other.room(room.id)
    assert changed is not None
    assert (changed.pin_hash, changed.ends_at) == ("a19", 19.0)
    await other.close()


async def test_a_write_that_waits_too_long_is_an_error(
    store: Store, room: Room, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vmr.store.database.BUSY_TIMEOUT_MS", 50)
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


async def test_a_cancelled_caller_leaves_the_transaction_whole(path: Path) -> None:
    database = await Database.open(f"sqlite:///{path}")
    started, go = threading.Event(), threading.Event()

    def slow(connection: Connection) -> None:
        values = "(id, name, phone, safer_custody) VALUES ('e', 'n', 'p', 's')"
        connection.execute(text(f"INSERT INTO establishments {values}"))
        started.set()
        go.wait(10)

    task = asyncio.create_task(database.write(slow))
    await asyncio.to_thread(started.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go.set()
    await database.close()
    reopened = await Store.open(f"sqlite:///{path}")
    assert len(await reopened.establishments()) == 1
    await reopened.close()


async def test_a_database_of_a_later_version_is_left_alone(path: Path) -> None:
    await (await Store.open(f"sqlite:///{path}")).close()
    database = sqlite3.connect(path)
    with database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    with pytest.raises(NewerDatabase):
        await Store.open(f"sqlite:///{path}")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "var/vmr.db",
        "postgresql://host/db",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:x",
    ],
)
async def test_an_address_that_is_no_file_is_refused(url: str) -> None:
    with pytest.raises(UnsupportedDatabase):
        await Store.open(url)


async def test_a_place_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match=r"Not a directory|File exists"):
        await Store.open(f"sqlite:///{tmp_path}/file/vmr.db")


async def test_a_file_that_is_no_database_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "vmr.db").write_text("Dear diary, " * 100)
    with pytest.raises(StoreUnavailable, match="not a database"):
        await Store.open(f"sqlite:///{tmp_path}/vmr.db")


async def test_closing_twice_is_harmless_and_a_closed_store_says_so(path: Path) -> None:
    store = await Store.open(f"sqlite:///{path}")
    await store.close()
    await store.close()
    with pytest.raises(StoreUnavailable, match="closed"):
        await store.rooms()
