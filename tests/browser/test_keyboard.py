"""A whole meeting by keyboard alone: a guest and a host, from the link to the end.

Nothing is clicked and nothing is focused by the test: each goes forward with Tab until a control of
that name has the focus, as somebody without a mouse does.
"""

from playwright.async_api import Page, expect

from tests.browser.conftest import Invite, World
from tests.browser.eventually import eventually
from tests.browser.person import Person
from tests.browser.rooms import make_room

STOPS_MAX = 120
NAME = """() => {
    const one = document.activeElement;
    if (!one || one === document.body) return "";
    const named = one.getAttribute("aria-label")
        ?? (one.labels?.length ? one.labels[0].textContent : one.textContent) ?? "";
    return named.replace(/\\s+/g, " ").trim();
}"""
ANNOUNCED = '[role="alert"][aria-live="assertive"]'


async def reach(page: Page, name: str, *, begins: bool = False) -> None:
    """Tab until a control of this name has the focus."""
    met = []
    for _ in range(STOPS_MAX):
        found = await page.evaluate(NAME)
        if found == name or (begins and found.startswith(name)):
            return
        met.append(found)
        await page.keyboard.press("Tab")
    raise AssertionError(f"no way by Tab to {name!r}; met {dict.fromkeys(met)}")


async def press(page: Page, name: str, *, begins: bool = False) -> None:
    await reach(page, name, begins=begins)
    await page.keyboard.press("Enter")


async def fill(page: Page, name: str, text: str) -> None:
    await reach(page, name)
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.type(text)


async def tick(page: Page, name: str) -> None:
    await reach(page, name)
    await page.keyboard.press("Space")


async def start(person: Person) -> None:
    await fill(person.page, "Your name", person.name)
    await tick(person.page, "I agree to this declaration")
    await press(person.page, "Start")


async def is_told(person: Person, text: str) -> None:
    """At once, by a live region that is there before it speaks."""
    await expect(person.page.locator(ANNOUNCED)).to_contain_text(text)


async def test_a_whole_meeting_without_a_mouse(world: World, people: Invite) -> None:
    room = await make_room(world.server.database, "legal", "Keyboard")
    guest, officer = await people("Asha", 1), await people("Officer", 4)
    await guest.open(room.path)
    await start(guest)
    await guest.in_view("waiting")
    assert await guest.page.evaluate(NAME) == "Waiting for the host", "the new view has the focus"

    await officer.open(room.host_path)
    await start(officer)
    await officer.in_view("pin")
    await fill(officer.page, "Host PIN", room.pin)
    await press(officer.page, "Open the meeting")
    await officer.in_view("meeting")
    await press(officer.page, "Admit Asha")
    await guest.in_view("meeting")
    assert (await guest.page.evaluate(NAME)).endswith("Keyboard"), "so has this one"
    await guest.sees(officer)

    await check_id(officer, guest)
    await press(officer.page, "Lock the room")
    await guest.stage("locked")
    assert (await officer.page.evaluate(NAME)).endswith("Keyboard"), "Enter again unlocks nothing"
    await is_told(guest, "The room is locked. Nobody else gets in.")

    await press(guest.page, "Mute")
    await officer.hears_faces()
    assert await guest.page.evaluate(NAME) == "Unmute", "the focus stays where it was"
    await press(guest.page, "Unmute")
    await officer.hears(guest)
    await knocked_at(world, people, room.path, officer)

    await press(officer.page, "Hand over")
    await press(officer.page, "Hand over now")
    await expect(officer.page.locator('#app[data-handed-over="true"]')).to_be_attached()
    await press(officer.page, "Staff: Host PIN")
    await fill(officer.page, "Host PIN", room.pin)
    await press(officer.page, "Open staff controls")
    await reach(officer.page, "Hand back now")

    await press(guest.page, "Hang up")
    await guest.in_view("ended")
    assert await guest.page.evaluate(NAME) == "You have hung up"
    await press(officer.page, "End for all")
    await fill(officer.page, "Reason", "All is said")
    await press(officer.page, "End the meeting now")
    await officer.in_view("ended")


async def check_id(officer: Person, guest: Person) -> None:
    page = officer.page
    await press(page, "Go to the ID check")
    assert await page.evaluate(NAME) == f"Check ID {guest.name}", "in sight, and one key away"
    await page.keyboard.press("Enter")
    await is_told(guest, "The host is checking your ID.")
    await press(page, "Hand over")
    await is_told(officer, f"End the ID check of {guest.name} before you hand over.")
    await tick(page, "Professional photo card")
    await fill(page, "Name on the ID", "Asha Verified")
    await press(page, "Save ID record")
    await expect(page.get_by_text("The ID of every person here is recorded")).to_be_visible()
    await press(page, "End the check")
    await is_told(guest, "The ID check is over.")


async def knocked_at(world: World, people: Invite, path: str, officer: Person) -> None:
    """A knock is told at once and moves no focus; a change of speaker is not told at all."""
    late = await people("Late", 2)
    before = await officer.page.evaluate(NAME)
    await late.open(path)
    await start(late)
    await late.in_view("waiting")
    await is_told(officer, "Knock: somebody is at the door.")
    assert await officer.page.evaluate(NAME) == before

    async def is_alone() -> bool:
        return await officer.page.locator("[data-knock]").count() == 1

    await eventually("the knock is in the list", is_alone)
    spoken = await officer.page.locator("[aria-live]").all_inner_texts()
    assert not any("speak" in one for one in spoken), spoken
    await press(officer.page, "Refuse Late")
    await fill(officer.page, "Reason", "Not expected")
    await press(officer.page, "Refuse now")
    await late.in_view("ended")
