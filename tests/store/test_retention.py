"""At the end of their retention names leave the record and the disk, and the record still holds."""

import asyncio
from pathlib import Path

import pytest

from tests.store import old_database
from tests.store.places import Place
from tests.store.proving import proven
from tests.store.test_establishment_record import problems
from tests.store.test_meetings import MEETING, happening
from tests.store.test_staff import account
from vmr import record_export
from vmr.ids import MeetingId
from vmr.policies import PolicyName
from vmr.record_numbers import RecordNumbers
from vmr.rooms import Room
from vmr.staff_record import OPERATOR, SERVER, StaffEvent
from vmr.staff_record import happening as staff_happening
from vmr.store import RetentionReport, Store
from vmr.store.signing import is_signed

DAY_S = 86_400.0
LEGAL_DAYS = RecordNumbers().retention_legal_days
ENDED_AT = 1000.0
NOW = ENDED_AT + LEGAL_DAYS * DAY_S + 1
NAME = "Ann-Wilhelmina Example"


async def run(store: Store, at: float = NOW, *, is_dry_run: bool = False) -> RetentionReport:
    numbers = RecordNumbers()
    return await store.records.run_retention(
        numbers.days(), numbers.retention_staff_days, by=OPERATOR, at=at, is_dry_run=is_dry_run
    )


async def hold(store: Store, room: Room, meeting: MeetingId = MEETING) -> None:
    """A meeting of four entries, three of them with a name; ends at ENDED_AT."""
    await store.commit(meeting, room.id, {}, [happening("joined", name=NAME)])
    said = [happening("attested", name=NAME), happening("locked")]
    await store.commit(meeting, room.id, None, [*said, happening("ended", ENDED_AT, name="Bo")])


def on_disk(path: Path) -> bytes:
    """All of an SQLite database; a server's files are its own."""
    return b"".join(one.read_bytes() for one in sorted(path.parent.iterdir()))


async def test_names_leave_the_disk_of_an_sqlite_database(path: Path) -> None:
    store = await Store.open(f"sqlite:///{path}")
    prison = await store.add_establishment(name="HMP Test", phone="1")
    await hold(store, await store.add_room(prison, name="R", policy=PolicyName.LEGAL, pin_hash="x"))
    assert NAME.encode() in on_disk(path)
    await run(store)
    assert NAME.lower().encode() not in on_disk(path).lower()
    await store.close()


async def test_names_leave_the_record_and_the_record_holds(store: Store, room: Room) -> None:
    await hold(store, room)
    before = [kept.entry for kept in await store.record(MEETING)]
    report = await run(store)
    assert [(due.meeting, due.entries) for due in report.records] == [(MEETING, 3)]
    kept = await store.record(MEETING)
    assert [one.entry for one in kept] == before, "the chain is as it was"
    assert {one.personal for one in kept} == {()}
    assert await store.verify(MEETING) == 4
    assert await problems(store, room) == []
    (summary,) = await store.meetings(room.id)
    assert summary.personal_deleted_at == NOW


async def test_the_deletion_stands_in_the_record_of_the_establishment(
    store: Store, room: Room
) -> None:
    await hold(store, room)
    await run(store)
    deleted = (await store.staff.record(room.establishment.id))[-1].entry
    assert (deleted.what, deleted.actor) == ("personal_values_deleted", OPERATOR)
    facts = dict(deleted.facts)
    assert (facts["sequence"], facts["entries"], facts["days"]) == (4, 3, LEGAL_DAYS)


async def test_equal_names_cannot_be_told_after_the_deletion(store: Store, room: Room) -> None:
    await hold(store, room)
    await hold(store, room, MeetingId("m2"))
    await run(store)
    kept = [*await store.record(MEETING), *await store.record(MeetingId("m2"))]
    digests = [one.entry.personal_digest for one in kept if one.entry.personal_digest]
    assert len(digests) == len(set(digests)) == 6


async def test_a_deletion_that_was_not_recorded_is_a_fault(
    store: Store, room: Room, place: Place
) -> None:
    await hold(store, room)
    for change in (
        "DELETE FROM record_personal",
        "DELETE FROM record_keys",
        "UPDATE meetings SET personal_deleted_at = 5",
    ):
        place.alter(change)
    assert await store.verify(MEETING) == 4, "the meeting alone cannot tell"
    ((meeting, text),) = await problems(store, room)
    assert meeting == MEETING
    assert "no deletion of them was recorded" in text


async def test_a_dry_run_says_the_same_and_deletes_nothing(store: Store, room: Room) -> None:
    await hold(store, room)
    planned = await run(store, is_dry_run=True)
    assert (await store.record(MEETING))[0].personal == (("name", NAME),)
    assert await run(store) == planned
    assert (await run(store)).records == ()


@pytest.mark.parametrize("policy", list(PolicyName))
async def test_each_policy_keeps_names_for_its_own_time(store: Store, policy: PolicyName) -> None:
    prison = await store.add_establishment(name="HMP Test", phone="1")
    room = await store.add_room(prison, name="R", policy=policy, pin_hash="x")
    await hold(store, room)
    kept_s = RecordNumbers().days()[policy] * DAY_S
    assert (await run(store, ENDED_AT + kept_s)).records == ()
    assert len((await run(store, ENDED_AT + kept_s + 1)).records) == 1


async def test_a_live_meeting_keeps_its_names(store: Store, room: Room) -> None:
    await store.commit(MEETING, room.id, {}, [happening("joined", name=NAME)])
    assert (await run(store, 10 * NOW)).records == ()


async def test_many_records_go_in_several_transactions(
    store: Store, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vmr.store.record_store.RECORDS_AT_ONCE", 2)
    for number in range(5):
        await hold(store, room, MeetingId(f"m{number}"))
    assert len((await run(store)).records) == 5
    assert (await run(store)).records == ()
    assert await problems(store, room) == []


async def test_two_runs_at_once_delete_each_record_once(store: Store, room: Room) -> None:
    await hold(store, room)
    await asyncio.gather(run(store), run(store))
    kept = await store.staff.record(room.establishment.id)
    assert [one.entry.what for one in kept].count("personal_values_deleted") == 1
    assert await problems(store, room) == []


async def test_a_record_of_the_first_version_goes_with_the_keys_of_its_entries(
    path: Path,
) -> None:
    old_database.make(path, "0001")
    store = await Store.open(f"sqlite:///{path}")
    (room,) = await store.rooms()
    await store.records.checkpoint(room.establishment.id, 200.0)
    assert len((await run(store)).records) == 1
    assert b"O'Neil" not in on_disk(path)
    assert await problems(store, room) == []
    await store.close()


async def test_an_export_after_the_deletion_says_when_it_was(store: Store, room: Room) -> None:
    await hold(store, room)
    await run(store)
    file = await store.records.export(MEETING, by=OPERATOR, at=NOW + 1)
    header = record_export.verify(file.splitlines(keepends=True), is_signed)
    assert (header.personal_deleted_at, header.personal_key) == (NOW, None)


async def test_old_names_leave_the_record_of_the_establishment_and_newer_ones_stay(
    store: Store, room: Room, place: Place
) -> None:
    prison, member = room.establishment.id, account(room).member
    days = RecordNumbers().retention_staff_days
    for at in (1.0, 2.0, 3.0 + days * DAY_S):
        said = staff_happening(StaffEvent.SIGNED_IN, member, by=SERVER, at=at)
        await store.staff.write_record(prison, said)
    report = await run(store, 2.5 + days * DAY_S)
    assert [(due.until, due.entries) for due in report.names] == [(2, 2)]
    kept = await store.staff.record(prison)
    assert [bool(one.personal) for one in kept] == [False, False, True, False]
    assert await proven(store.staff, prison) == 4
    assert await problems(store, room) == []
    place.alter("DELETE FROM staff_personal")
    ((_, text),) = await problems(store, room)
    assert text == "the personal fields of entry 3 are missing"
