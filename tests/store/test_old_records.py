"""Records of earlier versions, whose entries have keys of their own, hold and are gone on with."""

import sqlite3
from pathlib import Path

import pytest

from tests.store import old_database
from vmr.ids import MeetingId
from vmr.record import Happening
from vmr.store import RecordBroken, Store

MEETING = MeetingId("m1")
REVISIONS = ("0001", "0002", "0003", "0004", "0005")


@pytest.mark.parametrize("revision", REVISIONS)
async def test_an_old_record_still_verifies_with_its_names(path: Path, revision: str) -> None:
    old_database.make(path, revision)
    store = await Store.open(f"sqlite:///{path}")
    assert await store.verify(MEETING) == 3
    names = [dict(kept.personal)["name"] for kept in await store.record(MEETING)]
    assert names == list(old_database.NAMES)
    (room,) = await store.rooms()
    assert (room.name, room.establishment.name) == ("Room 1", "HMP Old")
    await store.close()


@pytest.mark.parametrize("revision", REVISIONS)
async def test_an_old_record_goes_on_under_the_key_of_its_meeting(
    path: Path, revision: str
) -> None:
    old_database.make(path, revision)
    store = await Store.open(f"sqlite:///{path}")
    (room,) = await store.rooms()
    late = Happening(at=103.0, actor="server", what="left", personal=(("name", "Cy"),))
    await store.commit(MEETING, room.id, None, [late])
    assert await store.verify(MEETING) == 4
    await store.close()
    assert await _keys(path) == ([1, 2, 3], 1)


async def _keys(path: Path) -> tuple[list[int], int]:
    """Which entries have a key of their own, and how many keys meetings have."""
    database = sqlite3.connect(path)
    own = "SELECT sequence FROM record_personal WHERE key IS NOT NULL ORDER BY sequence"
    rows = [row[0] for row in database.execute(own)]
    (count,) = database.execute("SELECT count(*) FROM record_keys").fetchone()
    database.close()
    return rows, count


async def test_a_change_of_an_old_record_is_found_after_the_migration(path: Path) -> None:
    old_database.make(path, "0001")
    database = sqlite3.connect(path)
    with database:
        database.execute("UPDATE record_entries SET reason = 'other' WHERE sequence = 2")
    database.close()
    store = await Store.open(f"sqlite:///{path}")
    with pytest.raises(RecordBroken, match="entry 2"):
        await store.verify(MEETING)
    await store.close()
