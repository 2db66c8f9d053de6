"""Takes a picture of every view at four widths, and lists what the browser complained about.

python -m tests.web.preview.shots OUT [view,view…] [width,width…] [light,dark,forced,large]
"""

import asyncio
import sys
from pathlib import Path

from playwright.async_api import ConsoleMessage, Page, async_playwright

from tests.browser import pictures
from tests.web.preview.server import FACTS, start

SIZES = {str(width): (width, height) for width, height in pictures.SIZES}
VIEWS = (
    "prejoin", "prejoin-host", "prejoin-no-camera", "prejoin-in-use", "prejoin-unplugged", "pin",
    "pin-compassionate", "waiting", "waiting-knocking", "meeting-1", "meeting-2", "meeting-3",
    "self-corner", "self-hidden",
    "grid-corner", "pinned", "camera-off", "frozen", "saving", "presentation-6", "meeting-6",
    "meeting-8", "grid-3", "grid-6", "presentation", "presenting", "captions", "hands",
    "locked", "knock", "paused", "unwatched", "lost", "host", "host-check", "host-hands",
    "host-locked", "handed-over", "stepped-up", "encoder-expected", "encoder-sending",
    "ended", "ended-return",
)  # fmt: skip
QUIET = ("prejoin", "pin", "waiting", "ended")
ARGUMENTS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--proxy-server=direct://",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--autoplay-policy=no-user-gesture-required", "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
]  # fmt: skip
SETTLE_MS = 900


def listen(page: Page, name: str) -> None:
    def said(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            print(f"{name}: {message.text}")

    page.on("console", said)
    page.on("pageerror", lambda error: print(f"{name}: {error}"))


async def shoot(page: Page, base: str, out: Path, view: str, look: str, size: str) -> None:
    """`view` may name buttons to press first: `host+People`."""
    name = view
    view, *presses = view.split("+")
    path = {"index": "/", "not-found": "/not-found"}.get(view, f"/r/{FACTS['address']}?view={view}")
    await page.goto(base + path)
    await pictures.put_on(page, look)
    await page.wait_for_timeout(SETTLE_MS)
    for button in presses:
        await page.get_by_role("button", name=button, exact=True).click()
        await page.wait_for_timeout(SETTLE_MS)
    wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if wide > 0:
        print(f"{name} at {size}: {wide} px too wide")
    is_long = view.startswith(QUIET) or view in ("index", "not-found")
    await page.screenshot(path=str(out / f"{name}-{size}.png"), full_page=is_long)


async def main(
    out: Path, views: tuple[str, ...], sizes: tuple[str, ...], looks: tuple[str, ...]
) -> None:
    runner, port = await start()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=ARGUMENTS
        )
        for size in sizes:
            width, height = SIZES[size]
            for look in looks:
                page = await browser.new_page(viewport={"width": width, "height": height})
                listen(page, size)
                for view in views:
                    await shoot(page, f"http://localhost:{port}", out / look, view, look, size)
                await page.close()
        await browser.close()
    await runner.cleanup()


if __name__ == "__main__":
    chosen = tuple(sys.argv[2].split(",")) if len(sys.argv) > 2 else ("index", "not-found", *VIEWS)
    widths = tuple(sys.argv[3].split(",")) if len(sys.argv) > 3 else tuple(SIZES)
    looks = tuple(sys.argv[4].split(",")) if len(sys.argv) > 4 else ("light",)
    folder = Path(sys.argv[1])
    asyncio.run(main(folder, chosen, widths, looks))
