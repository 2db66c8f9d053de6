"""Pictures of the wall with eight busy rooms: python -m tests.browser.monitor_screenshots FOLDER.

The people are protocol clients with prepared pictures; server and page are the product.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright, expect

from tests.browser.chromium import ARGUMENTS, EXECUTABLE
from tests.browser.desk import COOKIE, sign_in
from tests.browser.desk_screenshots import SIZES, Crowd
from tests.browser.faces import FACES
from tests.browser.monitor import MonitorPage
from tests.browser.pictures import keep_pictures
from tests.browser.rooms import TestRoom, make_rooms
from tests.browser.server_process import ServerProcess
from tests.peers.aiortc_peer import AiortcPeer
from tests.signalling.client import Client
from vmr.staff import StaffRole

ROOMS = [f"Legal {number}" for number in range(1, 9)]
LARGE = 4
"""The room of the closer look."""


class Cameras:
    """Prepared pictures of those inside."""

    def __init__(self) -> None:
        self._peers: list[AiortcPeer] = []

    async def show(self, client: Client, number: int, *, is_covered: bool = False) -> None:
        face = FACES[number % len(FACES)]
        peer = AiortcPeer(
            colour=(0, 0, 0) if is_covered else face.colour,
            number=0 if is_covered else face.number,
            pitch_hz=face.tone_hz,
            audio_slots=1,
            camera_slots=1,
        )
        self._peers.append(peer)
        answer = await client.request("media.offer", sdp=await peer.offer())
        await peer.accept(answer["answer"])

    async def close(self) -> None:
        await asyncio.gather(*(peer.close() for peer in self._peers))


async def make_busy(rooms: list[TestRoom], crowd: Crowd, cameras: Cameras) -> None:
    """Eight rooms in the states a monitoring officer meets."""
    names = ["Amara Okafor", "Priya Raman", "Tom Ashworth", "Daniel Whitmore-Castellanos"]
    for number, name in enumerate(names):
        host, guest = await crowd.locked(rooms[number], name)
        await host.request("room.hand_over")
        await cameras.show(host, number)
        await guest.request("self.set_media", camera=False)
    await crowd.guest(rooms[0], "Late Interpreter")
    host, guest = await crowd.locked(rooms[LARGE], "Nadia Haddad", "Interpreter Kaya")
    await cameras.show(host, 4)
    await cameras.show(guest, 1, is_covered=True)
    await guest.request("staff.call")
    host, _ = await crowd.locked(rooms[5], "Owen Pritchard")
    await host.request("room.pause", reason="Fire alarm in B wing")
    host = await crowd.host(rooms[6])
    await host.request("self.set_media", camera=False)
    await crowd.guest(rooms[7], "Hannah Lindqvist", invite=0)


async def take(out: Path) -> None:
    with tempfile.TemporaryDirectory() as directory:
        server = ServerProcess(Path(directory))
        await server.start()
        rooms = await make_rooms(server.database, "legal", ROOMS)
        cookie = await sign_in(server.database, rooms[0].address, "M. Hale", (StaffRole.MONITOR,))
        crowd, cameras = Crowd(server.url), Cameras()
        try:
            await make_busy(rooms, crowd, cameras)
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(
                    executable_path=str(EXECUTABLE), args=ARGUMENTS
                )
                context = await browser.new_context()
                await context.add_cookies([{"name": COOKIE, "value": cookie, "url": server.url}])
                page = await context.new_page()
                await page.goto(f"{server.url}/staff/monitor")
                wall = MonitorPage(page, server.url, "", "")
                await wall.in_view("choose")
                await keep_pictures(page, out, "monitor-choose", SIZES)
                await page.set_viewport_size({"width": 1440, "height": 900})
                await wall.watch(*ROOMS)
                for room in ROOMS[: LARGE + 1]:
                    await wall.shows(room)
                await keep_pictures(page, out, "monitor", SIZES, is_whole=False)
                await page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
                await wall.tile(ROOMS[LARGE]).get_by_role("button", name="Closer look").click()
                await wall.shows(ROOMS[LARGE], 2)
                covered = wall.tile(ROOMS[LARGE]).locator("[data-problem]")
                await expect(covered).to_be_visible(timeout=30_000)
                await keep_pictures(page, out, "monitor-closer", SIZES, is_whole=False)
                await context.close()
                await browser.close()
        finally:
            await cameras.close()
            await crowd.close()
            await server.stop()


if __name__ == "__main__":
    folder = Path(sys.argv[1]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(take(folder))
