"""How long two people of a locked meeting are without a new picture, and without sound, while it is
moved from one server to another, as their Chromium shows it.

Two `vmr serve` with a PostgreSQL and a Redis of their own; the meeting is moved there and back.
"""

import asyncio
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from playwright.async_api import ViewportSize, async_playwright

from tests.bench.packet_cost import quantile
from tests.bench.table import Figure
from tests.browser.conftest import IN_PAGE, TIMEOUT_MS, VIEWPORT, Browsers, World
from tests.browser.faces import FACES
from tests.browser.network import TcpProxy
from tests.browser.nodes import knows, start_node
from tests.browser.person import Person
from tests.browser.rooms import make_room
from tests.browser.steps import all_see_and_hear, locked_meeting
from tests.browser.test_node_lost import owner_of, run_at
from tests.browser.test_node_moved import Gaps, moved_gaps, name_of, watch, watched
from tests.peers.postgresql import Postgresql
from tests.peers.redis import Redis
from vmr.store import Store

BAR_MS = 200.0
USUAL_S = 2.0
"""About as long as a move takes."""


async def measure_moves(rounds: int) -> tuple[list[Gaps], list[Gaps]]:
    """While the meeting is moved each time, and in a while without that before."""
    async with AsyncExitStack() as stack:
        postgresql, redis = Postgresql(waits_for_disk=True), Redis()
        stack.callback(postgresql.remove)
        postgresql.make()
        postgresql.start()
        stack.callback(redis.stop)
        redis.start()
        database = postgresql.url(stack.enter_context(postgresql.database()))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        nodes = [await _node(folder, str(number), database, redis, stack) for number in range(2)]
        for node in nodes:
            await knows(node, nodes)
        playwright = await stack.enter_async_context(async_playwright())
        browsers = Browsers(playwright, folder)
        stack.push_async_callback(browsers.close)
        return await _rounds(rounds, database, nodes, browsers)


def moved_figures(moved: Sequence[Gaps], usual: Sequence[Gaps]) -> list[Figure]:
    """The machine's own gaps, without a move, are told beside: both are bound by the bar."""
    figures = []
    for name, kind in (("picture", "pictures"), ("sound", "sounds")):
        gaps, before = _all(moved, kind), _all(usual, kind)
        figures.append(
            Figure(
                name=f"a meeting is moved, longest time without a new {name}, {len(gaps)} times",
                measured=f"{_spread(gaps)} (without a move {_spread(before)})",
                bar="<= 200 ms",
                is_met=max(gaps) <= BAR_MS,
            )
        )
    arrivals, before = _all(moved, "arrivals"), _all(usual, "arrivals")
    figures.append(
        Figure(
            name="of that between the arrivals of two pictures",
            measured=f"{_spread(arrivals)} (without a move {_spread(before)})",
        )
    )
    return figures


def _all(gaps: Sequence[Gaps], kind: str) -> list[float]:
    return [gap for one in gaps for gap in getattr(one, kind)]


def _spread(gaps: Sequence[float]) -> str:
    return f"p50 {quantile(gaps, 0.5):.0f}, worst {max(gaps):.0f} ms"


async def _node(
    folder: Path, name: str, database: str, redis: Redis, stack: AsyncExitStack
) -> World:
    world = await start_node(folder / name, database, redis)
    stack.push_async_callback(world.relay.close)
    stack.push_async_callback(world.server.kill)
    return world


async def _rounds(
    rounds: int, database: str, nodes: list[World], browsers: Browsers
) -> tuple[list[Gaps], list[Gaps]]:
    room = await make_room(database, "legal", "Moved")
    await run_at(nodes[0], room.address, database)

    async def here(name: str, face: int) -> Person:
        return await _person(name, face, nodes[0], browsers)

    guest, officer = await locked_meeting(room, here)
    await all_see_and_hear(guest, officer)
    store = await Store.open(database)
    moved: list[Gaps] = []
    usual: list[Gaps] = []
    for _ in range(rounds):
        old = await owner_of(store, room.address, nodes)
        await watch(guest, officer)
        await asyncio.sleep(USUAL_S)
        usual.append(await watched(guest, officer))
        moved.append(await moved_gaps(store, old, guest, officer))
        assert moved[-1].doubled == 0
        assert await store.owners.set_drain(await name_of(old), None)
        await all_see_and_hear(guest, officer)
    await store.close()
    return moved, usual


async def _person(name: str, face: int, world: World, browsers: Browsers) -> Person:
    proxy = TcpProxy(("127.0.0.1", world.server.http_port))
    await proxy.start()
    browser = await browsers.of(face)
    size = ViewportSize(width=VIEWPORT["width"], height=VIEWPORT["height"])
    context = await browser.new_context(viewport=size)
    context.set_default_timeout(TIMEOUT_MS)
    await context.grant_permissions(["camera", "microphone"])
    await context.add_init_script(IN_PAGE)
    page = await context.new_page()
    person = Person(name, FACES[face - 1], context, page, proxy, world.relay)
    person.origin = world.server.url
    person.may_lose_network = True
    return person
