"""An export comes out of the database proven, signed and written down."""

from pathlib import Path

import pytest

from tests.store import old_database
from tests.store.places import Place
from tests.store.test_meetings import MEETING, happening
from vmr import record_export
from vmr.establishment_record import RecordEvent
from vmr.rooms import Room
from vmr.store import NotFound, RecordBroken, Store
from vmr.store.signing import is_genuine, is_signed


def prove(file: bytes) -> record_export.ExportHeader:
    return record_export.verify(file.splitlines(keepends=True), is_signed)


async def test_an_export_holds_and_stands_in_the_record_of_the_establishment(
    store: Store, room: Room
) -> None:
    said = [happening("joined", name="Ann"), happening("locked"), happening("ended", name="Bo")]
    await store.commit(MEETING, room.id, None, said)
    file = await store.records.export(MEETING, by="operator", at=99.0)
    header = prove(file)
    assert (header.meeting, header.is_live, header.exported_at) == (MEETING, False, 99.0)
    assert header.head.hash == (await store.record(MEETING))[-1].entry.hash
    assert b"Ann" in file
    assert is_genuine(header.checkpoint)
    exported = (await store.staff.record(room.establishment.id))[-1].entry
    assert exported.what == RecordEvent.EXPORTED.value
    assert header.checkpoint.checkpoint.sequence == exported.sequence
    proof = await store.records.verify_establishment(room.establishment.id)
    assert proof.problems == ()


async def test_a_live_meeting_is_exported_as_far_as_it_is(store: Store, room: Room) -> None:
    await store.commit(MEETING, room.id, {}, [happening("joined")])
    header = prove(await store.records.export(MEETING, by="operator", at=99.0))
    assert (header.is_live, header.head.sequence) == (True, 1)


async def test_an_old_record_is_exported_with_the_keys_of_its_entries(path: Path) -> None:
    old_database.make(path, "0001")
    store = await Store.open(f"sqlite:///{path}")
    file = await store.records.export(MEETING, by="operator", at=1.0)
    assert prove(file).head.sequence == 3
    assert file.count(b'"key":"') == 3
    await store.close()


async def test_what_does_not_hold_is_not_signed(store: Store, room: Room, place: Place) -> None:
    await store.commit(MEETING, room.id, None, [happening("joined"), happening("ended")])
    before = len(await store.staff.record(room.establishment.id))
    place.alter("UPDATE record_entries SET what = 'x' WHERE sequence = 2")
    with pytest.raises(RecordBroken):
        await store.records.export(MEETING, by="operator", at=1.0)
    assert len(await store.staff.record(room.establishment.id)) == before


async def test_no_meeting_is_no_export(store: Store) -> None:
    with pytest.raises(NotFound):
        await store.records.export(MEETING, by="operator", at=1.0)
