"""Statements that the driver runs itself say and fail the same as those of SQLAlchemy."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.engine import Connection

from tests.store.places import Place, PostgresqlPlace
from vmr.store import Conflict, StoreUnavailable
from vmr.store.database import Database
from vmr.store.prepared import Prepared
from vmr.store.tables import establishments, record_keys

table = establishments
ADD = Prepared(insert(table), ("id", "name", "phone", "safer_custody", "zone"))
FIND = Prepared(select(table.c.id, table.c.name).where(table.c.id == bindparam("id")))
RENAME = Prepared(
    update(table).where(table.c.id == bindparam("of")).values(name=bindparam("called"))
)


def row(id: str, name: str = "HMP Ó Néill") -> dict[str, object]:
    return {"id": id, "name": name, "phone": "1", "safer_custody": "", "zone": "Europe/London"}


@pytest_asyncio.fixture
async def database(place: Place) -> AsyncIterator[Database]:
    opened = await Database.open(place.url)
    yield opened
    await opened.close()


async def test_rows_come_back_as_they_went_in(database: Database) -> None:
    await database.write(lambda one: ADD.each(one, [row("a"), row("b", "%s ? :x")]))
    found = await database.read(lambda one: FIND.one(one, {"id": "b"}))
    assert found is not None
    assert tuple(found) == ("b", "%s ? :x")
    assert await database.read(lambda one: FIND.one(one, {"id": "c"})) is None
    assert await database.write(lambda one: RENAME.change(one, {"of": "a", "called": "B"})) == 1
    assert await database.write(lambda one: RENAME.change(one, {"of": "c", "called": "B"})) == 0


async def test_what_is_there_already_is_a_conflict_and_nothing_is_kept(
    database: Database,
) -> None:
    await database.write(lambda one: ADD.each(one, [row("a")]))
    with pytest.raises(Conflict):
        await database.write(lambda one: ADD.each(one, [row("b"), row("a")]))
    assert await database.read(lambda one: FIND.one(one, {"id": "b"})) is None


async def test_any_other_error_is_one_of_the_store_without_the_values(database: Database) -> None:
    broken = Prepared(select(record_keys.c.key).where(record_keys.c.meeting_id == bindparam("id")))
    await database.write(lambda one: one.exec_driver_sql("DROP TABLE record_keys"))
    with pytest.raises(StoreUnavailable) as failed:
        await database.read(lambda one: broken.one(one, {"id": "a secret"}))
    assert "a secret" not in str(failed.value)


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
async def test_a_connection_that_is_lost_is_replaced_for_the_next(
    database: Database, place: PostgresqlPlace
) -> None:
    await database.write(lambda one: ADD.each(one, [row("a")]))

    def cut_then_add(one: Connection) -> None:
        place.cut()
        ADD.each(one, [row("b")])

    with pytest.raises(StoreUnavailable):
        await database.write(cut_then_add)
    await database.write(lambda one: ADD.each(one, [row("c")]))
    assert await database.read(lambda one: FIND.one(one, {"id": "b"})) is None
    assert await database.read(lambda one: FIND.one(one, {"id": "c"})) is not None
