"""One monitoring terminal for the rooms of all servers: a socket at each, by a ticket that is good
once, at one server, for one officer; and the rules of watching count at the server of the room."""

import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from socketio.exceptions import ConnectionError as NoConnection

from signalling.desk.sockets import DESK
from signalling.staff.cookies import Cookies
from tests.browser.eventually import eventually
from tests.signalling.client import Refused, data_of
from tests.signalling.house import CONFIG, PIN, PIN_HASH
from tests.signalling.monitor.monitor_client import OFFER, MonitorClient
from tests.signalling.nodes.estate import SETTLED_S, Estate, Page
from tests.signalling.nodes.node_process import NodeProcess
from tests.signalling.officers import SignedInOfficer, sign_in_officer
from vmr.cli.serve import steady_clock
from vmr.nodes.node import NodeId
from vmr.policies import PolicyName
from vmr.staff import StaffRole

COOKIE = Cookies(is_secure=CONFIG.staff.is_secure).name


class Wall:
    """An officer's pages: `home` is the one with the cookie, the others come by its tickets."""

    def __init__(self, officer: SignedInOfficer, home: NodeProcess) -> None:
        self.officer = officer
        self.home = MonitorClient(home.url, officer.headers)
        self._pages = {home.url: self.home}

    async def ticket(self, server: str) -> str:
        return str((await self.home.ask("wall.ticket", server=server))["ticket"])

    async def by_ticket(
        self, ticket: str, at: str, headers: dict[str, str] | None = None
    ) -> MonitorClient:
        """Raises ConnectionError."""
        page = MonitorClient(at, headers or {})
        page.auth["ticket"] = ticket
        self._pages[f"{at} {ticket}"] = page
        return await page.connect()

    async def at(self, server: str) -> MonitorClient:
        """The socket there, made when there is none."""
        if server not in self._pages or not self._pages[server].is_connected:
            self._pages[server] = await self.by_ticket(await self.ticket(server), server)
        return self._pages[server]

    async def watch(self, room: str) -> MonitorClient:
        """Put the room on the wall wherever it is run, as the page does; where that is."""
        page = self.home

        async def is_there() -> bool:
            nonlocal page
            if not page.is_connected:
                page = self.home
            ack = await page.call("wall.watch", {"rooms": [room]})
            if ack.get("error", {}).get("code") == "unknown_room":
                return False  # the list of rooms is on its way
            done = data_of(ack)
            if room in done["elsewhere"]:
                with contextlib.suppress(NoConnection):  # it has just died
                    page = await self.at(done["elsewhere"][room])
                return False
            assert set(done["refused"].values()) <= {"room_moving"}, done
            return not done["refused"]

        await eventually("the room is on the wall", is_there, SETTLED_S)
        await page.ask("tile.offer", room=room, sdp=OFFER)
        return page

    async def watching(self, room: str) -> MonitorClient:
        """And the terminal counts."""
        page = await self.watch(room)
        if page.question is None:
            await page.ask("terminal.ask")
        await page.answer()
        await page.beat({room: 0})
        await page.why_not(room, None)
        await page.wait_for(lambda: page.tile(room)["is_watching"], "the meeting to know")
        return page

    async def close(self) -> None:
        for page in self._pages.values():
            with contextlib.suppress(Exception):
                await page.close()


async def sign_in(
    estate: Estate, name: str = "Officer Hale", role: StaffRole = StaffRole.MONITOR
) -> SignedInOfficer:
    return await sign_in_officer(
        estate.store.staff, steady_clock()(), COOKIE, name, (role,),
        establishment=estate.room.establishment,
    )  # fmt: skip


@pytest_asyncio.fixture
async def nodes(estate: Estate) -> list[NodeProcess]:
    """Two, who know of each other."""
    one, two = [await estate.add() for _ in range(2)]

    async def knows() -> bool:
        async with aiohttp.ClientSession() as browser, browser.get(f"{one.url}/r/x") as page:
            return two.url in page.headers["Content-Security-Policy"]

    await eventually("the first knows of the second", knows, SETTLED_S)
    return [one, two]


@pytest_asyncio.fixture
async def wall(estate: Estate, nodes: list[NodeProcess]) -> AsyncIterator[Wall]:
    """At the first server."""
    wall = Wall(await sign_in(estate), nodes[0])
    await wall.home.connect()
    await wall.home.wait_for(
        lambda: wall.home.facts["servers"] == [nodes[1].url] or wall.home.told("wall.servers"),
        "the other server",
        SETTLED_S,
    )
    yield wall
    await wall.close()


async def run_at(estate: Estate, node: NodeProcess, room: Any) -> None:
    """The room is this server's from now on."""
    owners = estate.store.owners
    id = NodeId((await node.health())["estate"]["node"])
    await owners.take(room.id, id, await owners.of_room(room.id))


async def refused(connecting: Callable[[], Any]) -> None:
    with pytest.raises(NoConnection):
        await connecting()


# -- the ticket -------------------------------------------------------------------------------


async def test_a_ticket_opens_one_socket_at_one_server_once_for_its_officers_wall_alone(
    estate: Estate, wall: Wall, nodes: list[NodeProcess]
) -> None:
    one, two = (node.url for node in nodes)
    ticket = await wall.ticket(two)
    page = await wall.by_ticket(ticket, two, wall.officer.headers)
    assert (page.facts["officer"]["name"], page.facts["server"]) == ("Officer Hale", two)
    again = MonitorClient(two, {})
    again.auth["ticket"] = ticket
    await refused(again.connect)
    assert again.refused["data"]["code"] == "ticket_over"
    await refused(lambda: wall.by_ticket("A" * 32, two))
    elsewhere = await wall.ticket(two)
    await refused(lambda: wall.by_ticket(elsewhere, one))
    await refused(lambda: wall.by_ticket(elsewhere, two))
    other = await sign_in(estate, "Officer Reed")
    beside = await wall.ticket(two)
    await refused(lambda: wall.by_ticket(beside, two, other.headers))
    await opens_no_desk(await wall.by_ticket(await wall.ticket(two), two))
    for server in ("https://evil.example", one):
        with pytest.raises(Refused, match="unknown_server"):
            await wall.ticket(server)
    await reaches_the_others_from_the_wall_alone(wall, one, two)


async def opens_no_desk(page: MonitorClient) -> None:
    """On the transport that a ticket opened."""
    socket = page.socket
    await socket._send_packet(socket.packet_class(0, data={"protocol": 1}, namespace=DESK))
    await page.ask("wall.unwatch", rooms=["none"])  # answered after that
    assert DESK not in socket.namespaces


async def reaches_the_others_from_the_wall_alone(wall: Wall, one: str, two: str) -> None:
    async with aiohttp.ClientSession(headers=wall.officer.headers) as browser:
        async with browser.get(f"{one}/staff/monitor") as page:
            assert f" {two} ws{two[4:]}" in page.headers["Content-Security-Policy"]
        async with browser.get(f"{one}/staff") as page:
            assert two not in page.headers["Content-Security-Policy"]


async def test_sign_out_ends_the_socket_at_every_server_and_the_tickets(
    estate: Estate, wall: Wall, nodes: list[NodeProcess]
) -> None:
    two = nodes[1].url
    unused = await wall.ticket(two)
    page = await wall.at(two)
    session = wall.officer.session
    assert await estate.store.staff.end_session(session.id, wall.officer.member.id)
    await page.wait_for(lambda: not page.is_connected, "the end of the socket there", SETTLED_S)
    await refused(lambda: wall.by_ticket(unused, two))


# -- watching ---------------------------------------------------------------------------------


async def test_a_room_is_watched_at_the_server_that_runs_it_and_followed_where_it_goes(
    estate: Estate, wall: Wall, nodes: list[NodeProcess]
) -> None:
    await run_at(estate, nodes[1], estate.room)
    host = await estate.host()
    room = estate.room.id
    await wall.home.wait_for(
        lambda: wall.home.rooms.get(room, {}).get("server") == nodes[1].url, "the room's server"
    )
    page = await wall.watching(room)
    assert page is await wall.at(nodes[1].url)
    await host.client.wait_for(lambda: host.client.view["presence"]["monitors"] == 1, "presence")
    await plays_at_that_server_alone(page, room, [node.url for node in nodes])
    await run_at(estate, nodes[0], estate.room)
    await page.wait_for(lambda: page.told("tile.moved"), "where the room has gone", SETTLED_S)
    assert page.told("tile.moved") == [{"room": room, "server": nodes[0].url}]
    assert await wall.watching(room) is wall.home
    assert (await estate.recorded()).count("watch_begun") >= 2


async def test_a_wall_is_sent_after_a_room_that_is_moved_while_it_is_still_forwarded(
    estate: Estate, wall: Wall, nodes: list[NodeProcess]
) -> None:
    await run_at(estate, nodes[1], estate.room)
    host = await estate.host()
    room = estate.room.id
    page = await wall.watching(room)
    await page.beat({room: 0})
    await estate.drain(nodes[1])
    await page.wait_for(lambda: page.told("tile.moved"), "where the room has gone", SETTLED_S)
    assert page.told("tile.moved") == [{"room": room, "server": nodes[0].url}]
    assert not host.client.events("session.ended")
    assert await wall.watching(room) is wall.home
    recorded = await estate.recorded()
    assert recorded[recorded.index("moved_to_another_server") :].count("watching") == 1


async def plays_at_that_server_alone(page: MonitorClient, room: str, nodes: list[str]) -> None:
    player = await page.ask("tile.player", room=room)
    assert player["url"] == f"{nodes[1]}/whep"
    headers = {"Authorization": f"Bearer {player['token']}", "Content-Type": "application/sdp"}
    async with aiohttp.ClientSession(headers=headers) as browser:
        for server, status in ((nodes[0], 401), (nodes[1], 201)):
            async with browser.post(f"{server}/whep", data=OFFER) as answer:
                assert answer.status == status


async def test_a_room_that_must_be_watched_opens_with_its_monitor_at_any_server(
    estate: Estate, wall: Wall, nodes: list[NodeProcess]
) -> None:
    room = await estate.store.add_room(
        estate.room.establishment, name="Social 1", policy=PolicyName.SOCIAL, pin_hash=PIN_HASH
    )
    await run_at(estate, nodes[1], room)
    host = estate.keep(
        Page(estate.nodes, room.address, "Officer", "host", {"declaration": "social-1"})
    )
    await host.enter()
    with pytest.raises(Refused, match="monitor_required"):
        await host.client.request("host.enter_pin", pin=PIN, confirmed=[])
    page = await wall.watching(room.id)
    assert page is not wall.home
    await host.client.request("host.enter_pin", pin=PIN, confirmed=[])
    await host.client.wait_place("inside")
    await page.beat({room.id: 0}, visible=False)
    await host.client.wait_for(lambda: host.client.view.get("is_unwatched"), "the pause")
    await nodes[1].kill()
    assert await wall.watching(room.id) is wall.home
