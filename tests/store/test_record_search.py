"""Records are found by date, room and name, within one establishment."""

from typing import Any

import pytest
from sqlalchemy import column, insert, table

from tests.store.places import Place
from tests.store.test_migrations import fill
from tests.store.test_retention import run as retention
from vmr.ids import EstablishmentId, MeetingId, RoomId
from vmr.policies import PolicyName
from vmr.record import Happening
from vmr.rooms import Room
from vmr.store import Store, Wanted
from vmr.store.database import dialect_of
from vmr.store.migrate import upgrade

BEFORE = "0011"  # the search looked through the personal fields of every entry


async def hold(
    store: Store, room: Room, meeting: str, at: float, *names: str, ends: bool = True
) -> None:
    """A meeting to which people with these names came."""
    came = [
        Happening(
            at=at + number, actor=f"guest:p{number}", what="joined", facts=(("how", "invited"),),
            personal=((f"p{number}.1", name),),
        )
        for number, name in enumerate(names)
    ]  # fmt: skip
    opened = Happening(at=at, actor="host:h", what="opened", personal=(("note", "Nightingale"),))
    ended = Happening(at=at + 60, actor="server", what="ended", facts=(("code", "slot_over"),))
    done = [opened, *came, *([ended] if ends else [])]
    await store.commit(MeetingId(meeting), room.id, None if ends else {}, done)


async def found(
    store: Store, establishment: EstablishmentId, *, skip: int = 0, most: int = 10, **wanted: Any
) -> list[str]:
    records, _ = await store.record_search.find(
        establishment, Wanted(**wanted), skip=skip, most=most
    )
    return [one.meeting for one in records]


async def test_records_are_listed_the_newest_first_and_by_pages(store: Store, room: Room) -> None:
    for number in range(5):
        await hold(store, room, f"m{number}", 1000.0 * number, "Ann")
    prison = room.establishment.id
    first, has_more = await store.record_search.find(prison, Wanted(), skip=0, most=2)
    assert [one.meeting for one in first] == ["m4", "m3"]
    assert has_more
    last, has_more = await store.record_search.find(prison, Wanted(), skip=4, most=2)
    assert [one.meeting for one in last] == ["m0"]
    assert not has_more


async def test_a_found_record_says_how_the_meeting_went(store: Store, room: Room) -> None:
    await hold(store, room, "m1", 1000.0, "Ann")
    one = await store.record_search.one(MeetingId("m1"))
    assert one is not None
    assert (one.room_name, one.policy, one.establishment) == (
        "Room 1", PolicyName.LEGAL, room.establishment.id,
    )  # fmt: skip
    assert (one.started_at, one.opened_at, one.ended_at) == (1000.0, 1000.0, 1060.0)
    assert (one.end_code, one.is_live) == ("slot_over", False)
    await hold(store, room, "m2", 2000.0, ends=False)
    live = await store.record_search.one(MeetingId("m2"))
    assert live is not None
    assert (live.is_live, live.ended_at, live.end_code) == (True, None, "")
    assert await store.record_search.one(MeetingId("m3")) is None


async def test_another_establishment_and_another_room_are_left_out(
    store: Store, room: Room
) -> None:
    other = await store.add_establishment(name="HMP Other", phone="1")
    theirs = await store.add_room(other, name="R", policy=PolicyName.SOCIAL, pin_hash="x")
    second = await store.add_room(
        room.establishment, name="Room 2", policy=PolicyName.LEGAL, pin_hash="x"
    )
    await hold(store, theirs, "theirs", 10.0, "Ann")
    await hold(store, room, "m1", 20.0, "Ann")
    await hold(store, second, "m2", 30.0, "Ann")
    prison = room.establishment.id
    assert await found(store, prison) == ["m2", "m1"]
    assert await found(store, prison, name="ann") == ["m2", "m1"]
    assert await found(store, prison, room=second.id) == ["m2"]
    assert await found(store, prison, room=RoomId(theirs.id)) == []
    assert await found(store, other.id) == ["theirs"]


async def test_dates_bound_the_beginning_and_the_last_is_excluded(store: Store, room: Room) -> None:
    for number in range(4):
        await hold(store, room, f"m{number}", 1000.0 * number)
    assert await found(store, room.establishment.id, since=1000.0, until=3000.0) == ["m2", "m1"]


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("Ann Example", "ann ex"), ("Ann", "NN"), ("Émile", "émile"), ("émile", "ÉMILE"),
        ("E\u0301mile", "Émile"), ("李娜", "李"), ("Łódź", "łódź"), ('Jo "Bo" \\ Ek', '"bo" \\'),
        ("100% _", "0% _"), ("Müller", "mÜLL"), ("Nguyễn", "nguyen"),
    ],
)  # fmt: skip
async def test_a_name_is_found_as_people_type_it(
    store: Store, room: Room, name: str, asked: str
) -> None:
    await hold(store, room, "m1", 10.0, "Somebody else")
    await hold(store, room, "m2", 20.0, "Somebody else", name)
    assert await found(store, room.establishment.id, name=asked) == ["m2"]


@pytest.mark.parametrize("asked", ["officer", "p1.1", "Nightingale", "%", "_", "p0", '"'])
async def test_only_names_are_looked_at(store: Store, room: Room, asked: str) -> None:
    await hold(store, room, "m1", 10.0, "Ann", "Bob")
    assert await found(store, room.establishment.id, name=asked) == []


async def test_officers_and_names_on_ids_are_names_too(store: Store, room: Room) -> None:
    sealed = Happening(
        at=1.0, actor="officer:o1", what="attested",
        personal=(("officer", "A. Reed"), ("verified_name", "Joan Sealed")),
    )  # fmt: skip
    await store.commit(MeetingId("m1"), room.id, None, [sealed])
    for asked in ("reed", "joan"):
        assert await found(store, room.establishment.id, name=asked) == ["m1"]


async def test_pages_of_a_search_by_name_follow_each_other(store: Store, room: Room) -> None:
    for number in range(5):
        await hold(store, room, f"m{number}", 1000.0 * number, "Ann", "Ann Again", "Bob")
    prison = room.establishment.id
    assert await found(store, prison, name="ann", most=2) == ["m4", "m3"]
    assert await found(store, prison, name="ann", skip=2, most=2) == ["m2", "m1"]
    _, has_more = await store.record_search.find(prison, Wanted(name="ann"), skip=4, most=2)
    assert not has_more


async def test_a_deleted_name_is_found_no_more(store: Store, room: Room, place: Place) -> None:
    await hold(store, room, "m1", 10.0, "Ann")
    await retention(store)
    assert await found(store, room.establishment.id, name="ann") == []
    assert await found(store, room.establishment.id) == ["m1"]
    assert place.rows("SELECT names FROM meetings") == [("",)]


async def test_a_name_that_comes_later_is_found_with_those_before(store: Store, room: Room) -> None:
    await hold(store, room, "m1", 10.0, "Ann", "Bob", ends=False)
    await hold(store, room, "m1", 20.0, "Bob", "Cem", ends=False)
    for name in ("ann", "bob", "cem"):
        assert await found(store, room.establishment.id, name=name) == ["m1"]
    assert await found(store, room.establishment.id, name="ann bob") == [], "two people"


async def test_records_of_an_older_version_are_found_by_name(empty: Place) -> None:
    dialect = dialect_of(empty.url)
    dialect.prepare()
    engine = dialect.writer()
    with engine.begin() as connection:
        upgrade(connection, "0001")
        fill(connection)
        upgrade(connection, BEFORE)
        row = {"meeting_id": "m-ended", "sequence": 2, "fields": '[["p0.1", "Émile O\'Neil"]]'}
        connection.execute(insert(table("record_personal", *map(column, row))), [row])
    engine.dispose()
    store = await Store.open(empty.url)
    try:
        prison = EstablishmentId("e1")
        assert await found(store, prison, name="emile o'n") == ["m-ended"]
        assert await found(store, prison, name="p0") == []
    finally:
        await store.close()
