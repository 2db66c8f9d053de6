"""A keeper between fakes: what it holds when something fails on the way."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

import pytest

from lobby.snapshot import READABLE, VERSION
from signalling.errors import RequestError
from signalling.nodes.keeper import Keeper
from signalling.overlap import OVERLAP_S, Give
from tests.browser.eventually import eventually
from vmr.ids import MeetingId, RoomId
from vmr.nodes.drain import Drain
from vmr.nodes.node import Node, NodeId
from vmr.nodes.ownership import UNOWNED, Hold, Ownership, is_mine
from vmr.nodes.sight import Look, Standing
from vmr.nodes.standing import parse_standing
from vmr.record import Happening
from vmr.store import LiveMeeting, Overtaken, StoreUnavailable, UnreadableMeeting

ROOM = RoomId("r1")
LIVE = LiveMeeting(MeetingId("m1"), ROOM, {"stage": "locked"})


class FakeOwners:
    """One room, in which a meeting goes on."""

    def __init__(self) -> None:
        self.row = UNOWNED
        self.version = VERSION
        self.is_behind = False
        self.ahead: frozenset[RoomId] = frozenset()
        self.brought_in: dict[str, frozenset[RoomId]] = {}
        self.ended: list[object] = []
        self.drain: Drain | None = None

    async def of_room(self, _room: RoomId) -> Ownership:
        return self.row

    async def take(
        self,
        _room: RoomId,
        node: NodeId,
        seen: Ownership,
        readable: Collection[int] | None = None,
    ) -> tuple[Hold, LiveMeeting | None]:
        if seen != self.row:
            raise Overtaken("faster")
        if readable is not None and self.version not in readable:
            raise UnreadableMeeting(self.version)
        self.row = Ownership(node, seen.epoch + 1)
        return Hold(node, self.row.epoch), LIVE

    async def take_and_end(
        self, room: RoomId, node: NodeId, seen: Ownership, ended: Happening
    ) -> tuple[Hold, LiveMeeting | None]:
        self.ended.append(dict(ended.facts)["code"])
        return await self.take(room, node, seen)

    def tell_ahead(self, tell: Callable[[], Awaitable[None]]) -> None: ...

    async def hand_over(
        self, room: RoomId, hold: Hold, to: NodeId, _snapshot: Mapping[str, Any]
    ) -> None:
        if not is_mine(self.row, hold):
            raise Overtaken("gone")
        await self.take(room, to, self.row)

    async def release(self, _room: RoomId, hold: Hold) -> None:
        if not is_mine(self.row, hold):
            raise Overtaken("gone")
        self.row = Ownership(None, hold.epoch)

    async def overtaken(self, held: dict[RoomId, Hold]) -> frozenset[RoomId]:
        return frozenset(room for room, hold in held.items() if not is_mine(self.row, hold))

    async def of_nodes(self) -> dict[RoomId, Ownership]:
        return {} if self.row.owner is None else {ROOM: self.row}

    async def note_node(self, _name: str, _run: NodeId, _url: str, _at: float) -> None: ...

    async def drain_of(self, _name: str) -> Drain | None:
        return self.drain

    async def note_url(self, _url: str, _at: float) -> None: ...

    async def urls(self, _since: float) -> tuple[str, ...]:
        return ()


class FakeRegistry:
    def __init__(self) -> None:
        self.entry: Node | None = None
        self.said: dict[NodeId, Standing] = {}
        self.others: tuple[Node, ...] = ()
        self.loses_next_cancellation = False
        self.is_asked = asyncio.Event()

    async def look(
        self, me: NodeId, renewed: Node | None, standing: tuple[int, str] = (0, "")
    ) -> Look:
        if renewed is not None:
            self.entry = renewed
            await self.say(me, *standing)
        assert self.entry is not None
        if self.loses_next_cancellation:
            self.is_asked.set()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            self.loses_next_cancellation = False
        return Look(born="b", nodes=(self.entry, *self.others), standings=dict(self.said))

    async def say(self, node: NodeId, _number: int, text: str) -> None:
        self.said[node] = parse_standing(text)

    async def standings(self) -> dict[NodeId, Standing]:
        return self.said

    async def forget(self, nodes: Collection[NodeId]) -> None:
        for node in nodes:
            del self.said[node]

    async def leave(self, _me: NodeId) -> None: ...

    async def close(self) -> None: ...


class FakeTenants:
    people = 0

    def __init__(self) -> None:
        self.is_broken = False
        self.meetings: list[LiveMeeting] = []
        self.given_up: list[RoomId] = []
        self.moved_to: list[str] = []
        self.broken_off: list[LiveMeeting] = []

    def __len__(self) -> int:
        return len(self.meetings)

    async def take_up(self, live: LiveMeeting) -> None:
        if self.is_broken:
            raise StoreUnavailable("gone")
        self.meetings.append(live)

    async def break_off(self, live: LiveMeeting) -> None:
        self.broken_off.append(live)

    async def give_up(self, room: RoomId) -> None:
        self.meetings.clear()
        self.given_up.append(room)

    def needs(self, _room: RoomId) -> bool:
        return bool(self.meetings)

    async def move(self, room: RoomId, give: Give) -> bool:
        if not self.meetings:
            return False
        self.moved_to.append(await give({"stage": "locked"}))
        self.meetings.clear()
        return True

    async def moved(self) -> None: ...

    def end_overlap(self, room: RoomId, epoch: int) -> None: ...

    def look_around(self) -> None: ...


class Scene:
    def __init__(self) -> None:
        self.now = 0.0
        self.narrowed: list[tuple[RoomId, int]] = []
        self.owners, self.tenants, self.registry = FakeOwners(), FakeTenants(), FakeRegistry()
        self.keeper = self.make()

    def make(self) -> Keeper:
        return Keeper(
            name="one",
            url="https://one.example",
            registry=self.registry,  # type: ignore[arg-type]
            owners=self.owners,  # type: ignore[arg-type]
            now=lambda: self.now,
            wall_clock=lambda: self.now,
            on_narrowed=lambda room, epoch: self.narrowed.append((room, epoch)),
        )

    async def is_draining(self) -> bool:
        return self.keeper.is_draining

    async def sees_another(self) -> bool:
        return len(self.keeper.nodes) > 1

    async def __aenter__(self) -> "Scene":
        await self.keeper.start(self.tenants)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.keeper.stop()
        await self.keeper.leave()


async def test_a_room_whose_meeting_could_not_be_taken_up_is_not_held() -> None:
    async with Scene() as scene:
        scene.tenants.is_broken = True
        with pytest.raises(StoreUnavailable):
            await scene.keeper.settle(ROOM)
        with pytest.raises(RequestError) as refused:
            scene.keeper.hold(ROOM)
        assert refused.value.code == "room_moving"
        scene.tenants.is_broken = False
        await scene.keeper.settle(ROOM)
        assert scene.tenants.meetings == [LIVE]
        assert scene.keeper.hold(ROOM) == Hold(scene.keeper.id, 2)


async def test_a_room_that_others_took_is_dropped_without_a_lease_as_well() -> None:
    async with Scene() as scene:
        await scene.keeper.settle(ROOM)
        scene.owners.row = Ownership(NodeId("other"), 2)
        scene.now += 100.0
        assert not scene.keeper.is_leased
        with pytest.raises(RequestError):
            await scene.keeper.settle(ROOM)
        assert scene.tenants.given_up == [ROOM]
        with pytest.raises(RequestError):
            scene.keeper.hold(ROOM)


async def test_a_row_that_was_just_read_and_says_here_is_not_read_again() -> None:
    async with Scene() as scene:
        await scene.keeper.settle(ROOM)
        mine = scene.owners.row
        scene.owners.row = Ownership(NodeId("other"), 2)
        await scene.keeper.settle(ROOM, mine)
        assert scene.tenants.given_up == []


@pytest.mark.parametrize("seen", [None, Ownership(NodeId("other"), 7), UNOWNED])
async def test_a_row_that_says_anything_else_is_read_again(seen: Ownership | None) -> None:
    """It may be older than what this server has taken since."""
    async with Scene() as scene:
        await scene.keeper.settle(ROOM)
        await scene.keeper.settle(ROOM, seen)
        assert scene.tenants.given_up == []
        assert scene.keeper.hold(ROOM) == Hold(scene.keeper.id, 1)
        scene.owners.row = Ownership(NodeId("other"), 2)
        with pytest.raises(RequestError):
            await scene.keeper.settle(ROOM, seen)
        assert scene.tenants.given_up == [ROOM]


async def test_who_comes_as_a_room_is_being_moved_waits_for_where_it_goes() -> None:
    async with Scene() as scene:
        await scene.keeper.settle(ROOM)
        mine, lock = scene.owners.row, asyncio.Lock()
        scene.keeper._settling[ROOM] = lock
        async with lock:
            coming = asyncio.create_task(scene.keeper.settle(ROOM, mine))
            await asyncio.sleep(0)  # it asks
            assert not coming.done()
            scene.owners.row = Ownership(NodeId("other"), 2)
        with pytest.raises(RequestError):
            await coming


async def test_a_room_is_taken_once_by_many_who_ask_at_the_same_time() -> None:
    async with Scene() as scene:
        await asyncio.gather(*(scene.keeper.settle(ROOM) for _ in range(5)))
        assert scene.tenants.meetings == [LIVE]
        assert scene.keeper.hold(ROOM) == Hold(scene.keeper.id, 1)


async def test_it_stops_although_a_cancellation_was_lost_in_the_registry() -> None:
    async with Scene() as scene:
        scene.registry.loses_next_cancellation = True
        await asyncio.wait_for(scene.registry.is_asked.wait(), 30.0)
        await asyncio.wait_for(scene.keeper.stop(), 30.0)
        assert not scene.registry.loses_next_cancellation


async def test_after_it_stopped_nobody_new_is_let_in() -> None:
    scene = Scene()
    async with scene:
        assert scene.keeper.is_leased
    assert not scene.keeper.is_leased


def other(name: str = "two", **changes: object) -> Node:
    node = Node(
        id=NodeId(name), name=name, url=f"https://{name}.example", rooms=0, is_draining=False,
        protocols=(2, 1), snapshots=READABLE,
    )  # fmt: skip
    return replace(node, **changes)  # type: ignore[arg-type]


async def test_a_server_that_is_emptied_hands_its_meetings_to_one_that_is_not() -> None:
    async with Scene() as scene:
        await scene.keeper.settle(ROOM)
        scene.registry.others = (other(), other("three", is_draining=True))
        scene.owners.drain = Drain(leaves_running=False, asked_at=1.0)
        await eventually("it has moved", lambda: is_so(scene.tenants.moved_to))
        assert scene.tenants.moved_to == ["https://two.example"]
        assert scene.owners.row == Ownership(NodeId("two"), 2)
        with pytest.raises(RequestError):
            scene.keeper.hold(ROOM)
        entry = scene.registry.entry
        assert entry is not None
        assert entry.is_draining


async def test_a_meeting_whose_records_wait_in_the_journal_is_not_moved_yet() -> None:
    async with Scene() as scene:
        await scene.keeper.settle(ROOM)
        scene.registry.others = (other(),)
        await eventually("it sees it", scene.sees_another)
        scene.owners.is_behind = True
        with pytest.raises(StoreUnavailable):
            await scene.keeper._move(ROOM)
        assert scene.keeper.hold(ROOM) == Hold(scene.keeper.id, 1)
        scene.owners.is_behind = False
        assert await scene.keeper._move(ROOM)


async def test_meetings_stay_where_they_are_when_that_was_asked_or_nobody_can_take_them() -> None:
    for leaves_running, beside in (
        (True, other()),
        (False, other(is_draining=True)),
        (False, other(snapshots=(VERSION - 1,))),
        (False, other(protocols=(99,))),
    ):
        async with Scene() as scene:
            await scene.keeper.settle(ROOM)
            scene.registry.others = (beside,)
            scene.owners.drain = Drain(leaves_running=leaves_running, asked_at=1.0)
            await eventually("it follows", scene.is_draining)
            await eventually("and sees it", scene.sees_another)
            await scene.keeper.move_out()
            moved = scene.tenants.moved_to
            assert moved == (["https://two.example"] if leaves_running else [])


async def test_a_meeting_of_a_newer_version_waits_for_a_server_that_can_read_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with Scene() as scene:
        scene.owners.version = VERSION + 1
        scene.owners.row = Ownership(scene.keeper.id, 7)
        for _ in range(2):
            with pytest.raises(RequestError) as refused:
                await scene.keeper.settle(ROOM)
            assert refused.value.code == "newer_meeting"
        assert caplog.text.count("no server can read the meeting that was left") == 1
        assert scene.owners.row == Ownership(scene.keeper.id, 7), "nothing was taken"
        assert scene.tenants.meetings == []
        newer = other("newer", snapshots=(VERSION + 1, VERSION))
        scene.registry.others = (other(), newer)
        await eventually("it sees them", lambda: is_so(len(scene.keeper.nodes) == 3))
        with contextlib.suppress(RequestError):
            await scene.keeper.settle(ROOM)
        assert scene.owners.row.owner == newer.id


async def test_a_server_that_is_emptied_keeps_what_no_other_can_read() -> None:
    async with Scene() as scene:
        scene.registry.others = (other(snapshots=(VERSION - 1,)),)
        scene.owners.drain = Drain(leaves_running=False, asked_at=1.0)
        await eventually("it follows", scene.is_draining)
        await eventually("and sees it", scene.sees_another)
        scene.owners.row = Ownership(scene.keeper.id, 7)
        await scene.keeper.settle(ROOM)
        assert scene.keeper.hold(ROOM) == Hold(scene.keeper.id, 8)
        assert scene.tenants.meetings == [LIVE]


async def test_what_is_taken_from_somebody_is_told_as_long_as_another_may_still_forward() -> None:
    async with Scene() as scene:
        scene.keeper.narrowed(ROOM)
        await scene.keeper.settle(ROOM)
        scene.keeper.narrowed(ROOM)
        assert scene.narrowed == [(ROOM, 1)]
        scene.now += 2 * OVERLAP_S
        scene.keeper.narrowed(ROOM)
        assert scene.narrowed == [(ROOM, 1)]


async def is_so(value: object) -> bool:
    return bool(value)


DEAD = NodeId("one.dead")


async def test_a_room_of_the_dead_is_gone_on_with_only_where_the_database_knows_all_of_it() -> None:
    behind, whole = Standing(ahead=frozenset({ROOM})), Standing(is_settled=True)
    for said, is_ended in ((None, True), (Standing(), True), (behind, True), (whole, False)):
        async with Scene() as scene:
            await takes_from_dead(scene, said)
            assert scene.owners.ended == (["broken_off"] if is_ended else [])
            assert scene.tenants.broken_off == ([LIVE] if is_ended else [])
            assert scene.tenants.meetings == ([] if is_ended else [LIVE])


async def test_a_dead_servers_journal_that_came_in_here_makes_its_rooms_whole_again() -> None:
    for ahead, is_ended in (({ROOM}, False), ({ROOM, RoomId("r2")}, False), (set(), True)):
        scene = Scene()
        scene.registry.said[DEAD] = Standing(ahead=frozenset({ROOM}))
        scene.owners.brought_in = {"dead": frozenset(ahead)}
        scene.keeper = scene.make()
        async with scene:
            await takes_from_dead(scene, None)
            assert bool(scene.owners.ended) is is_ended


async def takes_from_dead(scene: "Scene", said: Standing | None) -> None:
    if said is not None:
        scene.registry.said[DEAD] = said
    scene.owners.row = Ownership(DEAD, 7)

    for _ in range(10):
        scene.now += 1.0
        await scene.keeper._presence.beat()
    await scene.keeper.settle(ROOM)
    assert scene.keeper.hold(ROOM).epoch == 8  # type: ignore[union-attr]


async def test_a_room_that_ended_while_the_database_was_away_is_not_given_back_before() -> None:
    async with Scene() as scene:
        await scene.keeper.settle(ROOM)
        scene.tenants.meetings.clear()
        scene.owners.ahead = frozenset({ROOM})
        for _ in range(3):
            scene.now += 20.0
            await scene.keeper._give_back()
        assert scene.keeper.hold(ROOM) is not None
        scene.owners.ahead = frozenset()
        for _ in range(3):
            scene.now += 20.0
            await scene.keeper._give_back()
        assert scene.owners.row.owner is None
