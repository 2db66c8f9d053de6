"""Each view, looked at by axe-core against WCAG 2.2 AA, and at the widths people have."""

from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.browser.conftest import Invite, World
from tests.browser.rooms import make_room
from tests.browser.steps import end_for_all, knock, open_with_the_pin

AXE = Path(__file__).parents[1] / "web/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOK = """async (tags) => {
    const { violations } = await axe.run(document, {
        runOnly: { type: "tag", values: tags }, rules: { "target-size": { enabled: true } },
        resultTypes: ["violations"],
    });
    return violations.flatMap(({ id, help, nodes }) =>
        nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 200)}`));
}"""
"""What is right is not described, nor carried out of the page: half of the time of a look."""
CONTRAST = """async () => {
    const { violations } = await axe.run(document, {
        runOnly: ["color-contrast"], resultTypes: ["violations"],
    });
    const paper = getComputedStyle(document.body).backgroundColor.match(/\\d+/g);
    const light = paper.every((part) => Number(part) > 127) ? ["the page is light"] : [];
    return [...light, ...violations.flatMap(({ help, nodes }) =>
        nodes.map(({ html }) => `in the dark: ${help}: ${html.slice(0, 200)}`))];
}"""
TOO_WIDE = """() => {
    const { scrollWidth, clientWidth } = document.scrollingElement;
    const out = [...document.body.querySelectorAll("*")]
        .filter((one) => one.getBoundingClientRect().right > clientWidth)
        .map((one) => one.outerHTML.slice(0, 80));
    return scrollWidth > clientWidth
        ? `${scrollWidth - clientWidth} px too wide: ${out.slice(-3).join(" ")}` : "";
}"""
SIDEWAYS = """() => [...document.querySelectorAll("dialog[open]")]
    .filter((one) => one.scrollWidth > one.clientWidth).map(() => "the dialog is too wide")"""
# Short words, or parts of long ones, that stand on two lines, on what people press or read first.
BROKEN_WORDS = """(isWhole = false, words = isWhole
    ? /(?<!\\p{L})\\p{L}{2,12}(?!\\p{L})/gu : /\\p{L}{2,12}/gu) => [
    ...document.querySelectorAll("label, legend, button, h1, h2, h3"),
].flatMap((one) => {
    const texts = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
    const broken = [];
    while (texts.nextNode()) {
        for (const word of texts.currentNode.data.matchAll(words)) {
            const range = document.createRange();
            range.setStart(texts.currentNode, word.index);
            range.setEnd(texts.currentNode, word.index + word[0].length);
            const tops = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
            if (tops.size > 1) broken.push(`broken word: ${word[0]}`);
        }
    }
    return broken;
})"""
WIDTHS_PX = (1440, 768, 360, 320)


async def faults(page: Page) -> list[str]:
    """What axe finds wrong, one line each."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text())
    found: list[str] = await page.evaluate(LOOK, RULES)
    return found


async def faint_in_the_dark(page: Page) -> list[str]:
    """What has too little contrast (1.4.3) on a device that asks for dark pages.

    After `faults`. Says so too where the page has stayed light.
    """
    await page.emulate_media(color_scheme="dark")
    found: list[str] = await page.evaluate(CONTRAST)
    await page.emulate_media(color_scheme="light")
    return found


async def reflows(page: Page, widths_px: tuple[int, ...] = WIDTHS_PX) -> list[str]:
    """Widths at which the page must be scrolled sideways."""
    bad = []
    before = page.viewport_size
    for width in widths_px:
        await page.set_viewport_size({"width": width, "height": 800})
        too_wide = await page.evaluate(TOO_WIDE)
        if too_wide:
            bad.append(f"{width} px: {too_wide}")
    if before is not None:
        await page.set_viewport_size(before)
    return bad


async def faults_in_large_text(page: Page) -> list[str]:
    """What text of twice the size (1.4.4) makes too wide for a phone, or breaks in a word.

    A phone has no line for words of more than 12 letters.
    The window is so high that the tiles of a wall stay on screen.
    """
    before = page.viewport_size
    await page.set_viewport_size({"width": 360, "height": 2000})
    await page.evaluate("document.documentElement.style.fontSize = '200%'")
    found = [await page.evaluate(TOO_WIDE)]
    found += await page.evaluate(SIDEWAYS) + await page.evaluate(BROKEN_WORDS, True)
    await page.evaluate("document.documentElement.style.fontSize = ''")
    if before is not None:
        await page.set_viewport_size(before)
    return [f"in large text: {one}" for one in found if one]


async def check(page: Page, view: str) -> None:
    found = await faults(page) + await reflows(page) + await page.evaluate(BROKEN_WORDS)
    assert not found, f"{view}:\n" + "\n".join(found)


async def test_what_is_wrong_is_found_at_every_place(people: Invite) -> None:
    page = (await people("Asha", 1)).page
    await page.set_content("<img src='data:,1'><p>Text</p><img src='data:,2'><button></button>")
    found = await faults(page)
    for missing in ("image-alt: ", "data:,1", "data:,2", "button-name: ", "document-title: "):
        assert any(missing in one for one in found), found


@pytest.mark.parametrize("path", ["/", "/r/nosuchroom22"])
async def test_the_pages_without_a_meeting_are_accessible(
    world: World, people: Invite, path: str
) -> None:
    person = await people("Asha", 1)
    person.may_lose_network = True  # the second is a 404, which the console notes as an error
    await person.page.goto(f"http://127.0.0.1:{person.proxy.port}{path}")
    await check(person.page, path)
    await person.page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert await reflows(person.page) == [], "with large text"


async def test_every_view_of_a_meeting_is_accessible(world: World, people: Invite) -> None:
    room = await make_room(world.server.database, "legal", "Accessible")
    guest, officer = await people("Asha", 1), await people("Officer", 4)
    await guest.open(room.invite_path(0))
    await check(guest.page, "prejoin")
    await knock(guest, room.invite_path(0))
    await check(guest.page, "waiting")
    await officer.open(room.host_path)
    await officer.start()
    await officer.in_view("pin")
    await check(officer.page, "pin")
    await officer.enter_pin(room.pin)
    await officer.in_view("meeting")
    await guest.in_view("meeting")
    await guest.sees(officer)
    await check(guest.page, "meeting of a guest")
    await check(officer.page, "meeting of a host")
    late = await people("Late", 2)
    await knock(late, room.path)
    await check(officer.page, "meeting of a host with a knock")
    await end_for_all(officer, guest)
    await check(guest.page, "ended")


async def test_a_long_name_without_a_space_fits_the_page(world: World, people: Invite) -> None:
    room = await make_room(world.server.database, "legal", "Long name")
    guest, officer = await people("W" * 60, 1), await people("Officer", 4)
    await knock(guest, room.invite_path(0))
    assert not await reflows(guest.page)
    await open_with_the_pin(room, officer)
    reason = officer.page.locator("#lock-reason")
    assert await reason.evaluate("it => it.scrollWidth <= it.clientWidth")
