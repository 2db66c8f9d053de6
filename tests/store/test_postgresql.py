"""PostgreSQL: how its sessions are set up, what is never shown, and a server that goes away."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Connection

from tests.peers.postgresql import PASSWORD, PASSWORD_IN_URL, Postgresql
from tests.store.places import PostgresqlPlace
from tests.store.test_office import done
from vmr.ids import MeetingId
from vmr.room_record import RoomEvent
from vmr.rooms import Room
from vmr.store import Conflict, Occupied, Store, StoreUnavailable, UnsupportedDatabase
from vmr.store.database import Database, dialect_of
from vmr.store.postgresql import SERVING


@pytest.fixture
def place(postgresql: Postgresql, template: str) -> Iterator[PostgresqlPlace]:
    with postgresql.database(template) as name:
        yield PostgresqlPlace(postgresql, name)


@pytest.fixture
async def database(place: PostgresqlPlace) -> AsyncIterator[Database]:
    database = await Database.open(place.url)
    yield database
    await database.close()


def add(connection: Connection, id: str) -> None:
    values = f"(id, name, phone, safer_custody) VALUES ('{id}', 'n', 'p', 's')"
    connection.execute(text(f"INSERT INTO establishments {values}"))


def count(connection: Connection) -> int:
    found: int = connection.execute(text("SELECT count(*) FROM establishments")).scalar_one()
    return found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("synchronous_commit", "on"),
        ("statement_timeout", "10s"),
        ("lock_timeout", "5s"),
        ("idle_in_transaction_session_timeout", "30s"),
        ("tcp_keepalives_idle", "5"),
        ("tcp_keepalives_interval", "2"),
        ("tcp_keepalives_count", "3"),
        ("tcp_user_timeout", "10000"),
        ("client_encoding", "UTF8"),
        ("application_name", "vmr"),
    ],
)
async def test_sessions_are_set_up_to_lose_nothing_and_to_wait_for_nobody(
    database: Database, name: str, value: str
) -> None:
    def shown(connection: Connection) -> object:
        return connection.execute(text(f"SHOW {name}")).scalar_one()

    assert await database.read(shown) == value
    assert await database.write(shown) == value


async def test_writes_are_serialisable_and_reads_change_nothing(database: Database) -> None:
    def isolation(connection: Connection) -> object:
        return connection.execute(text("SHOW transaction_isolation")).scalar_one()

    assert await database.write(isolation) == "serializable"
    assert await database.read(isolation) == "repeatable read"
    with pytest.raises(StoreUnavailable, match="read-only"):
        await database.read(lambda connection: add(connection, "e"))


async def test_a_write_that_was_overtaken_is_run_again(place: PostgresqlPlace) -> None:
    first, second = await Database.open(place.url), await Database.open(place.url)
    has_read, may_write = threading.Event(), threading.Event()
    runs = []

    def slow(connection: Connection) -> None:
        runs.append(count(connection))
        has_read.set()
        assert may_write.wait(10)
        add(connection, f"after {runs[-1]}")

    def quick(connection: Connection) -> None:
        add(connection, f"quick after {count(connection)}")

    overtaken = asyncio.create_task(first.write(slow))
    assert await asyncio.to_thread(has_read.wait, 10)
    await second.write(quick)
    may_write.set()
    await overtaken
    assert runs == [0, 1]
    assert sorted(place.rows("SELECT id FROM establishments")) == [
        ("after 1",),
        ("quick after 0",),
    ]
    await first.close()
    await second.close()


async def test_a_write_that_is_always_overtaken_is_an_error(
    place: PostgresqlPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []
    clock = SimpleNamespace(monotonic=lambda: float(len(tries)), sleep=time.sleep)
    monkeypatch.setattr("vmr.store.database.time", clock)
    monkeypatch.setattr("vmr.store.database.TRY_AGAIN_S", 2.0)
    database = await Database.open(place.url)

    def overtaken(connection: Connection) -> None:
        before = count(connection)
        tries.append(before)
        with place.connect() as quicker:
            quicker.execute(
                "BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT count(*) FROM establishments;"
                f"INSERT INTO establishments VALUES ('quick after {before}', 'n', 'p', 's');"
                "COMMIT".encode()
            )
        add(connection, f"after {before}")

    with pytest.raises(StoreUnavailable, match="could not serialize"):
        await database.write(overtaken)
    assert tries == [0, 1, 2], "it was tried again, each time on what had been written meanwhile"
    await database.close()


async def test_a_lock_that_is_held_too_long_is_an_error(
    store: Store, room: Room, place: PostgresqlPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vmr.store.postgresql.LOCK_TIMEOUT_MS", 50)
    impatient = await Store.open(place.url)
    with place.connect() as holder:
        holder.execute("BEGIN; LOCK TABLE rooms, meetings IN SHARE MODE")
        with pytest.raises(StoreUnavailable, match="lock timeout"):
            await impatient.commit(MeetingId("m1"), room.id, {}, [])
        assert await impatient.room(room.id) == room, "readers do not wait for writers"
        holder.execute("ROLLBACK")
    await impatient.commit(MeetingId("m1"), room.id, {}, [])
    await impatient.close()


async def test_a_statement_that_takes_too_long_is_an_error(
    place: PostgresqlPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vmr.store.postgresql.STATEMENT_TIMEOUT_MS", 50)
    database = await Database.open(place.url)
    with pytest.raises(StoreUnavailable, match="statement timeout"):
        await database.read(lambda connection: connection.execute(text("SELECT pg_sleep(10)")))
    await database.close()


async def test_sessions_that_were_cut_are_replaced_without_an_error(
    store: Store, room: Room, place: PostgresqlPlace
) -> None:
    for number in range(3):
        place.cut()
        await store.office.set_pin(room, f"a{number}", done(RoomEvent.PIN_RENEWED, room))
        place.cut()
        assert await store.room(room.id) is not None
    found = await store.room(room.id)
    assert found is not None
    assert found.pin_hash == "a2"


async def test_a_session_that_is_cut_in_a_write_keeps_nothing(
    database: Database, place: PostgresqlPlace
) -> None:
    def cut_off(connection: Connection) -> None:
        add(connection, "one")
        place.cut()
        add(connection, "two")

    with pytest.raises(StoreUnavailable, match="terminating connection"):
        await database.write(cut_off)
    assert await database.read(count) == 0
    await database.write(lambda connection: add(connection, "three"))
    assert await database.read(count) == 1


async def test_a_server_that_stops_is_an_error_until_it_is_back() -> None:
    server = Postgresql()
    try:
        server.make()
        server.start()
        with server.database() as name:
            store = await Store.open(server.url(name))
            await store.claim()
            server.stop()
            for _ in range(2):
                with pytest.raises(StoreUnavailable):
                    await store.add_establishment(name="HMP Lost", phone="1")
                with pytest.raises(StoreUnavailable):
                    await store.rooms()
            server.start()
            await store.add_establishment(name="HMP Test", phone="1")
            assert [one.name for one in await store.establishments()] == ["HMP Test"]
            await store.close()
    finally:
        server.remove()


async def test_a_claim_outlives_the_session_it_was_made_in(place: PostgresqlPlace) -> None:
    first, second = await Store.open(place.url), await Store.open(place.url)
    await first.claim()
    place.cut()
    await first.add_establishment(name="HMP Test", phone="1")
    with pytest.raises(Occupied):
        await second.claim()
    await first.close()
    await second.close()


async def test_a_server_whose_claim_was_taken_over_writes_nothing(place: PostgresqlPlace) -> None:
    first, second = await Store.open(place.url), await Store.open(place.url)
    await first.claim()
    place.cut()
    await second.claim()
    for _ in range(2):
        with pytest.raises(Occupied, match="another server runs on"):
            await first.add_establishment(name="HMP Test", phone="1")
    assert await first.establishments() == (), "reading is still free"
    await second.close()
    await first.add_establishment(name="HMP Test", phone="1")
    await first.close()


async def test_a_claim_waits_for_a_server_that_is_just_ending(place: PostgresqlPlace) -> None:
    store = await Store.open(place.url)
    with place.connect() as ending:
        ending.execute(f"SELECT pg_advisory_lock({SERVING})".encode())
        claiming = asyncio.create_task(store.claim())
        waits = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        async with asyncio.timeout(10):
            while not await asyncio.to_thread(place.rows, waits):
                assert not claiming.done()
    await claiming
    await store.close()


async def test_a_socket_directory_is_an_address(
    postgresql: Postgresql, place: PostgresqlPlace
) -> None:
    store = await Store.open(postgresql.socket_url(place.name))
    assert await store.rooms() == ()
    await store.close()


@pytest.mark.parametrize(
    ("more", "said"),
    [("/nowhere", "does not exist"), ("/postgres?sslmode=require", "SSL"), ("/x?y=1", "option")],
)
async def test_no_error_has_the_password(postgresql: Postgresql, more: str, said: str) -> None:
    url = postgresql.url("")[:-1] + more
    with pytest.raises(StoreUnavailable, match=said) as caught:
        await Store.open(url)
    assert_hidden(caught.value)


async def test_a_wrong_password_is_an_error_without_it(
    postgresql: Postgresql, place: PostgresqlPlace
) -> None:
    wrong = postgresql.url(place.name).replace(PASSWORD_IN_URL, "S3cret")
    with pytest.raises(StoreUnavailable, match="password authentication failed") as caught:
        await Store.open(wrong)
    assert "S3cret" not in f"{caught.value} {caught.value.__cause__}"


async def test_a_password_with_an_at_sign_that_is_not_written_as_code_is_refused() -> None:
    with pytest.raises(UnsupportedDatabase, match="%40") as caught:
        await Store.open(f"postgresql://vmr:{PASSWORD}@host/name")
    assert_hidden(caught.value)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("postgresql://vmr:S3cret@host:5433/name", "postgresql://vmr@host:5433/name"),
        ("postgresql://host/name", "postgresql://host/name"),
        (
            "postgresql://vmr@/name?host=/run/postgresql&password=S3cret&sslpassword=S3cret",
            "postgresql://vmr@/name?host=%2Frun%2Fpostgresql",
        ),
    ],
)
def test_operators_are_told_the_place_without_the_password(url: str, place: str) -> None:
    assert dialect_of(url).place == place


async def test_a_database_that_cannot_hold_every_name_is_refused(postgresql: Postgresql) -> None:
    encoding = "ENCODING 'LATIN1' LOCALE 'C'"
    with (
        postgresql.database("template0", encoding) as name,
        pytest.raises(UnsupportedDatabase, match="UTF8"),
    ):
        await Store.open(postgresql.url(name))


async def test_a_name_that_is_taken_is_a_conflict_and_no_lost_race(database: Database) -> None:
    await database.write(lambda connection: add(connection, "one"))
    with pytest.raises(Conflict, match="pk_establishments"):
        await database.write(lambda connection: add(connection, "one"))


def assert_hidden(error: BaseException) -> None:
    said = f"{error} {error.__cause__}"
    assert PASSWORD not in said
    assert PASSWORD_IN_URL not in said
    assert "ss/word" not in said
