"""Records of meetings in a real browser: by keyboard, without script, and looked at by axe.

With VMR_STAFF_PICTURES=FOLDER pictures of each page are kept (`pictures.py`).
"""

import time
from pathlib import Path

from playwright.async_api import Page

from signalling.fields import NAME_CHARACTERS
from tests.browser.conftest import Invite, World
from tests.browser.test_staff_pages import (
    DEMONSTRATION,
    PASSWORD,
    fill,
    heading,
    look,
    new_account,
)
from tests.lobby import recorded
from vmr.ids import MeetingId
from vmr.policies import PolicyName
from vmr.store.store import Store

DAY_S = 86_400.0
IS_WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"

ON_PAPER = """() => {
    const { backgroundColor, color } = getComputedStyle(document.body);
    return [backgroundColor, color];
}"""


async def hold_meetings(database: Path) -> None:
    """Two days of meetings of the demonstration, one with everything in it."""
    store = await Store.open(f"sqlite:///{database}")
    try:
        prisons = await store.establishments()
        (prison,) = [one for one in prisons if one.name == DEMONSTRATION]
        if await store.record_search.one(MeetingId("browserlong")) is not None:
            return
        room = await store.add_room(
            prison, name="Video link 3", policy=PolicyName.LEGAL, pin_hash="x"
        )
        now = time.time()
        long = recorded.long_consultation(started_at=now - DAY_S)
        await store.commit(MeetingId("browserlong"), room.id, None, long)
        short = recorded.consultation(lawyer="bea Broad", started_at=now - 2 * DAY_S)
        await store.commit(MeetingId("browsershort"), room.id, None, short)
        wide = recorded.consultation(
            lawyer="w" * NAME_CHARACTERS, interpreter="m" * NAME_CHARACTERS, started_at=now - DAY_S
        )
        await store.commit(MeetingId("browserwide"), room.id, None, wide)
    finally:
        await store.close()


async def press_until(page: Page, name: str) -> None:
    """Tab until the focus is on the link of this name."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        focused = await page.evaluate("document.activeElement.closest('a')?.textContent ?? ''")
        if name in str(focused):
            return
    raise AssertionError(f"{name!r} is not reached by the keyboard")


async def test_an_administrator_finds_and_reads_a_record_by_keyboard(
    world: World, people: Invite
) -> None:
    await hold_meetings(world.server.database)
    once = await new_account(world, "records", "--name", "Rae Records")
    person = await people("Rae", 1, java_script_enabled=False)
    page = person.page
    base = f"http://127.0.0.1:{person.proxy.port}"
    await page.goto(f"{base}/staff/records")
    await fill(page, "Sign in", username="records", password=once)
    await fill(page, "Continue", new=PASSWORD, again=PASSWORD)
    await heading(page, "Records of meetings")
    await page.get_by_label("Name of a person").focus()
    await page.keyboard.type(recorded.LI)
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name="Clear what was asked").wait_for()
    assert await page.get_by_role("row").count() == 2, "the head and one record"
    await press_until(page, "Video link 3")
    await page.keyboard.press("Enter")
    await page.get_by_text("The record holds").wait_for()
    await page.get_by_text(f"Guest \u2068{recorded.AMIRA}\u2069 and {recorded.LI} began").wait_for()
    await press_until(page, "Download as PDF")
    async with page.expect_download() as download:
        await page.keyboard.press("Enter")
    taken = await (await download.value).path()
    assert taken.read_bytes().startswith(b"%PDF-")
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await heading(page, "Records of meetings")


async def test_the_pages_of_records_are_accessible(world: World, people: Invite) -> None:
    await hold_meetings(world.server.database)
    once = await new_account(world, "recordlook", "--name", "Lou Look")
    person = await people("Lou", 1)
    person.may_lose_network = True  # a refused filter is a 422, which the console notes
    page = person.page
    base = f"http://127.0.0.1:{person.proxy.port}"
    await page.goto(f"{base}/staff/records")
    await fill(page, "Sign in", username="recordlook", password=once)
    await fill(page, "Continue", new=PASSWORD, again=PASSWORD)
    await heading(page, "Records of meetings")
    await look(page, "records")
    await page.goto(f"{base}/staff/records?from=2026-05-02&to=2026-05-01")
    await page.get_by_role("alert").wait_for()
    await look(page, "records refused")
    await page.goto(f"{base}/staff/records/browserlong")
    await page.get_by_text("The record holds").wait_for()
    await look(page, "record")
    await page.goto(f"{base}/staff/records/browserwide")
    for width in (1280, 1024, 768, 360):
        await page.set_viewport_size({"width": width, "height": 720})
        assert not await page.evaluate(IS_WIDER), width
    await page.set_viewport_size({"width": 1280, "height": 720})
    await page.emulate_media(media="print", color_scheme="dark")
    assert await page.evaluate(ON_PAPER) == ["rgb(255, 255, 255)", "rgb(11, 12, 12)"]
