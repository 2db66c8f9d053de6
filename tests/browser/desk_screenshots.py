"""Pictures of the duty desk with eight busy rooms:
python -m tests.browser.desk_screenshots FOLDER.

The people are protocol clients without media; server and page are the product.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Page, async_playwright, expect

from tests.browser.chromium import ARGUMENTS, EXECUTABLE
from tests.browser.desk import COOKIE, DeskPage, sign_in
from tests.browser.monitor import MonitorPage
from tests.browser.pictures import keep_pictures
from tests.browser.rooms import TestRoom, make_rooms
from tests.browser.server_process import ServerProcess
from tests.signalling.client import Client, DeviceKey
from tests.signalling.desk.desk_client import DeskClient
from tests.signalling.house import claim
from vmr.staff import StaffRole

SIZES = ((1920, 1080), (1440, 900), (1024, 768), (768, 1024), (360, 800), (320, 640))
ROOMS = [f"Legal {number}" for number in range(1, 11)]


class Crowd:
    """Everybody in the rooms."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._clients: list[Client] = []

    async def host(self, room: TestRoom) -> Client:
        host = await self._client()
        await host.join(room.address, f"Terminal {len(self._clients)}", role="host")
        await host.request("host.enter_pin", pin=room.pin, confirmed=[])
        return host

    async def guest(self, room: TestRoom, *names: str, invite: int | None = None) -> Client:
        guest = await self._client()
        more = {} if invite is None else {"invite": room.invites[invite]}
        await guest.join(room.address, *names, key=DeviceKey(), **more)
        return guest

    async def locked(self, room: TestRoom, *names: str) -> tuple[Client, Client]:
        host = await self.host(room)
        guest = await self.guest(room, *names, invite=0)
        await host.wait_for(lambda: len(host.view["participants"]) == 2, "the guest")
        (seen,) = [one for one in host.view["participants"] if one["id"] == guest.participant]
        for person in seen["persons"]:
            await host.request(
                "participant.attest", participant=guest.participant, claim=claim(person["id"])
            )
        await host.request("room.lock")
        return host, guest

    async def terminal(self, room: TestRoom) -> Client:
        terminal = await self._client()
        await terminal.join(room.address, "Room terminal", role="host")
        return terminal

    async def _client(self) -> Client:
        client = await Client(self._url).connect()
        self._clients.append(client)
        return client

    async def close(self) -> None:
        for client in self._clients:
            await client.close()


async def make_busy(rooms: list[TestRoom], crowd: Crowd, second: DeskClient) -> None:
    """Eight rooms in every state a duty officer meets; two stay empty."""
    host, _ = await crowd.locked(rooms[0], "Amara Okafor", "Ioana Popescu")
    await host.request("room.hand_over")
    await crowd.guest(rooms[0], "Daniel Whitmore-Castellanos")
    host, _ = await crowd.locked(rooms[1], "Priya Raman")
    await host.request("room.hand_over")
    await host.request("staff.call")
    host, _ = await crowd.locked(rooms[2], "Tom Ashworth")
    await host.request("staff.ready_to_leave")
    host = await crowd.host(rooms[3])
    await crowd.guest(rooms[3], "Grace Oyelaran", invite=0)
    witness = await crowd.guest(rooms[3], "Witness A", invite=1)
    await witness.request("hand.raise")
    await crowd.terminal(rooms[4])
    await crowd.guest(rooms[4], "Hannah Lindqvist", invite=0)
    host, _ = await crowd.locked(rooms[5], "Owen Pritchard")
    await host.request("room.pause", reason="Fire alarm in B wing")
    host, _ = await crowd.locked(rooms[6], "Sofia Marchetti")
    await host.request("room.hand_over")
    for _ in range(3):
        await host.call("host.enter_pin", {"pin": "000000"})
    await crowd.locked(rooms[7], "Nadia Haddad", "Interpreter Kaya")
    by_name = {state["name"]: id for id, state in second.rooms.items()}
    call = await second.alert(by_name[ROOMS[1]], "staff_called")
    await second.act("alert.acknowledge", by_name[ROOMS[1]], alert=call["id"])


async def watch(page: Page, server: ServerProcess, room: TestRoom) -> None:
    """A monitoring officer, who is shown nothing of a camera that is on."""
    cookie = await sign_in(server.database, room.address, "M. Hale", (StaffRole.MONITOR,))
    await page.context.add_cookies([{"name": COOKIE, "value": cookie, "url": server.url}])
    await page.goto(f"{server.url}/staff/monitor")
    await MonitorPage(page, server.url, "", "").watch(ROOMS[5], ROOMS[7])


async def take(out: Path) -> None:
    with tempfile.TemporaryDirectory() as directory:
        server = ServerProcess(Path(directory))
        await server.start()
        rooms = await make_rooms(server.database, "legal", ROOMS)
        cookie = await sign_in(server.database, rooms[0].address, "J. Reed")
        other = await sign_in(server.database, rooms[0].address, "M. Shaw")
        crowd = Crowd(server.url)
        second = await DeskClient(server.url, {"Cookie": f"vmr-staff={other}"}).connect()
        try:
            await make_busy(rooms, crowd, second)
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(
                    executable_path=str(EXECUTABLE), args=ARGUMENTS
                )
                context = await browser.new_context()
                desk = await DeskPage.open(await context.new_page(), server.url, cookie)
                watching = await browser.new_context()
                await watch(await watching.new_page(), server, rooms[7])
                missing = desk.alert(ROOMS[7], "picture_missing")
                await expect(missing).to_be_visible(timeout=20_000)
                await keep_pictures(desk.page, out, "desk", SIZES)
                await watching.close()
                await context.close()
                await browser.close()
        finally:
            await second.close()
            await crowd.close()
            await server.stop()


if __name__ == "__main__":
    folder = Path(sys.argv[1]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(take(folder))
