"""What servers count together: wrong passwords, codes to mailboxes, hosts at no terminal."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest_asyncio

from signalling.bookings.mailboxes import TooManyCodes
from signalling.config import SignallingConfig
from signalling.nodes.alone import Alone
from signalling.nodes.far_desk import TOGETHER, FarDesk
from signalling.staff.config import StaffConfig
from signalling.wire import JsonObject
from tests.browser.eventually import eventually
from tests.signalling.fakes.store import FakeStore
from tests.signalling.house import House
from tests.signalling.officers import account, staff_store
from tests.signalling.staff.browser import PASSWORD
from vmr.ids import OfficerId, RoomId
from vmr.nodes.node import NodeId
from vmr.nodes.ownership import UNOWNED, Ownership


class Bus:
    """The wires of some servers, for what is told to all."""

    def __init__(self) -> None:
        self.heard: list[Callable[[bytes], None]] = []
        self.is_away = False
        self.told_together: list[int] = []

    async def tell_all(self, texts: Iterable[str]) -> None:
        self.told_together.append(0)
        for text in texts:
            self.told_together[-1] += 1
            await self.tell(text)

    async def tell(self, text: str, to: NodeId | None = None) -> int:
        assert to is None
        if not self.is_away:
            for hear in self.heard:
                hear(text.encode())
        return len(self.heard)

    async def listen(self, hear: Callable[[bytes], None], on_begin: Callable[[], None]) -> None:
        self.heard.append(hear)
        on_begin()
        await asyncio.Event().wait()

    async def close(self) -> None: ...


async def nobody_runs(_room: RoomId) -> Ownership:
    return UNOWNED


async def does_nothing(
    _room: RoomId, _by: OfficerId, _event: str, _payload: JsonObject
) -> None: ...


class Pair:
    """Two servers on one store, with one clock."""

    def __init__(self, one: House, two: House, bus: Bus) -> None:
        self.one, self.two, self.bus = one, two, bus

    async def enter(self, house: House, password: str, address: str = "192.0.2.1") -> bool:
        found = await house.staff.sign_in.check_password("reed", password, address)
        await asyncio.sleep(0)  # what is told to others goes out in a task
        await asyncio.sleep(0)
        return found is not None


@pytest_asyncio.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    bus, store = Bus(), FakeStore()
    config = SignallingConfig(staff=StaffConfig(is_secure=False, tries=4, address_tries=8))
    async with AsyncExitStack() as stack:
        store.staff = await stack.enter_async_context(staff_store(tmp_path))
        houses: list[House] = []
        for name in ("one", "two"):
            clock = houses[0].clock if houses else None
            house = House(store=store, config=config, clock=clock)
            houses.append(await stack.enter_async_context(house))
            desk = FarDesk(
                me=NodeId(name),
                wire=bus,  # type: ignore[arg-type]
                rights=Alone(),
                owner_of=nobody_runs,
                board=house.running.meetings.board,
                tallies=house.running.ground.tallies,
                now=time.monotonic,
            )
            desk.start(does_nothing)
            stack.push_async_callback(desk.stop)

        async def are_listening() -> bool:
            return len(bus.heard) == len(houses)

        await eventually("both listen", are_listening)
        yield Pair(houses[0], houses[1], bus)


async def test_wrong_passwords_at_all_servers_together_close_an_account(pair: Pair) -> None:
    await account(pair.one)
    for house in (pair.one, pair.two, pair.one, pair.two):
        assert not await pair.enter(house, "wrong password")
    for house in (pair.one, pair.two):
        assert not await pair.enter(house, PASSWORD)
    pair.one.clock.advance(901)
    assert await pair.enter(pair.two, PASSWORD)


async def test_the_right_password_at_one_server_clears_the_count_at_all(pair: Pair) -> None:
    await account(pair.one)
    for _ in range(3):
        assert not await pair.enter(pair.one, "wrong password")
        assert await pair.enter(pair.two, PASSWORD)
        assert not await pair.enter(pair.one, "wrong password")
        assert await pair.enter(pair.one, PASSWORD)


async def test_without_the_others_each_servers_own_count_holds(pair: Pair) -> None:
    await account(pair.one)
    pair.bus.is_away = True
    for _ in range(4):
        assert not await pair.enter(pair.one, "wrong password")
    assert not await pair.enter(pair.one, PASSWORD)
    assert await pair.enter(pair.two, PASSWORD)


async def test_no_name_and_no_address_is_told(pair: Pair) -> None:
    told: list[bytes] = []
    pair.bus.heard.append(told.append)
    await pair.enter(pair.one, "wrong password")
    assert told
    assert not any(b"reed" in one or b"192.0.2.1" in one for one in told)


async def test_codes_to_a_mailbox_are_counted_together(pair: Pair) -> None:
    apps = [house.signalling.requests for house in (pair.one, pair.two)]
    made = 0
    for number in range(20):
        app = apps[number % 2]
        assert app is not None
        try:
            app.mailboxes.ask(
                f"cookie-{number}", "ann@law.example", f"192.0.2.{number}", pair.one.clock(),
                establishment="", place="",
            )  # fmt: skip
        except TooManyCodes:
            continue
        made += 1
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert made == pair.one.signalling._config.requests.codes_burst


async def test_hosts_who_are_refused_at_one_server_are_seen_at_the_desks_of_all(
    pair: Pair,
) -> None:
    room = pair.one.room
    seen: list[JsonObject | None] = []

    class Desk:
        establishment = room.establishment.id

        def show(self, _room: RoomId, state: JsonObject | None) -> None:
            seen.append(state and state["hosts_refused"])  # type: ignore[arg-type]

        def ring(self, _data: JsonObject) -> None: ...

    board = pair.two.running.meetings.board
    await board.refresh(room.establishment.id)
    board.watch(Desk())
    for _ in range(2):
        pair.one.running.meetings.board.refuse_host(room)
    board.refuse_host(room)
    now = pair.one.clock()

    async def is_seen() -> bool:
        return {"count": 3, "last_at": now} in seen

    await eventually("the desk of the other server shows all three", is_seen)
    pair.one.running.meetings.board.republish()
    pair.one.clock.advance(3601)
    for house in (pair.one, pair.two):
        house.running.meetings.board.ring()
    assert seen[-1] is None


async def test_news_of_many_rooms_go_out_together(pair: Pair) -> None:
    rooms = [pair.one.store.add_room() for _ in range(2 * TOGETHER + 1)]
    for room in rooms:
        pair.one.running.meetings.board.refuse_host(room)

    async def are_told() -> bool:
        return sum(pair.bus.told_together) == len(rooms)

    await eventually("all are told", are_told)
    assert pair.bus.told_together == [TOGETHER, TOGETHER, 1]
