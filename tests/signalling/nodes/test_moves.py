"""A meeting is moved to another server while it runs: pages are there before they leave, locked
stays locked, who waits keeps their place, and the old server forwards as long as it may."""

import asyncio
import time

from tests.browser.eventually import eventually
from tests.signalling.client import Client
from tests.signalling.encoder import EncoderClient
from tests.signalling.nodes.estate import SETTLED_S, Estate
from tests.signalling.nodes.node_process import NodeProcess

QUICK_S = 8.0
"""Less than the time for which a server forwards after a move."""


async def two(estate: Estate) -> None:
    for _ in range(2):
        await estate.add()
    await estate.all_see_all()


async def test_a_locked_meeting_is_moved_and_its_people_are_there_before_they_leave(
    estate: Estate,
) -> None:
    await two(estate)
    host, guest = await estate.locked()
    waiting = estate.page("Waiting")
    await waiting.enter()
    before = host.client.view["knocks"]
    old = await estate.owner()
    await estate.drain(old)
    left = [*await asyncio.gather(host.follow(), guest.follow())]
    assert all(one.is_connected and not one.events("session.ended") for one in left)
    assert host.url != old.url
    for page in (host, guest):
        await page.wait_stage("locked")
    left.append(await waiting.follow())
    assert waiting.client.place == "waiting"
    await host.client.wait_for(lambda: host.client.view["knocks"] == before, "the same knock")
    for one in left:
        await one.request("room.finish_move")
    began_at = time.monotonic()
    for one in left:
        await one.wait_event("session.ended")
    assert time.monotonic() - began_at < QUICK_S
    recorded = await estate.recorded()
    moved = recorded.index("moved_to_another_server")
    assert recorded[moved:].count("returned") == 2
    assert "knocked" not in recorded[moved:]
    assert "unlocked" not in recorded


async def test_the_old_server_does_nothing_more_and_forwards_no_longer_than_the_new_one_allows(
    estate: Estate,
) -> None:
    await two(estate)
    host, guest = await estate.locked()
    await estate.drain(await estate.owner())
    left = await host.follow()
    assert await refusal(left, "room.unlock") == "room_moving"
    assert not guest.client.events("session.ended")
    await host.client.request("room.pause", reason="A word")
    began_at = time.monotonic()
    await guest.client.wait_event("session.ended")
    assert time.monotonic() - began_at < QUICK_S
    assert "unlocked" not in await estate.recorded()


async def test_somebody_removed_where_the_meeting_is_now_is_out_at_the_old_server_too(
    estate: Estate,
) -> None:
    await two(estate)
    host, guest = await estate.locked()
    await estate.drain(await estate.owner())
    await host.follow()
    participant = guest.client.participant
    await host.client.request("participant.remove", participant=participant, reason="No")
    began_at = time.monotonic()
    await guest.client.wait_event("session.ended")
    assert time.monotonic() - began_at < QUICK_S


async def test_an_encoder_ends_with_the_move_and_comes_by_another_token(estate: Estate) -> None:
    await two(estate)
    host = await estate.host()
    old = await estate.owner()
    token = (await host.client.request("encoder.start"))["token"]
    async with EncoderClient(old.url, token) as encoder:
        assert (await encoder.offer()).status == 201
        await estate.drain(old)
        left = await host.follow()
        assert [(await ask()).status for ask in (encoder.offer, encoder.delete)] == [401, 401]
        await left.request("room.finish_move")
        await left.wait_event("session.ended")
    assert host.client.view["encoder"] == "off"
    async with EncoderClient(host.url, token) as encoder:
        assert (await encoder.offer()).status == 401
    token = (await host.client.request("encoder.start"))["token"]
    async with EncoderClient(host.url, token) as encoder:
        assert (await encoder.offer()).status == 201


async def test_a_page_of_the_version_before_is_sent_on_and_joins_again(estate: Estate) -> None:
    await two(estate)
    host, guest = await estate.locked()
    guest.protocol = 1
    await guest.client.close()
    await guest.enter()
    await estate.drain(await estate.owner())
    await guest.client.wait_event("session.ended")
    assert not guest.client.events("room.moved")
    await asyncio.gather(guest.come_back(), host.follow())
    await guest.wait_stage("locked")
    assert "knocked" not in (await estate.recorded())[-3:]


async def test_meetings_that_are_left_to_end_stay_and_new_ones_begin_elsewhere(
    estate: Estate,
) -> None:
    await two(estate)
    host, _ = await estate.locked()
    old = await estate.owner()
    epoch = await estate.epoch()
    await estate.drain(old, leaves_running=True)
    await says_draining(old, True)
    await host.client.request("room.unlock")
    assert await estate.epoch() == epoch
    await host.client.request("room.end", reason="")
    await host.client.wait_event("session.ended")
    again = await estate.host()
    assert again.url != old.url
    await estate.undo_drain(old)
    await says_draining(old, False)


async def test_a_server_that_ends_moves_its_meetings_first(estate: Estate) -> None:
    await two(estate)
    host, guest = await estate.locked()
    old = await estate.owner()
    ending = asyncio.create_task(old.stop())
    left = await asyncio.gather(host.follow(), guest.follow())
    began_at = time.monotonic()
    for one in left:
        await one.request("room.finish_move")
    await asyncio.wait_for(ending, SETTLED_S)
    assert time.monotonic() - began_at < QUICK_S, "it heard that nobody needs it any more"
    await host.wait_stage("locked")
    assert host.url != old.url


async def says_draining(node: NodeProcess, is_so: bool) -> None:
    async def probe() -> bool:
        return bool((await node.health())["estate"]["is_draining"]) is is_so

    await eventually("it knows", probe, SETTLED_S)


async def refusal(client: Client, event: str) -> str:
    answer = await client.call(event, {})
    return str(answer["error"]["code"])
