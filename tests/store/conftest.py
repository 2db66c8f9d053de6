from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.peers.postgresql import Postgresql
from tests.peers.sqlite import lay_database
from tests.store.places import Place, PostgresqlPlace, SqlitePlace
from vmr.policies import PolicyName
from vmr.rooms import Room
from vmr.store import Store
from vmr.store.database import dialect_of
from vmr.store.migrate import migrate

KINDS = ("sqlite", "postgresql")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "vmr.db"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is made in the working directory is made in the test's own."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def template(postgresql: Postgresql) -> Iterator[str]:
    """A database with today's tables and nothing in them, to be copied."""
    with postgresql.database() as name:
        engine = dialect_of(postgresql.url(name)).writer()
        with engine.begin() as connection:
            migrate(connection)
        engine.dispose()
        yield name


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """A database with nothing in it, of each kind in turn."""
    if request.param == "sqlite":
        path: Path = request.getfixturevalue("path")
        lay_database(path)
        yield SqlitePlace(path)
    else:
        yield from in_server(request, request.getfixturevalue("template"))


@pytest.fixture(params=KINDS)
def empty(request: pytest.FixtureRequest) -> Iterator[Place]:
    """The same without any table yet."""
    if request.param == "sqlite":
        yield SqlitePlace(request.getfixturevalue("path"))
    else:
        yield from in_server(request, "template1")


def in_server(request: pytest.FixtureRequest, template: str) -> Iterator[PostgresqlPlace]:
    server: Postgresql = request.getfixturevalue("postgresql")
    with server.database(template) as name:
        yield PostgresqlPlace(server, name)


@pytest.fixture
async def store(place: Place, path: Path) -> AsyncIterator[Store]:
    store = await Store.open(place.url, f"{path}.signing-key")
    yield store
    await store.close()


@pytest.fixture
async def room(store: Store) -> Room:
    establishment = await store.add_establishment(
        name="HMP Test", phone="01632 960000", safer_custody="01632 960001"
    )
    return await store.add_room(
        establishment, name="Room 1", policy=PolicyName.LEGAL, pin_hash="$argon2id$one"
    )
