"""From Start to the first decoded remote picture, in a real Chromium, in a running room."""

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from tests.browser.chromium import launch
from tests.browser.faces import FACES
from tests.browser.rooms import TestRoom, make_room
from tests.browser.server_process import ServerProcess

TIMEOUT_MS = 15_000
# Notes when Start is pressed and when a remote tile first shows a decoded frame.
WATCH = """
window.vmrJoin = new Promise((resolve) => {
  let started = null;
  addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (started === null && button && button.textContent.trim() === "Start") {
      started = performance.now();
    }
  }, true);
  const watched = new WeakSet();
  const look = () => {
    for (const video of document.querySelectorAll('[data-participant][data-self="false"] video')) {
      if (watched.has(video)) continue;
      watched.add(video);
      video.requestVideoFrameCallback((now) => resolve(performance.now() - started));
    }
  };
  addEventListener("DOMContentLoaded", () => {
    new MutationObserver(look).observe(document.body, {
      subtree: true, childList: true, attributes: true,
    });
  });
});
"""


async def _prepare(page: Page, url: str, role: str | None, name: str) -> None:
    await page.goto(url)
    await page.locator('#app[data-view="prejoin"]').wait_for(state="attached", timeout=TIMEOUT_MS)
    if role is not None:
        await page.get_by_role("radio", name=role).check()
    await page.get_by_role("textbox", name="Your name").fill(name)
    await page.get_by_role("checkbox", name="I agree to this declaration").check()


async def _host(browser: Browser, url: str, room: TestRoom) -> Page:
    page = await (await browser.new_context(permissions=["camera", "microphone"])).new_page()
    await _prepare(page, url + room.host_path, None, "Officer")
    await page.get_by_role("button", name="Start", exact=True).click()
    await page.get_by_role("textbox", name="Host PIN").fill(room.pin)
    await page.get_by_role("button", name="Open the meeting").click()
    await page.locator('#app[data-view="meeting"]').wait_for(state="attached", timeout=TIMEOUT_MS)
    return page


async def _join(browser: Browser, url: str, room: TestRoom) -> float:
    """One guest with a personal link comes into the open room and leaves again."""
    context = await browser.new_context(permissions=["camera", "microphone"])
    await context.add_init_script(WATCH)
    page = await context.new_page()
    await _prepare(page, url + room.invite_path(0), None, "Guest")
    await page.locator("video").first.wait_for(state="attached", timeout=TIMEOUT_MS)
    await page.get_by_role("button", name="Start", exact=True).click()
    taken = float(await asyncio.wait_for(page.evaluate("vmrJoin"), TIMEOUT_MS / 1000))
    await page.get_by_role("button", name="Hang up").click()
    await page.locator('#app[data-view="ended"]').wait_for(state="attached", timeout=TIMEOUT_MS)
    await context.close()
    return taken


async def join_times_ms(count: int) -> list[float]:
    """`count` joins one after another, each in a fresh profile; the first warms up, untold."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        server = ServerProcess(directory)
        await server.start()
        room = await make_room(server.database, "legal", "Bench")
        async with async_playwright() as playwright:
            host = await launch(playwright, FACES[0], directory)
            guest = await launch(playwright, FACES[1], directory)
            await _host(host, server.url, room)
            times = [await _join(guest, server.url, room) for _ in range(count + 1)]
            await guest.close()
            await host.close()
        await server.stop()
        return times[1:]
