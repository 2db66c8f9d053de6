"""Every view, dialog and document of participants, looked at for WCAG 2.2 AA.

The views are those of the preview: the pages' own components over sample data. What is listed here
is checked against the sources, so a view, a dialog or a template that nobody looks at is red.
"""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.conftest import VIEWPORT, Invite
from tests.browser.test_accessibility import check, faults, reflows
from tests.web.preview.server import DOCUMENTS, FACTS, WEB, start

DIALOGS: dict[str, tuple[str, tuple[str, ...]]] = {
    "presence": ("meeting-3", ("^Who can see and hear me",)),
    "devices": ("meeting-3", ("^Devices",)),
    "encoder": ("encoder-off", ("^Devices", "^Use an encoder")),
    "shortcuts": ("meeting-3", ("^Devices", "^Keyboard shortcuts")),
    "step_up": ("handed-over", ("^Staff: Host PIN",)),
    "hand_over": ("host-locked", ("^Hand over",)),
    "end": ("host", ("^End for all",)),
    "refuse": ("host", ("^Refuse ",)),
    "remove": ("host", ("^Remove ",)),
    "send_back": ("host", ("^Send back ",)),
    "pause": ("host", ("^Pause the meeting",)),
    "take_over": ("presentation", ("^Present",)),
    "leave": ("host", ("^Hang up",)),
}
"""By kind: the sample, and the buttons that lead there."""

LOOKED_AT = {
    "index.html": "test_accessibility.py",
    "not_found.html": "test_accessibility.py",
    "meeting.html": "here",
    "check.html": "test_check.py",
    "request_start.html": "test_request_pages.py",
    "request_email.html": "test_request_pages.py",
    "request_code.html": "test_request_pages.py",
    "request_code_over.html": "test_request_pages.py",
    "request_purpose.html": "test_request_pages.py",
    "request_length.html": "here",
    "request_prisoner.html": "test_request_pages.py",
    "request_time.html": "test_request_pages.py",
    "request_name.html": "test_request_pages.py",
    "request_people.html": "test_request_pages.py",
    "request_person.html": "test_request_pages.py",
    "request_note.html": "test_request_pages.py",
    "request_check.html": "test_request_pages.py",
    "request_sent.html": "test_request_pages.py",
    "request_list.html": "test_request_pages.py",
    "request_state.html": "test_request_pages.py",
    "request_withdraw.html": "test_request_pages.py",
    "request_ended.html": "test_request_pages.py",
    "request_form_refused.html": "here",
    "request_too_often.html": "here",
    "request_unknown.html": "test_request_pages.py",
}
"""Where each document of participants is looked at."""

OF_OTHERS = re.compile(
    r"(staff|mail|record)_|(base|document|console|request_base)\.html|\w+_parts\.html"
)


@pytest_asyncio.fixture(loop_scope="session")
async def preview() -> AsyncIterator[str]:
    """The address of a sample's page, but for its name."""
    runner, port = await start()
    yield f"http://127.0.0.1:{port}/r/{FACTS['address']}?view="
    await runner.cleanup()


@pytest_asyncio.fixture(loop_scope="session")
async def page(people: Invite) -> Page:
    return (await people("Asha", 1)).page


async def show(page: Page, address: str) -> None:
    await page.goto(address)
    await expect(page.locator('#app:not([data-view="loading"])')).to_be_attached()


async def samples(page: Page, preview: str) -> list[str]:
    await show(page, f"{preview}meeting-3")
    found: list[str] = await page.evaluate(
        "async () => Object.keys((await import('/preview/samples.js')).SAMPLES)"
    )
    return found


def test_every_document_of_participants_has_a_look() -> None:
    templates = {path.name for path in (WEB / "pages").glob("*.html")}
    ours = {name for name in templates if not OF_OTHERS.match(name)}
    assert ours == set(LOOKED_AT)


def test_every_dialog_of_the_meeting_has_a_look() -> None:
    source = (WEB / "scripts/components/dialogs.js").read_text()
    kinds = set(re.findall(r'case "(\w+)":', source))
    confirmations = source[source.index("CONFIRMATIONS = {") :]
    kinds |= set(re.findall(r"^  (\w+): \{", confirmations[: confirmations.index("};")], re.M))
    assert kinds == set(DIALOGS)


IN_WELSH = "async () => (await import('/static/scripts/text.js')).loadText('cy', ['meeting'])"


# Controls that lie beyond the left or right edge, where nothing scrolls to them.
CUT_OFF = """() => [...document.querySelectorAll(".control")].filter((one) => {
    const { left, right } = one.getBoundingClientRect();
    return left < -1 || right > innerWidth + 1;
}).map((one) => one.textContent)"""


async def test_every_view_is_accessible_at_every_width_and_size(page: Page, preview: str) -> None:
    """And with text of twice the size (1.4.4), or in Welsh, nothing is scrolled sideways."""
    seen = set()
    for sample in await samples(page, preview):
        await show(page, preview + sample)
        seen.add(await page.locator("#app").get_attribute("data-view"))
        await check(page, sample)
        await page.evaluate("document.documentElement.style.fontSize = '200%'")
        widths = (VIEWPORT["width"], 768, 360)
        assert await reflows(page, widths) == [], f"{sample} with large text"
        for width in (768, 360):
            await page.set_viewport_size({"width": width, "height": 740})
            assert await page.evaluate(CUT_OFF) == [], f"{sample} with large text at {width} px"
        await page.set_viewport_size({"width": VIEWPORT["width"], "height": VIEWPORT["height"]})
        await page.evaluate("document.documentElement.style.fontSize = ''")
        await page.evaluate(IN_WELSH)
        assert await reflows(page, (320,)) == [], f"{sample} in Welsh"
    source = (WEB / "scripts/components/app.js").read_text()
    listed = re.search(r"const VIEWS = \{([^}]*)\}", source)
    assert listed is not None
    assert seen == set(re.findall(r"(\w+):", listed[1]))


ON_PAPER = (
    "prejoin", "prejoin-no-camera", "pin-compassionate", "waiting-knocking", "waiting-link-lost",
    "knock", "host", "host-check", "host-hands", "host-locked", "ended", "ended-return",
)  # fmt: skip
"""Views with something that is light or dark as the device asks for."""


async def test_dark_pages_are_read_as_well_as_light_ones(page: Page, preview: str) -> None:
    await page.emulate_media(color_scheme="dark")
    light = re.compile(r"rgb\(2\d\d, 2\d\d, 2\d\d\)")
    for sample in ON_PAPER:
        await show(page, preview + sample)
        assert await faults(page) == [], sample
        paper = await page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert not light.fullmatch(paper), sample
    for name in DOCUMENTS:
        await page.goto(f"{preview.partition('/r/')[0]}/document/{name}")
        assert await faults(page) == [], name


async def test_documents_that_no_walk_meets_are_accessible(page: Page, preview: str) -> None:
    here = {name.removesuffix(".html") for name, where in LOOKED_AT.items() if where == "here"}
    assert here == {"meeting", *DOCUMENTS}
    for name in DOCUMENTS:
        await page.goto(f"{preview.partition('/r/')[0]}/document/{name}")
        await check(page, name)


@pytest.mark.parametrize("kind", sorted(DIALOGS))
async def test_a_dialog_holds_the_focus_and_gives_it_back(
    page: Page, preview: str, kind: str
) -> None:
    sample, buttons = DIALOGS[kind]
    await show(page, preview + sample)
    opener = page.get_by_role("button", name=re.compile(buttons[0])).first
    await opener.focus()
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    for button in buttons[1:]:
        await dialog.get_by_role("button", name=re.compile(button)).press("Enter")
    await expect(dialog).to_have_count(1)
    await check(page, f"dialog {kind}")
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert await dialog.evaluate("it => it.scrollWidth - it.clientWidth") <= 0, "large text"
    await page.evaluate("document.documentElement.style.fontSize = ''")
    await page.set_viewport_size({"width": VIEWPORT["width"], "height": VIEWPORT["height"]})
    for _ in range(12):
        await page.keyboard.press("Tab")
        where = await page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
        assert where, "the focus stays inside, or goes to the browser's own controls"
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    back = await page.evaluate_handle("document.activeElement")
    assert await opener.evaluate(
        "(opener, back) => opener === back || back.id === 'view-heading'", back
    )


STOPS = """async () => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    await new Promise(requestAnimationFrame);
    const box = element.getBoundingClientRect();
    const label = element.id ? document.querySelector(`label[for="${element.id}"]`) : null;
    const hits = [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.2], [0.5, 0.8]].map(([x, y]) =>
        document.elementFromPoint(box.left + x * box.width, box.top + y * box.height));
    const isOwn = (hit) => hit === element || element.contains(hit) || label?.contains(hit);
    const styles = [getComputedStyle(element)];
    if (label) styles.push(getComputedStyle(label, "::before"));
    const said = element.getAttribute("aria-label") ?? element.textContent ?? "";
    return {
        name: said.trim().slice(0, 40) || element.id || element.name || element.tagName,
        isShown: hits.some((hit) => hit && isOwn(hit)),
        hasMark: styles.some(({ outlineStyle, outlineWidth, boxShadow }) =>
            (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none"),
    };
}"""


@pytest.mark.parametrize("forced", ["none", "active"])
async def test_the_focus_is_always_seen(page: Page, preview: str, forced: str) -> None:
    """2.4.7 and 2.4.11, with and without forced colours."""
    await page.emulate_media(forced_colors=forced)  # type: ignore[arg-type]
    bad = []
    for sample in ("prejoin", "pin", "waiting", "meeting-3", "host", "host-check", "handed-over"):
        for width in (VIEWPORT["width"], 360):
            await page.set_viewport_size({"width": width, "height": 740})
            await show(page, preview + sample)
            count = 0
            for _ in range(60):
                await page.keyboard.press("Tab")
                stop = await page.evaluate(STOPS)
                if stop is None:
                    break
                count += 1
                if not (stop["isShown"] and stop["hasMark"]):
                    bad.append(f"{sample} at {width} px: {stop}")
            assert count > 2, sample
    assert not bad, "\n".join(bad)


async def test_nothing_moves_for_who_asked_for_less_motion(page: Page, preview: str) -> None:
    await page.emulate_media(reduced_motion="reduce")
    for sample in ("prejoin", "meeting-6", "host", "lost", "hands"):
        await show(page, preview + sample)
        moving = await page.evaluate("document.getAnimations().length")
        assert moving == 0, sample
