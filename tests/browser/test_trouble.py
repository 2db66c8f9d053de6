"""What a person is told of their connection, in one line, and how they spare it."""

from playwright.async_api import Locator, expect

from tests.browser.conftest import Invite, World
from tests.browser.eventually import eventually
from tests.browser.person import Person
from tests.browser.rooms import make_room
from tests.browser.steps import all_see_and_hear, knock, locked_meeting, open_with_the_pin
from tests.browser.test_accessibility import check

LINE = '[data-notice="trouble"]'


def announced(person: Person) -> Locator:
    return person.page.locator('[role="alert"][aria-live="assertive"]')


async def test_a_lost_connection_is_told_in_one_line_and_so_is_its_end(
    world: World, people: Invite
) -> None:
    room = await make_room(world.server.database, "legal", "Trouble")
    guest, officer = await locked_meeting(room, people)
    await all_see_and_hear(guest, officer)
    await guest.cut()
    line = guest.page.locator(LINE)
    await expect(line).to_have_count(1, timeout=20_000)
    await expect(line).to_contain_text("We are reconnecting")
    await expect(announced(guest)).to_contain_text("We are reconnecting")
    await expect(guest.page.locator('[data-alert="connection"]')).to_have_count(0)
    await check(guest.page, "meeting without a connection")
    guest.mend()
    await expect(line).to_have_count(0, timeout=30_000)
    await expect(announced(guest)).to_contain_text("The connection is back.")
    await all_see_and_hear(guest, officer)


async def test_a_lost_link_alone_is_told_and_the_call_goes_on(world: World, people: Invite) -> None:
    room = await make_room(world.server.database, "legal", "Link alone")
    guest, officer = await locked_meeting(room, people)
    await all_see_and_hear(guest, officer)
    guest.may_lose_network = True
    frames = await guest.frames_decoded()
    guest.proxy.cut()
    line = guest.page.locator(LINE)
    await expect(line).to_contain_text("picture and sound go on", timeout=30_000)
    await guest.context.set_offline(True)  # the device knows why
    await expect(line).to_have_attribute("data-trouble", "offline")
    await guest.context.set_offline(False)
    await expect(line).to_have_attribute("data-trouble", "link")
    guest.proxy.mend()
    await expect(line).to_have_count(0, timeout=30_000)
    assert await guest.frames_decoded() > frames
    await all_see_and_hear(guest, officer)


async def test_picture_and_sound_that_stay_away_lead_to_other_advice(
    world: World, people: Invite
) -> None:
    room = await make_room(world.server.database, "legal", "Media alone")
    guest, officer = await locked_meeting(room, people)
    await all_see_and_hear(guest, officer)
    guest.may_lose_network = True
    world.relay.cut(await guest.ask("() => vmrTest.ufrags()"), and_new=True)
    line = guest.page.locator(LINE)
    await expect(line).to_have_attribute("data-trouble", "media", timeout=30_000)
    await expect(line).to_have_attribute("data-trouble", "media_long", timeout=60_000)
    await expect(announced(guest)).to_contain_text(await line.inner_text())
    world.relay.mend()
    await expect(line).to_have_count(0, timeout=30_000)
    await all_see_and_hear(guest, officer)


async def test_who_saves_data_hears_on_and_is_sent_no_picture(world: World, people: Invite) -> None:
    room = await make_room(world.server.database, "legal", "Saving")
    guest, officer = await people("Asha", 1), await people("Officer", 4)
    await knock(guest, room.invite_path(0))
    await open_with_the_pin(room, officer)
    await guest.in_view("meeting")
    await all_see_and_hear(guest, officer)
    await choose(guest, "Save most data: sound only")
    paused = guest.page.get_by_text("Picture paused to save bandwidth").first
    await expect(paused).to_be_visible()

    async def rests() -> bool:
        before = await guest.frames_decoded()
        await guest.hears(officer)
        return await guest.frames_decoded() == before

    await eventually("no picture comes while the sound does", rests)
    await officer.sees(guest)
    await choose(guest, "Save data: only the person who speaks, small")
    await guest.sees(officer)
    await choose(guest, "All pictures")
    await all_see_and_hear(guest, officer)
    assert await guest.page.locator(LINE).count() == 0


async def choose(person: Person, what: str) -> None:
    await person.press("Devices")
    dialog = person.page.get_by_role("dialog")
    await dialog.get_by_role("radio", name=what).check()
    await dialog.get_by_role("button", name="Close").click()
