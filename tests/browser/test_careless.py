"""What hurried and shaky hands do: every button twice, a name with the keyboard alone."""

from playwright.async_api import Page, expect

from tests.browser.conftest import Invite, World
from tests.browser.rooms import make_room
from tests.browser.steps import (
    all_see_and_hear,
    end_for_all,
    expect_transports,
    hand_over,
    knock,
    lock,
    locked_meeting,
    open_with_the_pin,
    record_id,
    step_up,
)

# Buttons that end the page's part in the meeting come last, in their own tests.
ENDINGS = ("Hang up", "End for all", "Leave", "Hand over")
MAX_TABS = 60


async def test_a_guest_joins_with_the_keyboard_alone(world: World, people: Invite) -> None:
    room = await make_room(world.server.database, "legal", "Keyboard")
    guest = await people("Asha", 1)
    await guest.open(room.invite_path(0))
    keyboard = guest.page.keyboard
    filled = agreed = False
    for _ in range(MAX_TABS):
        await keyboard.press("Tab")
        focus = await guest.page.evaluate(
            """() => { const it = document.activeElement;
                const style = getComputedStyle(it);
                return [it.tagName, it.type || '', it.textContent.trim(),
                        style.outlineStyle !== 'none' || style.boxShadow !== 'none'
                        || it.type === 'radio' || it.type === 'checkbox']; }"""
        )
        tag, kind, text, is_visible = focus
        assert is_visible or tag == "BODY", f"no visible focus on {focus}"
        if tag == "INPUT" and kind == "text" and not filled:
            await keyboard.type(guest.name)
            filled = True
        elif kind == "checkbox" and not agreed:
            await keyboard.press("Space")
            agreed = True
        elif tag == "BUTTON" and text == "Start" and filled and agreed:
            await keyboard.press("Enter")
            break
    await guest.in_view("waiting")


async def test_every_button_pressed_twice_does_what_it_does_once(
    world: World, people: Invite
) -> None:
    room = await make_room(world.server.database, "legal", "Twice")
    guest, officer = await locked_meeting(room, people)
    for person in (guest, officer):
        names = await person.page.locator("button:visible").all_inner_texts()
        for name in {name.strip() for name in names if name.strip()}:
            button = person.page.get_by_role("button", name=name, exact=True).first
            if name in ENDINGS or not await button.is_visible() or not await button.is_enabled():
                continue
            await button.dblclick()
            assert await person.view() == "meeting", name
            await _close_dialogs(person.page)
    assert await guest.view() == await officer.view() == "meeting"


async def _close_dialogs(page: Page) -> None:
    """Back to the plain meeting, as Escape does in a browser with a screen."""
    await page.evaluate("document.fullscreenElement ? document.exitFullscreen() : null")
    for _ in range(3):
        if await page.get_by_role("dialog").count():
            await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_a_double_click_on_lock_leaves_the_room_locked(world: World, people: Invite) -> None:
    """The button turns into Unlock between the two clicks."""
    room = await make_room(world.server.database, "legal", "Lock twice")
    _, officer = await locked_meeting(room, people)
    await officer.press("Unlock the room")
    await officer.stage("open")
    button = officer.page.get_by_role("button", name="Lock the room", exact=True)
    box = await button.bounding_box()
    assert box is not None
    mouse = officer.page.mouse
    await mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    await officer.stage("locked")
    await mouse.down(click_count=2)
    await mouse.up(click_count=2)
    await officer.raw("self.set_media", {"microphone": True})  # after what the click asked
    assert await officer.page.locator("#app").get_attribute("data-stage") == "locked"


async def test_start_pressed_twice_joins_once(world: World, people: Invite) -> None:
    room = await make_room(world.server.database, "legal", "Start twice")
    guest, officer = await people("Asha", 1), await people("Officer", 4)
    await guest.open(room.invite_path(0))
    await guest.page.get_by_role("textbox", name="Your name").fill("Asha")
    await guest.page.get_by_role("checkbox", name="I agree to this declaration").check()
    await guest.page.get_by_role("button", name="Start", exact=True).dblclick()
    await guest.in_view("waiting")
    await open_with_the_pin(room, officer)
    await guest.in_view("meeting")
    await expect_transports(world, 2, "one for each")
    view = await officer.page.locator('[data-participant][data-kind="camera"]').count()
    assert view == 2


async def test_a_shaky_hand_leads_a_whole_meeting(world: World, people: Invite) -> None:
    room = await make_room(world.server.database, "legal", "Shaky")
    guest, officer = await people("Cara", 1), await people("Officer", 4)
    guest.is_shaky = officer.is_shaky = True
    await knock(guest, room.path)
    await officer.open(room.host_path)
    await officer.start()
    await officer.enter_pin("000000")
    await expect(officer.page.get_by_text("2 attempts left")).to_be_visible()
    await officer.enter_pin(room.pin)
    await officer.in_view("meeting")
    await officer.press("Admit Cara")
    await guest.in_view("meeting")
    await all_see_and_hear(guest, officer)
    await record_id(officer, guest)
    await lock(officer, guest)
    await hand_over(officer)
    await step_up(room, officer)
    await end_for_all(officer, guest)
    await expect_transports(world, 0, "the meeting is over")


async def test_hanging_up_twice_ends_once_and_offers_a_way_back(
    world: World, people: Invite
) -> None:
    room = await make_room(world.server.database, "legal", "Good-bye")
    guest = await people("Asha", 1)
    await knock(guest, room.invite_path(0))
    await guest.page.get_by_role("button", name="Leave", exact=True).dblclick()
    await guest.in_view("ended")
    await expect(guest.page.get_by_role("button", name="Join again")).to_be_visible()


async def test_end_for_all_ends_for_all_at_once(world: World, people: Invite) -> None:
    room = await make_room(world.server.database, "legal", "The end")
    guest, officer = await locked_meeting(room, people)
    await end_for_all(officer, guest)
    await expect_transports(world, 0, "the meeting is over")
