"""Servers are upgraded one by one under a meeting, and back: what is locked stays locked, nobody
knocks, and the record is one chain."""

import asyncio

from lobby.snapshot import VERSION
from tests.browser.eventually import eventually
from tests.signalling.nodes.estate import SETTLED_S, Estate, Page
from tests.signalling.nodes.node_process import NodeProcess

OPENED = {"unlocked", "knocked", "admitted", "joined"}


async def test_a_locked_meeting_goes_to_a_newer_server_and_never_back_to_one_that_cannot_read_it(
    estate: Estate,
) -> None:
    old = await estate.add()
    host, guest = await estate.locked()
    newer = await estate.add(is_newer=True)
    await estate.all_see_all()
    assert await version_left(estate) == VERSION

    await estate.drain(old)
    await asyncio.gather(host.follow(), guest.follow())
    assert await estate.owner() is newer
    await old.stop()
    assert await version_left(estate) == VERSION + 1
    await are_locked_in(host, guest)

    await estate.undo_drain(old)
    await old.start()
    await estate.all_see_all()
    epoch = await estate.epoch()
    await estate.drain(newer)
    await is_draining(newer)
    await newer.stop()
    for page in (host, guest):
        assert not page.client.events("room.moved")
    coming = asyncio.gather(host.come_back(), guest.come_back())
    await eventually(
        "both are told to wait",
        lambda: was_refused(host, guest, "newer_meeting"),
        SETTLED_S,
    )
    assert await estate.epoch() == epoch

    await newer.start()
    await coming
    assert await estate.owner() is newer
    await are_locked_in(host, guest)
    recorded = await estate.recorded()
    since = recorded[recorded.index("locked") :]
    assert not OPENED & set(since)
    assert [one for one in since if one != "lost"] == [
        "locked",
        "moved_to_another_server", "returned", "returned",
        "server_restarted", "returned", "returned",
    ]  # fmt: skip


async def version_left(estate: Estate) -> int:
    """Of the snapshot from which a server would go on with the room's meeting."""
    (live,) = await estate.store.live_meetings()
    return int(live.snapshot["version"])


async def are_locked_in(host: Page, guest: Page) -> None:
    for page in (host, guest):
        await page.wait_stage("locked")
        assert page.client.place == "inside"


async def is_draining(node: NodeProcess) -> None:
    async def probe() -> bool:
        return bool((await node.health())["estate"]["is_draining"])

    await eventually("it is being emptied", probe, SETTLED_S)


async def was_refused(host: Page, guest: Page, code: str) -> bool:
    return code in host.refusals and code in guest.refusals
