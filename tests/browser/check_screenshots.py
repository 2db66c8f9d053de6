"""Pictures of the self-test at four widths, light, dark and in forced colours:
python -m tests.browser.check_screenshots FOLDER."""

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from tests.browser.chromium import launch
from tests.browser.conftest import World, start_world, stop_world
from tests.browser.faces import FACES
from tests.browser.rooms import TestRoom, make_room
from tests.browser.test_check import FAILS, in_phase
from tests.browser.test_staff_pages import PICTURE_COLOURS

WIDTHS_PX = (1440, 768, 360, 320)


BUSY = """() => setInterval(() => {
  const until = performance.now() + 150;
  while (performance.now() < until);
}, 300)"""


async def shoot(page: Page, out: Path, name: str) -> None:
    for colours, media in PICTURE_COLOURS.items():
        await page.emulate_media(color_scheme="light", forced_colors="none")
        await page.emulate_media(**media)
        for width in WIDTHS_PX:
            await page.set_viewport_size({"width": width, "height": 900})
            path = out / colours / f"check-{name}-{width}.png"
            await page.screenshot(path=path, full_page=True)
    await page.emulate_media(color_scheme="light", forced_colors="none")
    await page.set_viewport_size({"width": 1280, "height": 900})


async def passed(page: Page, out: Path, url: str, room: TestRoom) -> None:
    """By a personal link; before, while it runs, afterwards."""
    await page.goto(f"{url}/check#room={room.address}&invite={room.invites[0]}")
    await in_phase(page, "ready")
    await shoot(page, out, "ready")
    await page.get_by_role("button", name="Start the test").click()
    await page.locator('[data-code="udp.reached"]').wait_for()
    await page.screenshot(path=out / "check-running.png", full_page=True)
    await in_phase(page, "done")
    await page.get_by_role("button", name="Play a sound").click()
    await page.get_by_role("button", name="Yes, I heard them").click()
    await page.locator('[data-told="told"]').wait_for()
    await shoot(page, out, "passed")


async def failed(page: Page, out: Path, world: World) -> None:
    """No device is allowed, and UDP is closed; in Welsh as well."""
    world.relay.cut(["everybody's"])
    await page.add_init_script(f"{FAILS}(['both', 'NotAllowedError'])")
    for lang in ("en", "cy"):
        await page.goto(f"{world.server.url}/language/{lang}?to=/check")
        await in_phase(page, "ready")
        await page.locator(".vmr-start").click()
        await in_phase(page, "done")
        await shoot(page, out, f"failed-{lang}")


async def busy(page: Page, out: Path, url: str) -> None:
    """The page is late with its own work throughout."""
    await page.goto(f"{url}/check")
    await in_phase(page, "ready")
    timer = await page.evaluate(BUSY)
    await page.get_by_role("button", name="Start the test").click()
    await in_phase(page, "done")
    await page.evaluate("clearInterval", timer)
    await page.locator('[data-code="load.busy"]').wait_for()
    await shoot(page, out, "busy")


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
