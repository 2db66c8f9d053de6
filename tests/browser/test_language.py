"""Another language in the middle of a call: the page speaks it, and nothing else changes."""

from playwright.async_api import expect

from tests.browser.conftest import Invite, World
from tests.browser.eventually import eventually
from tests.browser.rooms import make_room
from tests.browser.steps import knock, open_with_the_pin
from tests.browser.test_accessibility import check


async def test_a_language_switch_keeps_the_call(world: World, people: Invite) -> None:
    room = await make_room(world.server.database, "legal", "Two languages")
    guest, officer = await people("Asha", 1), await people("Officer", 4)
    await knock(guest, room.invite_path(0))
    await guest.press("Cymraeg")
    await expect(guest.page.get_by_role("heading", name="Aros am y gwesteiwr")).to_be_visible()
    await check(guest.page, "waiting in Welsh")
    await guest.press("English")
    await open_with_the_pin(room, officer)
    await guest.in_view("meeting")
    await guest.sees(officer)
    before = await guest.views(), await guest.peer_connections()
    frames = await guest.frames_decoded()
    await guest.press("Cymraeg")
    await expect(guest.page.get_by_role("button", name="Tewi", exact=True)).to_be_visible()
    assert await guest.page.evaluate("document.documentElement.lang") == "cy"
    assert await guest.page.title() == "Yn yr ystafell: Two languages"
    focused = await guest.page.evaluate("document.activeElement.textContent")
    assert focused == "English", "the focus stays on the switch"

    async def goes_on() -> bool:
        return await guest.frames_decoded() > frames + 10

    await eventually("pictures go on", goes_on)
    assert (await guest.views(), await guest.peer_connections()) == before
    await guest.sees(officer)
    await check(guest.page, "meeting in Welsh")
    await expect(officer.page.get_by_role("button", name="Mute", exact=True)).to_be_visible()
    await guest.page.goto(f"http://127.0.0.1:{guest.proxy.port}{room.path}")
    await guest.in_view("prejoin")
    assert await guest.page.evaluate("document.documentElement.lang") == "cy", "it is remembered"
    await expect(guest.page.get_by_role("button", name="Dechrau", exact=True)).to_be_visible()
    await check(guest.page, "prejoin in Welsh")


async def test_the_documents_are_switched_by_a_link(world: World, people: Invite) -> None:
    person = await people("Asha", 1)
    page = person.page
    await page.goto(f"http://127.0.0.1:{person.proxy.port}/")
    await page.get_by_role("link", name="Cymraeg").click()
    await expect(page.get_by_role("heading", name="Ymuno â chyfarfod fideo")).to_be_visible()
    await check(page, "/ in Welsh")
    await page.goto(f"http://127.0.0.1:{person.proxy.port}/request")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Gofyn am alwad fideo")
    await check(page, "/request in Welsh")
    await page.get_by_role("link", name="English").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Ask for a video call")
