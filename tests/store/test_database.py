"""Either database: its schema, two processes on it, and what goes wrong."""

import asyncio
import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.engine import Connection

from tests.store.places import Place
from tests.store.test_office import done
from vmr.room_record import RoomEvent
from vmr.rooms import Room
from vmr.store import (
    Conflict,
    NewerDatabase,
    Occupied,
    Store,
    StoreUnavailable,
    UnsupportedDatabase,
)
from vmr.store.database import Database
from vmr.store.tables import metadata


async def test_the_migrations_lead_to_the_tables(empty: Place) -> None:
    database = await Database.open(empty.url)

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    assert await database.read(differences) == []
    await database.close()


async def test_a_second_start_keeps_everything(place: Place) -> None:
    first = await Store.open(place.url)
    await first.add_establishment(name="HMP Test", phone="1")
    await first.close()
    second = await Store.open(place.url)
    assert [one.name for one in await second.establishments()] == ["HMP Test"]
    await second.close()


async def test_two_starts_at_once_make_one_schema(empty: Place) -> None:
    stores = await asyncio.gather(*(Store.open(empty.url) for _ in range(4)))
    for store in stores:
        assert await store.rooms() == ()
        await store.close()


async def test_writers_of_two_processes_wait_for_each_other(
    store: Store, room: Room, place: Place
) -> None:
    other = await Store.open(place.url)
    await asyncio.gather(
        *(
            store.office.set_pin(room, f"a{n}", done(RoomEvent.PIN_RENEWED, room))
            for n in range(20)
        ),
        *(other.set_room_end(room.id, float(n)) for n in range(20)),
    )
    changed = await other.room(room.id)
    assert changed is not None
    assert (changed.pin_hash, changed.ends_at) == ("a19", 19.0)
    await other.close()


async def test_a_cancelled_caller_leaves_the_transaction_whole(place: Place) -> None:
    database = await Database.open(place.url)
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
    reopened = await Store.open(place.url)
    assert len(await reopened.establishments()) == 1
    await reopened.close()


async def test_a_database_of_a_later_version_is_left_alone(place: Place) -> None:
    await (await Store.open(place.url)).close()
    place.alter("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerDatabase):
        await Store.open(place.url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "var/vmr.db",
        "postgres://host/db",
        "postgresql://host:port/db",
        "postgresql://host",
        "mysql://host/db",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:x",
    ],
)
async def test_an_address_of_no_database_is_refused(url: str) -> None:
    with pytest.raises(UnsupportedDatabase):
        await Store.open(url)


async def test_closing_twice_is_harmless_and_a_closed_store_says_so(place: Place) -> None:
    store = await Store.open(place.url)
    await store.close()
    await store.close()
    with pytest.raises(StoreUnavailable, match="closed"):
        await store.rooms()


async def test_one_server_claims_a_database_until_it_closes_it(place: Place) -> None:
    first, second = await Store.open(place.url), await Store.open(place.url)
    await first.claim()
    with pytest.raises(Occupied, match="another server runs on"):
        await second.claim()
    await second.add_establishment(name="HMP Test", phone="1")
    await first.close()
    await second.claim()
    await second.close()


async def test_work_that_fails_keeps_nothing_and_the_next_goes_on(place: Place) -> None:
    database = await Database.open(place.url)

    def broken(connection: Connection) -> None:
        values = "(id, name, phone, safer_custody) VALUES ('e', 'n', 'p', 's')"
        connection.execute(text(f"INSERT INTO establishments {values}"))
        raise ValueError("a fault of ours")

    with pytest.raises(ValueError, match="ours"):
        await database.write(broken)
    await database.close()
    assert place.rows("SELECT * FROM establishments") == []


async def test_an_error_names_no_value_of_a_row(store: Store, room: Room) -> None:
    await store.add_invite(room.id, token_hash="ab" * 32, label="Ms Shah")
    with pytest.raises(Conflict) as caught:
        await store.add_invite(room.id, token_hash="ab" * 32, label="Mr Bell")
    assert "token_hash" in str(caught.value)
    assert "abab" not in str(caught.value)
    assert "Bell" not in str(caught.value)
    assert "Bell" not in str(caught.value.__cause__)


async def test_a_write_that_changes_nothing_leaves_the_next_start_alone(place: Place) -> None:
    first = await Store.open(place.url)
    before = place.rows("SELECT * FROM alembic_version")
    await first.check_writable()
    await first.close()
    assert place.rows("SELECT * FROM alembic_version") == before
    await (await Store.open(place.url)).close()
