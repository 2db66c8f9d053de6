"""A commit keeps state and record together, or neither; a record only grows and proves itself."""

import asyncio

import pytest

from tests.store.places import Place
from vmr.ids import MeetingId, RoomId
from vmr.policies import PolicyName
from vmr.record import Happening
from vmr.rooms import Room
from vmr.store import Conflict, NotFound, RecordBroken, Store

MEETING = MeetingId("m1")


def happening(what: str, at: float = 10.0, name: str = "") -> Happening:
    return Happening(
        at=at,
        actor="host:p1",
        what=what,
        subject="p2",
        reason="because é",
        facts=(("count", 3), ("rate", 0.1), ("is_late", True), ("how", "knock")),
        personal=(("name", name),) if name else (),
    )


async def test_a_live_meeting_comes_back_with_its_last_snapshot(store: Store, room: Room) -> None:
    await store.commit(MEETING, room.id, {"stage": "open"}, [happening("opened")])
    await store.commit(MEETING, room.id, {"stage": "locked", "seats": [1.5]}, [])
    assert await store.live_meetings() == ((MEETING, room.id, {"stage": "locked", "seats": [1.5]}),)


async def test_an_ended_meeting_is_live_no_more_and_its_snapshot_is_gone(
    store: Store, room: Room, place: Place
) -> None:
    await store.commit(MEETING, room.id, {"secret": "s"}, [happening("opened", at=10.0)])
    await store.commit(MEETING, room.id, None, [happening("ended", at=20.0)])
    assert await store.live_meetings() == ()
    (summary,) = await store.meetings(room.id)
    assert (summary.is_live, summary.started_at, summary.ended_at) == (False, 10.0, 20.0)
    assert summary.entries == 2
    assert place.rows("SELECT snapshot FROM meetings") == [(None,)]


async def test_an_ended_meeting_cannot_come_back(store: Store, room: Room) -> None:
    await store.commit(MEETING, room.id, None, [happening("ended")])
    with pytest.raises(Conflict):
        await store.commit(MEETING, room.id, {"stage": "open"}, [happening("opened")])
    assert len(await store.record(MEETING)) == 1


async def test_a_late_entry_still_reaches_the_record_of_an_ended_meeting(
    store: Store, room: Room
) -> None:
    await store.commit(MEETING, room.id, None, [happening("ended", at=20.0)])
    await store.commit(MEETING, room.id, None, [happening("removed", at=21.0)])
    assert await store.verify(MEETING) == 2


async def test_a_new_meeting_of_a_room_replaces_one_that_was_dropped(
    store: Store, room: Room
) -> None:
    await store.commit(MEETING, room.id, {"n": 1}, [])
    await store.commit(MeetingId("m2"), room.id, {"n": 2}, [])
    assert [one.meeting for one in await store.live_meetings()] == ["m2"]


async def test_a_meeting_stays_in_its_room(store: Store, room: Room) -> None:
    other = await store.add_room(
        room.establishment, name="Other", policy=PolicyName.LEGAL, pin_hash="x"
    )
    await store.commit(MEETING, room.id, {}, [])
    with pytest.raises(Conflict):
        await store.commit(MEETING, other.id, {}, [])


async def test_a_failed_commit_keeps_nothing(store: Store, room: Room) -> None:
    with pytest.raises(Conflict):
        await store.commit(MEETING, RoomId("no such room"), {}, [happening("opened")])
    with pytest.raises(NotFound):
        await store.record(MEETING)


async def test_a_snapshot_that_is_not_json_keeps_nothing(store: Store, room: Room) -> None:
    with pytest.raises(TypeError):
        await store.commit(MEETING, room.id, {"what": object()}, [happening("opened")])
    assert await store.live_meetings() == ()


async def test_the_record_gives_back_what_happened_in_order(store: Store, room: Room) -> None:
    said = [happening("opened", name="Ann"), happening("locked"), happening("ended", name="Bo")]
    await store.commit(MEETING, room.id, {}, said[:2])
    await store.commit(MEETING, room.id, None, said[2:])
    kept = await store.record(MEETING)
    assert [one.entry.sequence for one in kept] == [1, 2, 3]
    assert [
        Happening(
            at=one.entry.at,
            actor=one.entry.actor,
            what=one.entry.what,
            subject=one.entry.subject,
            reason=one.entry.reason,
            facts=one.entry.facts,
            personal=one.personal,
        )
        for one in kept
    ] == said
    assert await store.verify(MEETING) == 3


async def test_records_of_two_meetings_do_not_mix(store: Store, room: Room) -> None:
    other = await store.add_room(
        room.establishment, name="Other", policy=PolicyName.LEGAL, pin_hash="x"
    )
    for _ in range(3):
        await store.commit(MEETING, room.id, {}, [happening("knocked")])
        await store.commit(MeetingId("m2"), other.id, {}, [happening("knocked")])
    assert await store.verify(MEETING) == 3
    assert await store.verify(MeetingId("m2")) == 3


async def test_commits_at_the_same_time_make_one_chain(store: Store, room: Room) -> None:
    await asyncio.gather(
        *(store.commit(MEETING, room.id, {"n": n}, [happening("knocked")]) for n in range(20))
    )
    assert await store.verify(MEETING) == 20


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE record_entries SET what = 'unlocked' WHERE sequence = 2",
        "UPDATE record_entries SET at = at + 1 WHERE sequence = 2",
        "UPDATE record_entries SET facts = '[]' WHERE sequence = 2",
        "DELETE FROM record_entries WHERE sequence = 2",
        "UPDATE record_entries SET hash = previous_hash WHERE sequence = 3",
        'UPDATE record_personal SET fields = \'[["name", "Eve"]]\' WHERE sequence = 1',
        "UPDATE record_personal SET sequence = 2 WHERE sequence = 1",
        "UPDATE record_personal SET key = (SELECT key FROM record_keys)",
        "DELETE FROM record_keys",
    ],
)
async def test_a_changed_record_is_found(
    store: Store, room: Room, place: Place, change: str
) -> None:
    said = [happening("opened", name="Ann"), happening("locked"), happening("ended")]
    await store.commit(MEETING, room.id, None, said)
    place.alter(change)
    with pytest.raises(RecordBroken):
        await store.verify(MEETING)


async def test_personal_fields_that_were_taken_out_are_missed(
    store: Store, room: Room, place: Place
) -> None:
    await store.commit(MEETING, room.id, None, [happening("opened"), happening("left", name="Ann")])
    place.alter("DELETE FROM record_personal")
    with pytest.raises(RecordBroken, match="personal fields of entry 2 are missing"):
        await store.verify(MEETING)


async def test_a_meeting_has_one_random_key_for_its_personal_fields(
    store: Store, room: Room, place: Place
) -> None:
    said = [happening("admitted", name="Ann"), happening("attested", name="Ann")]
    await store.commit(MEETING, room.id, {}, said)
    await store.commit(MEETING, room.id, {}, [happening("opened"), happening("left", name="Bo")])
    await store.commit(MeetingId("m2"), room.id, None, said)
    rows = place.rows("SELECT meeting_id, key FROM record_keys")
    keys = {meeting: bytes(key) for meeting, key in rows}
    assert keys["m1"] != keys["m2"]
    assert {len(key) for key in keys.values()} == {32}
    assert set(place.rows("SELECT key FROM record_personal")) == {(None,)}
    digests = {kept.entry.personal_digest for kept in await store.record(MEETING)}
    assert len(digests) == 4, "equal names have unlike digests; no fields, none"
    assert await store.verify(MEETING) == 4


async def test_a_meeting_without_personal_fields_has_no_key(
    store: Store, room: Room, place: Place
) -> None:
    await store.commit(MEETING, room.id, None, [happening("opened")])
    assert place.rows("SELECT * FROM record_keys") == []


async def test_an_unknown_meeting_has_no_record(store: Store) -> None:
    with pytest.raises(NotFound):
        await store.verify(MeetingId("nobody"))
