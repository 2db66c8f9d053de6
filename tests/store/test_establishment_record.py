"""A deleted, shortened, replaced or added record shows against the record of the establishment."""

from pathlib import Path

import pytest

from tests.store import old_database
from tests.store.places import Place
from tests.store.test_meetings import MEETING, happening
from vmr.establishment_record import Head, RecordEvent, head_in
from vmr.ids import EstablishmentId, MeetingId, OfficerId
from vmr.record import Happening, PersonalKey, append
from vmr.rooms import Room
from vmr.staff import StaffMember
from vmr.store import NotFound, Store

OTHER = MeetingId("m2")


async def heads(store: Store, room: Room) -> list[tuple[MeetingId, Head]]:
    kept = await store.staff.record(room.establishment.id)
    return [found for found in (head_in(one.entry) for one in kept) if found is not None]


async def problems(store: Store, room: Room) -> list[tuple[str | None, str]]:
    proof = await store.records.verify_establishment(room.establishment.id)
    return [(one.meeting, one.text) for one in proof.problems]


async def test_the_head_of_a_record_is_stated_when_it_begins_and_when_it_ends(
    store: Store, room: Room
) -> None:
    await store.commit(MEETING, room.id, {}, [happening("joined")])
    await store.commit(MEETING, room.id, {}, [happening("opened"), happening("locked")])
    await store.commit(MEETING, room.id, None, [happening("ended", at=20.0)])
    entries = [kept.entry for kept in await store.record(MEETING)]
    assert await heads(store, room) == [
        (MEETING, Head(sequence=1, hash=entries[0].hash)),
        (MEETING, Head(sequence=4, hash=entries[3].hash)),
    ]
    proof = await store.records.verify_establishment(room.establishment.id)
    assert (proof.entries, proof.meetings, proof.meeting_entries) == (3, 1, 4), "and the key"
    assert proof.problems == ()


async def test_a_meeting_that_was_dropped_is_stated_with_what_it_had(
    store: Store, room: Room
) -> None:
    await store.commit(MEETING, room.id, {}, [happening("joined")])
    await store.commit(MEETING, room.id, {}, [happening("left")])
    await store.commit(OTHER, room.id, {}, [happening("joined")])
    stated = [(meeting, head.sequence) for meeting, head in await heads(store, room)]
    assert stated == [(MEETING, 1), (MEETING, 2), (OTHER, 1)]
    await store.commit(OTHER, room.id, None, [])
    assert len(await heads(store, room)) == 3, "the newest head stood there already"


async def test_the_heads_of_live_meetings_are_stated_from_time_to_time(
    store: Store, room: Room
) -> None:
    place = room.establishment.id
    await store.commit(MEETING, room.id, {}, [happening("joined")])
    await store.commit(MEETING, room.id, {}, [happening("opened")])
    await store.records.checkpoint(place, 50.0)
    await store.records.checkpoint(place, 60.0)
    assert [head.sequence for _, head in await heads(store, room)] == [1, 2]
    kept = await store.staff.record(place)
    assert [one.entry.at for one in kept[1:]] == [50.0, 50.0], "the head and the signing key"


async def test_every_look_is_written_down_with_the_head_that_was_seen(
    store: Store, room: Room
) -> None:
    await store.commit(MEETING, room.id, {}, [happening("joined", name="Ann")])
    officer = StaffMember(
        id=OfficerId("o1"), establishment=room.establishment, username="reed", name="A. Reed",
        roles=frozenset(),
    )  # fmt: skip
    record = await store.records.look(MEETING, by=officer, at=30.0)
    assert (record.room, record.summary.id, record.summary.entries) == (room, MEETING, 1)
    assert record.entries == await store.record(MEETING)
    seen = (await store.staff.record(room.establishment.id))[-1]
    assert (seen.entry.what, seen.entry.actor) == (RecordEvent.SEEN.value, "officer:o1")
    assert seen.personal == (("officer", "A. Reed"),)
    head = Head(sequence=1, hash=record.entries[-1].entry.hash)
    assert head_in(seen.entry) == (MEETING, head)


async def test_a_look_at_the_establishments_record_is_its_last_entry(
    store: Store, room: Room
) -> None:
    entries = await store.records.look_at_establishment(room.establishment.id, by="operator", at=3)
    assert [kept.entry.what for kept in entries] == ["establishment_record_seen"]


async def test_looking_at_no_meeting_writes_nothing(store: Store, room: Room) -> None:
    with pytest.raises(NotFound):
        await store.records.look(MEETING, by="operator", at=1.0)
    assert await store.staff.record(room.establishment.id) == ()


async def test_an_unknown_establishment_has_no_record(store: Store) -> None:
    with pytest.raises(NotFound):
        await store.records.verify_establishment(EstablishmentId("nowhere"))


FORGED = (
    "INSERT INTO meetings (id, room_id, state, started_at, ended_at)"
    " SELECT 'forged', room_id, state, started_at, ended_at FROM meetings"
)
DELETED = (
    "DELETE FROM record_personal", "DELETE FROM record_keys", "DELETE FROM record_entries",
    "DELETE FROM meetings",
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "meeting", "text"),
    [
        (DELETED, "m1", "missing; it had 3 entries"),
        (DELETED[:3], "m1", "missing; it had 3 entries"),
        (("DELETE FROM record_entries WHERE sequence = 3",), "m1", "ends at entry 2; it had 3"),
        (("UPDATE record_entries SET what = 'x' WHERE sequence = 2",), "m1", "entry 2 does not"),
        (("UPDATE staff_entries SET what = 'x' WHERE sequence = 2",), None, "entry 2 does not"),
        (("DELETE FROM staff_entries WHERE sequence = 2",), "m1", "entry 2 was added after"),
        (("DELETE FROM staff_entries",), "m1", "does not stand in the establishment's record"),
    ],
)
async def test_what_was_done_to_a_record_is_named(
    store: Store, room: Room, place: Place, changes: tuple[str, ...], meeting: str, text: str
) -> None:
    await store.commit(MEETING, room.id, {}, [happening("joined", name="Ann")])
    await store.commit(MEETING, room.id, None, [happening("locked"), happening("ended")])
    assert await problems(store, room) == []
    for change in changes:
        place.alter(change)
    found = await problems(store, room)
    assert any(where == meeting and text in said for where, said in found), found


async def test_a_record_made_anew_is_not_the_one_that_was_recorded(
    store: Store, room: Room, place: Place
) -> None:
    """Somebody who knows how the chain is made writes a whole other one."""
    await store.commit(MEETING, room.id, None, [happening("joined"), happening("locked")])
    for change in ("DELETE FROM record_entries", "UPDATE meetings SET noted_sequence = 2"):
        place.alter(change)
    await store.commit(MEETING, room.id, None, [happening("joined"), happening("unlocked")])
    assert await store.verify(MEETING) == 2
    assert await problems(store, room) == [
        (MEETING, "entry 2 is not the one that was recorded: it was replaced")
    ]


async def test_an_entry_added_after_the_end_is_named(
    store: Store, room: Room, place: Place
) -> None:
    await store.commit(MEETING, room.id, None, [happening("joined"), happening("ended")])
    place.alter("UPDATE meetings SET noted_sequence = 3")
    await store.commit(MEETING, room.id, None, [happening("admitted")])
    assert await problems(store, room) == [(MEETING, "entry 3 was added after the record's end")]


async def test_a_late_entry_that_the_server_wrote_is_in_order(store: Store, room: Room) -> None:
    await store.commit(MEETING, room.id, None, [happening("ended")])
    await store.commit(MEETING, room.id, None, [happening("removed")])
    assert await problems(store, room) == []


async def test_records_of_another_establishment_are_not_this_ones(store: Store, room: Room) -> None:
    elsewhere = await store.add_establishment(name="HMP Other", phone="2")
    other = await store.add_room(elsewhere, name="R", policy=room.policy, pin_hash="x")
    await store.commit(MEETING, room.id, None, [happening("ended")])
    await store.commit(OTHER, other.id, None, [happening("ended")])
    for place in (room, other):
        proof = await store.records.verify_establishment(place.establishment.id)
        assert (proof.entries, proof.meetings, proof.problems) == (2, 1, ())


async def test_records_from_before_heads_were_stated_are_stated_later(path: Path) -> None:
    old_database.make(path, "0001")
    store = await Store.open(f"sqlite:///{path}")
    (room,) = await store.rooms()
    ((meeting, text),) = await problems(store, room)
    assert (meeting, "does not stand in" in text) == (MEETING, True)
    await store.records.checkpoint(room.establishment.id, 200.0)
    assert await problems(store, room) == []
    await store.close()


async def test_a_forged_meeting_is_named(store: Store, room: Room, place: Place) -> None:
    await store.commit(MEETING, room.id, None, [happening("ended")])
    place.alter(FORGED)
    place.alter(
        "INSERT INTO record_entries SELECT 'forged', sequence, at, actor, what, subject,"
        " reason, facts, personal_digest, previous_hash, hash FROM record_entries"
    )
    ((meeting, text),) = await problems(store, room)
    assert meeting == "forged"
    assert "entry 1 does not fit" in text


def test_an_entry_that_states_no_head_has_none() -> None:
    key = PersonalKey(secret=b"k" * 32)
    for subject, facts in (
        ("officer:o1", (("sequence", 1), ("hash", "ab"))),
        ("meeting:m1", ()),
        ("meeting:m1", (("sequence", "1"), ("hash", "ab"))),
        ("meeting:m1", (("sequence", 1), ("hash", 2))),
    ):
        said = Happening(at=1.0, actor="server", what="x", subject=subject, facts=facts)
        assert head_in(append(None, said, meeting=MEETING, key=key)) is None
