"""Pictures of a page for people to look at: light, dark, in forced colours, with large text."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.async_api import Page

LIGHT: dict[str, Any] = {"color_scheme": "light", "forced_colors": "none"}
LOOKS: dict[str, dict[str, Any]] = {
    "light": LIGHT,
    "dark": LIGHT | {"color_scheme": "dark"},
    "forced": {"color_scheme": "dark", "forced_colors": "active"},
    "large": LIGHT,
}
"""By folder, what the device asks for; `large`: text of twice the size (WCAG 1.4.4)."""
SIZES = ((1440, 900), (768, 1024), (360, 740), (320, 640))
_SIZE_TEXT = "(size) => { document.documentElement.style.fontSize = size; }"


async def put_on(page: Page, look: str) -> None:
    await page.emulate_media(**LOOKS[look])
    await page.evaluate(_SIZE_TEXT, "200%" if look == "large" else "")


async def keep_pictures(
    page: Page,
    folder: Path,
    name: str,
    sizes: Sequence[tuple[int, int]] = SIZES,
    *,
    is_whole: bool = True,
) -> None:
    """Of each look and size into `folder`; `is_whole`: down to the page's end."""
    before = page.viewport_size
    devtools = await page.context.new_cdp_session(page)
    hide = "Emulation.setScrollbarsHidden"  # a page is measured with them and drawn without
    await devtools.send(hide, {"hidden": True})
    for look in LOOKS:
        await put_on(page, look)
        for width, height in sizes:
            await page.set_viewport_size({"width": width, "height": height})
            path = folder / look / f"{name}-{width}.png"
            await page.screenshot(path=path, full_page=is_whole)
    await devtools.send(hide, {"hidden": False})
    await devtools.detach()
    await put_on(page, "light")
    if before is not None:
        await page.set_viewport_size(before)
