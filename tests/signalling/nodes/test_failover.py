"""A server dies, stops for a while, or loses the registry: locked stays locked, one server writes,
who was attested comes back without knocking, and nobody else comes in."""

import asyncio
import signal
import time
from collections.abc import Callable

import aiohttp
import pytest

from tests.browser.eventually import eventually
from tests.browser.network import TcpProxy
from tests.signalling.client import Client, Refused
from tests.signalling.house import claim
from tests.signalling.nodes.estate import SETTLED_S, Estate, Page
from tests.signalling.nodes.node_process import NodeProcess
from tests.signalling.store_house import make_room
from vmr.nodes.lease import LEASE_S
from vmr.rooms import Room

MOVED_S = 8.0


async def test_a_page_is_sent_to_the_server_that_runs_the_room(estate: Estate) -> None:
    one, two = await estate.add(), await estate.add()
    host = await estate.host()
    owner = await estate.owner()
    assert host.url == owner.url
    other = two if owner is one else one
    guest = estate.page()
    guest.begin_at(other.url)
    await guest.enter()
    assert guest.url == owner.url
    assert guest.client.place == "waiting"


async def test_only_meeting_pages_and_only_those_of_the_estate_reach_its_servers(
    estate: Estate,
) -> None:
    one = await estate.add()
    two = await estate.add()
    async with aiohttp.ClientSession() as browser:
        async with browser.get(f"{two.url}/r/{estate.room.address}") as page:
            policy = page.headers["Content-Security-Policy"]
            assert f" {one.url} ws{one.url[4:]}" in policy
            assert f'"servers": ["{two.url}", "{one.url}"]' in await page.text()
        async with browser.get(f"{two.url}/staff/sign-in") as page:
            assert one.url not in page.headers["Content-Security-Policy"]

        async def takes(origin: str, at: NodeProcess = two) -> bool:
            try:
                async with browser.ws_connect(
                    f"{at.url}/socket.io/?EIO=4&transport=websocket", headers={"Origin": origin}
                ):
                    return True
            except aiohttp.WSServerHandshakeError:
                return False

        assert await takes(one.url)
        assert await takes(two.url)
        assert not await takes("https://evil.example")
        assert not await takes(f"{one.url}0")
        await eventually("the first learns of the second", lambda: takes(two.url, one))


async def test_a_locked_meeting_outlives_its_server_and_only_strangers_knock(
    estate: Estate,
) -> None:
    for _ in range(3):
        await estate.add()
    host, guest = await estate.locked()
    epoch = await estate.epoch()
    await (await estate.owner()).kill()
    died_at = time.monotonic()
    await asyncio.gather(host.come_back(), guest.come_back())
    print(f"back after {time.monotonic() - died_at:.1f} s")
    for page in (host, guest):
        await page.wait_stage("locked")
    assert await estate.epoch() > epoch
    stranger = estate.page("Stranger")
    await stranger.enter()
    assert stranger.client.view["knocking"] is True
    await host.client.request("knock.refuse", participant=stranger.client.participant, reason="")
    recorded = await estate.recorded()
    moved = recorded.index("server_restarted")
    assert recorded[:moved].count("locked") == 1
    assert recorded[moved:].count("knocked") == 1
    assert recorded[moved:].count("returned") == 2
    assert "unlocked" not in recorded


async def test_a_server_that_wakes_up_has_lost_its_room_and_writes_nothing_of_it(
    estate: Estate,
) -> None:
    for _ in range(2):
        await estate.add()
    host, _ = await estate.locked()
    stranger = estate.page("Stranger")
    await stranger.enter()
    stale = await estate.owner()
    epoch = await estate.epoch()
    stale.send(signal.SIGSTOP)
    try:
        asked = [
            asyncio.ensure_future(host.client.request(name, **what))
            for name, what in (
                ("room.unlock", {}),
                ("knock.admit", {"participant": stranger.client.participant}),
            )
        ]
        await until(estate, lambda now: now > epoch)
    finally:
        stale.send(signal.SIGCONT)
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert not [one for one in answers if isinstance(one, dict)], "done by who has lost the room"
    await host.come_back()
    assert host.url != stale.url
    await host.wait_stage("locked")
    recorded = await estate.recorded()
    assert "unlocked" not in recorded
    assert recorded.count("admitted") == 1
    assert stranger.client.place != "inside"


async def test_a_server_that_ends_in_good_order_leaves_its_rooms_at_once(estate: Estate) -> None:
    for _ in range(2):
        await estate.add()
    host, guest = await estate.locked()
    await (await estate.owner()).stop()
    ended_at = time.monotonic()
    await asyncio.gather(host.come_back(), guest.come_back())
    assert time.monotonic() - ended_at < LEASE_S
    await host.wait_stage("locked")


async def test_without_the_registry_meetings_go_on_and_nobody_new_comes_in(
    estate: Estate,
) -> None:
    for _ in range(2):
        await estate.add()
    host, guest = await estate.locked()
    stranger = estate.page("Stranger")
    await stranger.enter()
    epoch = await estate.epoch()
    estate.redis.stop()

    async def admit() -> str:
        (knock,) = host.client.view["knocks"]
        (person,) = knock["persons"]
        return await refused(
            host, "knock.admit", participant=knock["id"], attestations=[claim(person["id"])]
        )

    async def has_no_lease() -> bool:
        said = [(await one.health())["estate"]["is_leased"] for one in estate.nodes]
        return not any(said)

    async def is_admitted() -> bool:
        return await admit() == ""

    await eventually("the leases have run out", has_no_lease, SETTLED_S)
    assert await admit() == "no_lease"
    await no_server_takes(await make_room(estate.store), estate)
    await guest.client.drop()
    await guest.enter()
    assert guest.stage == "locked"
    estate.redis.start()
    await eventually("the server may let people in again", is_admitted, SETTLED_S)
    await stranger.client.wait_place("inside")
    assert await estate.epoch() == epoch, "nobody was taken for dead"
    assert "server_restarted" not in await estate.recorded()


async def no_server_takes(room: Room, estate: Estate) -> None:
    """A room that nobody runs waits, wherever it is asked for."""
    for node in estate.nodes:
        client = await Client(node.url).connect()
        with pytest.raises(Refused) as asked:
            await client.request("room.find", room=room.address)
        assert asked.value.code == "room_moving"
        await client.close()


async def refused(page: Page, name: str, **what: object) -> str:
    """The code, or nothing where it was done."""
    try:
        await page.client.request(name, **what)
    except Refused as error:
        return error.code
    return ""


async def until(estate: Estate, is_so: Callable[[int], bool]) -> None:
    async def is_it() -> bool:
        return is_so(await estate.epoch())

    await eventually("the room has another epoch", is_it, SETTLED_S)


async def test_an_emptied_registry_moves_no_room_and_makes_nobody_dead(estate: Estate) -> None:
    for _ in range(2):
        await estate.add()
    host, _ = await estate.locked()
    epoch = await estate.epoch()
    estate.redis.empty()

    async def all_see_all() -> bool:
        said = [(await one.health())["estate"] for one in estate.nodes]
        return all(one["servers"] == 2 and one["is_leased"] for one in said)

    await eventually("both have entered themselves again", all_see_all, SETTLED_S)
    await asyncio.sleep(LEASE_S)  # for so long somebody could still have been taken for dead
    assert await estate.epoch() == epoch
    assert host.client.is_connected
    await host.client.request("room.unlock")


async def test_a_server_that_is_cut_off_from_the_registry_hands_its_people_over(
    estate: Estate,
) -> None:
    proxy = TcpProxy(("127.0.0.1", estate.redis.port))
    await proxy.start()
    try:
        cut_off = await estate.add(f"redis://127.0.0.1:{proxy.port}/0")
        host, guest = await estate.locked()
        assert await estate.owner() is cut_off
        await estate.add()
        await proxy.close()
        await asyncio.gather(host.come_back(), guest.come_back())
        assert await estate.owner() is not cut_off
        await host.wait_stage("locked")
        await guest.wait_stage("locked")
        said = (await cut_off.health())["estate"]
        assert (said["is_leased"], said["rooms"]) == (False, 0)
        recorded = await estate.recorded()
        assert recorded.count("returned") == 2
        assert "unlocked" not in recorded
    finally:
        await proxy.close()
