"""Who runs a room: one server at a time, and who lost it writes nothing of it any more."""

import asyncio
import asyncio.subprocess as subprocess
import contextlib
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.signalling.store_house import make_room
from tests.store import conftest
from tests.store.places import Place, PostgresqlPlace
from tests.store.test_meetings import happening
from vmr.ids import MeetingId, RoomId
from vmr.nodes.node import NodeId
from vmr.nodes.ownership import UNOWNED, Hold, Ownership
from vmr.rooms import Room
from vmr.store import Occupied, Overtaken, Store, UnsupportedDatabase

MEETING = MeetingId("m1")
ONE, TWO = NodeId("one"), NodeId("two")
TIMEOUT_S = 60.0
ENOUGH = 20


async def take(store: Store, room: Room, node: NodeId) -> Hold:
    hold, _ = await store.owners.take(room.id, node, await store.owners.of_room(room.id))
    return hold


async def test_a_room_nobody_ever_ran_has_no_owner(store: Store, room: Room) -> None:
    assert await store.owners.of_room(room.id) == UNOWNED
    assert await store.owners.of_nodes() == {}


async def test_who_takes_a_room_has_it_under_the_next_epoch(store: Store, room: Room) -> None:
    assert await take(store, room, ONE) == Hold(ONE, 1)
    assert await take(store, room, TWO) == Hold(TWO, 2)
    assert await store.owners.of_nodes() == {room.id: Ownership(TWO, 2)}


async def test_only_the_first_of_two_that_saw_the_same_takes_it(store: Store, room: Room) -> None:
    for seen in (UNOWNED, Ownership(ONE, 1)):
        both = await asyncio.gather(
            store.owners.take(room.id, ONE, seen), store.owners.take(room.id, TWO, seen),
            return_exceptions=True,
        )  # fmt: skip
        assert isinstance(both[0], tuple)
        assert isinstance(both[1], Overtaken)


async def test_who_takes_a_room_finds_its_meeting_as_it_was_left(store: Store, room: Room) -> None:
    hold = await take(store, room, ONE)
    await store.commit(MEETING, room.id, {"stage": "locked"}, [happening("locked")], hold)
    _, live = await store.owners.take(room.id, TWO, Ownership(ONE, 1))
    assert live == (MEETING, room.id, {"stage": "locked"})


async def test_a_room_is_handed_over_with_its_meetings_snapshot_or_not_at_all(
    store: Store, room: Room
) -> None:
    hold = await take(store, room, ONE)
    await store.commit(MEETING, room.id, {"stage": "locked"}, [happening("locked")], hold)
    await store.owners.hand_over(room.id, hold, TWO, {"stage": "locked", "moved": True})
    seen = await store.owners.of_room(room.id)
    assert seen == Ownership(TWO, 2)
    with pytest.raises(Overtaken):
        await store.owners.hand_over(room.id, hold, ONE, {"stage": "open"})
    taken, live = await store.owners.take(room.id, TWO, seen)
    assert (taken, live) == (Hold(TWO, 3), (MEETING, room.id, {"stage": "locked", "moved": True}))


@pytest.mark.parametrize("snapshot", [{"stage": "open"}, None])
async def test_who_lost_a_room_writes_nothing_of_it(
    store: Store, room: Room, snapshot: dict[str, str] | None
) -> None:
    hold = await take(store, room, ONE)
    await store.commit(MEETING, room.id, {"stage": "locked"}, [happening("locked")], hold)
    await take(store, room, TWO)
    with pytest.raises(Overtaken):
        await store.commit(MEETING, room.id, snapshot, [happening("unlocked")], hold)
    (live,) = await store.live_meetings()
    assert live.snapshot == {"stage": "locked"}
    assert [kept.entry.what for kept in await store.record(MEETING)] == ["locked"]


async def test_a_room_that_was_given_back_is_nobodys_and_keeps_its_epoch(
    store: Store, room: Room
) -> None:
    hold = await take(store, room, ONE)
    await store.owners.release(room.id, hold)
    assert await store.owners.of_room(room.id) == Ownership(None, 1)
    with pytest.raises(Overtaken):
        await store.commit(MEETING, room.id, {}, [], hold)
    with pytest.raises(Overtaken):
        await store.owners.release(room.id, hold)
    assert await take(store, room, ONE) == Hold(ONE, 2)


async def test_a_server_learns_which_of_its_rooms_others_have(store: Store, room: Room) -> None:
    hold = await take(store, room, ONE)
    assert await store.owners.overtaken({room.id: hold}) == frozenset()
    await take(store, room, TWO)
    unknown = RoomId("unknown")
    found = await store.owners.overtaken({room.id: hold, unknown: hold})
    assert found == {room.id, unknown}


async def test_where_browsers_reach_the_servers_is_known_while_it_is_used(store: Store) -> None:
    await store.owners.note_url("https://one.example", 10.0)
    await store.owners.note_url("https://two.example", 20.0)
    assert await store.owners.urls(10.0) == ("https://one.example", "https://two.example")
    assert await store.owners.urls(15.0) == ("https://two.example",)
    await store.owners.note_url("https://one.example", 30.0)
    assert await store.owners.urls(25.0) == ("https://one.example",)


async def test_a_server_that_has_gone_is_known_by_its_name_and_last_address(store: Store) -> None:
    await store.owners.note_node("one", ONE, "https://old.example", 10.0)
    await store.owners.note_node("one", ONE, "https://one.example", 20.0)
    (row,) = await store.owners.nodes()
    assert (row.name, row.run, row.url) == ("one", ONE, "https://one.example")
    assert row.seen_at == 20.0


async def test_a_file_is_not_shared(path: Path) -> None:
    store = await Store.open(f"sqlite:///{path}")
    with pytest.raises(UnsupportedDatabase):
        await store.owners.claim()
    await store.close()


async def test_the_old_owner_is_fenced_off_in_the_middle_of_writing(
    store: Store, room: Room, place: Place
) -> None:
    async with holder(place, room, ONE) as one:
        while await said(one) != f"kept {ENOUGH}":
            pass
        async with holder(place, room, TWO) as two:
            found = await said(two)
            for _ in range(ENOUGH):
                assert (await said(two)).startswith("kept")
            heard = [line async for line in lines(one)]
    assert heard.pop() == "overtaken"
    last = int(heard[-1].split()[1]) if heard else ENOUGH
    assert found == f"found {last}", "what was kept for the one was not found by the other"
    assert await store.verify(MEETING) >= last + ENOUGH
    actors = [kept.entry.actor for kept in await store.record(MEETING)]
    assert actors[:last] == [ONE] * last
    assert set(actors[last:]) == {TWO}


@pytest.fixture
def in_server(request: pytest.FixtureRequest, template: str) -> Iterator[PostgresqlPlace]:
    """A database that several servers can share."""
    yield from conftest.in_server(request, template)


@contextlib.asynccontextmanager
async def holder(place: Place, room: Room, node: NodeId) -> AsyncIterator[subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.store.holding", place.url, room.id, node,
        cwd=Path(__file__).parents[2], stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def said(process: subprocess.Process) -> str:
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), TIMEOUT_S)
    return line.decode().strip()


async def lines(process: subprocess.Process) -> AsyncIterator[str]:
    while line := await said(process):
        yield line


async def test_servers_that_share_a_database_and_one_that_runs_alone_exclude_each_other(
    in_server: PostgresqlPlace,
) -> None:
    store, other, alone = [await Store.open(in_server.url) for _ in range(3)]
    try:
        await store.owners.claim()
        await other.owners.claim()
        with pytest.raises(Occupied):
            await alone.claim()
        await store.close()
        await other.close()
        await alone.claim()
        late = await Store.open(in_server.url)
        with pytest.raises(Occupied):
            await late.owners.claim()
        await late.close()
    finally:
        await other.close()
        await alone.close()


async def test_meetings_of_a_server_that_ran_alone_are_there_to_be_taken(
    in_server: PostgresqlPlace,
) -> None:
    store = await Store.open(in_server.url)
    room = await make_room(store)
    await store.commit(MEETING, room.id, {"stage": "locked"}, [happening("locked")])
    await store.owners.claim()
    ownership = (await store.owners.of_nodes())[room.id]
    _, live = await store.owners.take(room.id, ONE, ownership)
    assert live is not None
    assert live.snapshot == {"stage": "locked"}
    await store.close()
