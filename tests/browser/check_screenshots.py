"""Pictures of the self-test in its states:
python -m tests.browser.check_screenshots FOLDER."""

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from tests.browser.chromium import launch
from tests.browser.conftest import World, start_world, stop_world
from tests.browser.faces import FACES
from tests.browser.pictures import keep_pictures
from tests.browser.rooms import TestRoom, make_room
from tests.browser.test_check import FAILS, in_phase

BUSY = """() => setInterval(() => {
  const until = performance.now() + 150;
  while (performance.now() < until);
}, 300)"""


async def passed(page: Page, out: Path, url: str, room: TestRoom) -> None:
    """By a personal link; before, while it runs, afterwards."""
    await page.goto(f"{url}/check#room={room.address}&invite={room.invites[0]}")
    await in_phase(page, "ready")
    await keep_pictures(page, out, "check-ready")
    await page.get_by_role("button", name="Start the test").click()
    await page.locator('[data-code="udp.reached"]').wait_for()
    await page.screenshot(path=out / "check-running.png", full_page=True)
    await in_phase(page, "done")
    await page.get_by_role("button", name="Play a sound").click()
    await page.get_by_role("button", name="Yes, I heard them").click()
    await page.locator('[data-told="told"]').wait_for()
    await keep_pictures(page, out, "check-passed")


async def failed(page: Page, out: Path, world: World) -> None:
    """No device is allowed, and UDP is closed; in Welsh as well."""
    world.relay.cut([], and_new=True)
    await page.add_init_script(f"{FAILS}(['both', 'NotAllowedError'])")
    for lang in ("en", "cy"):
        await page.goto(f"{world.server.url}/language/{lang}?to=/check")
        await in_phase(page, "ready")
        await page.locator(".vmr-start").click()
        await in_phase(page, "done")
        await keep_pictures(page, out, f"check-failed-{lang}")


async def busy(page: Page, out: Path, url: str) -> None:
    """The page is late with its own work throughout."""
    await page.goto(f"{url}/check")
    await in_phase(page, "ready")
    timer = await page.evaluate(BUSY)
    await page.get_by_role("button", name="Start the test").click()
    await in_phase(page, "done")
    await page.evaluate("clearInterval", timer)
    await page.locator('[data-code="load.busy"]').wait_for()
    await keep_pictures(page, out, "check-busy")


async def take(out: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        world = await start_world(directory, media_tcp_port="0")
        room = await make_room(world.server.database)
        async with async_playwright() as playwright:
            browser = await launch(playwright, FACES[0], directory)
            await passed(await fresh(browser), out, world.server.url, room)
            await busy(await fresh(browser), out, world.server.url)
            await failed(await fresh(browser), out, world)
            await browser.close()
        await stop_world(world)


async def fresh(browser: Browser) -> Page:
    context = await browser.new_context()
    await context.grant_permissions(["camera", "microphone"])
    return await context.new_page()


if __name__ == "__main__":
    folder = Path(sys.argv[1]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(take(folder))
