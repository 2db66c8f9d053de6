"""A keeper between fakes: what it holds when something fails on the way."""

import asyncio

import pytest

from signalling.errors import RequestError
from signalling.nodes.keeper import Keeper
from vmr.ids import MeetingId, RoomId
from vmr.nodes.node import Node, NodeId
from vmr.nodes.ownership import UNOWNED, Hold, Ownership, is_mine
from vmr.nodes.sight import Look
from vmr.store import LiveMeeting, Overtaken, StoreUnavailable

ROOM = RoomId("r1")
LIVE = LiveMeeting(MeetingId("m1"), ROOM, {"stage": "locked"})


class FakeOwners:
    """One room, in which a meeting goes on."""

    def __init__(self) -> None:
        self.row = UNOWNED

    async def of_room(self, _room: RoomId) -> Ownership:
        return self.row

    async def take(
        self, _room: RoomId, node: NodeId, seen: Ownership
    ) -> tuple[Hold, LiveMeeting | None]:
        if seen != self.row:
            raise Overtaken("faster")
        self.row = Ownership(node, seen.epoch + 1)
        return Hold(node, self.row.epoch), LIVE

    async def release(self, _room: RoomId, hold: Hold) -> None:
        if not is_mine(self.row, hold):
            raise Overtaken("gone")
        self.row = Ownership(None, hold.epoch)

    async def overtaken(self, held: dict[RoomId, Hold]) -> frozenset[RoomId]:
        return frozenset(room for room, hold in held.items() if not is_mine(self.row, hold))

    async def of_nodes(self) -> dict[RoomId, Ownership]:
        return {} if self.row.owner is None else {ROOM: self.row}

    async def note_url(self, _url: str, _at: float) -> None: ...

    async def urls(self, _since: float) -> tuple[str, ...]:
        return ()


class FakeRegistry:
    def __init__(self) -> None:
        self.nodes: tuple[Node, ...] = ()

    async def look(self, _me: NodeId, renewed: Node | None) -> Look:
        if renewed is not None:
            self.nodes = (renewed,)
        return Look(born="b", nodes=self.nodes)

    async def leave(self, _me: NodeId) -> None: ...

    async def close(self) -> None: ...


class FakeTenants:
    people = 0

    def __init__(self) -> None:
        self.is_broken = False
        self.meetings: list[LiveMeeting] = []
        self.given_up: list[RoomId] = []

    def __len__(self) -> int:
        return len(self.meetings)

    async def take_up(self, live: LiveMeeting) -> None:
        if self.is_broken:
            raise StoreUnavailable("gone")
        self.meetings.append(live)

    async def give_up(self, room: RoomId) -> None:
        self.meetings.clear()
        self.given_up.append(room)

    def needs(self, _room: RoomId) -> bool:
        return bool(self.meetings)

    def look_around(self) -> None: ...


class Scene:
    def __init__(self) -> None:
        self.now = 0.0
        self.owners, self.tenants = FakeOwners(), FakeTenants()
        self.keeper = Keeper(
            name="one",
            url="https://one.example",
            registry=FakeRegistry(),  # type: ignore[arg-type]
            owners=self.owners,  # type: ignore[arg-type]
            now=lambda: self.now,
            wall_clock=lambda: self.now,
        )

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


async def test_a_room_is_taken_once_by_many_who_ask_at_the_same_time() -> None:
    async with Scene() as scene:
        await asyncio.gather(*(scene.keeper.settle(ROOM) for _ in range(5)))
        assert scene.tenants.meetings == [LIVE]
        assert scene.keeper.hold(ROOM) == Hold(scene.keeper.id, 1)


async def test_after_it_stopped_nobody_new_is_let_in() -> None:
    scene = Scene()
    async with scene:
        assert scene.keeper.is_leased
    assert not scene.keeper.is_leased
