"""An administrator's pages for rooms and the record in a real browser, each looked at."""

from playwright.async_api import Page, expect

from tests.browser.conftest import Invite, World
from tests.browser.desk import COOKIE, sign_in
from tests.browser.rooms import make_room
from tests.browser.test_staff_pages import fill, heading, look
from vmr.staff import StaffRole


async def administrator(world: World, people: Invite, **browser: bool) -> tuple[Page, str]:
    """Their page, and where the server is."""
    room = await make_room(world.server.database)
    cookie = await sign_in(world.server.database, room.address, "Ada", [StaffRole.ADMINISTRATOR])
    person = await people("Ada", 1, **browser)
    person.may_lose_network = True  # a refused form is 422, which the console notes as an error
    base = f"http://127.0.0.1:{person.proxy.port}"
    await person.context.add_cookies([{"name": COOKIE, "value": cookie, "url": base}])
    return person.page, base


async def test_a_room_is_made_without_script(world: World, people: Invite) -> None:
    page, base = await administrator(world, people, java_script_enabled=False)
    await page.goto(f"{base}/staff/rooms/add")
    await page.get_by_label("Hearing").check()
    await fill(page, "Add a room", name="Court link")
    await heading(page, "Court link is ready")
    await page.get_by_role("link", name="Go to Court link").click()
    await page.get_by_role("link", name="Make a new Host PIN").click()
    await page.get_by_role("button", name="Make a new Host PIN").click()
    await heading(page, "New Host PIN for Court link")


async def test_the_pages_of_a_room_from_its_making_to_its_end(world: World, people: Invite) -> None:
    page, base = await administrator(world, people)
    await page.goto(f"{base}/staff")
    await page.get_by_role("link", name="Rooms", exact=True).click()
    await heading(page, "Rooms")
    await look(page, "rooms")
    await page.get_by_role("button", name="Add a room").click()
    await fill(page, "Add a room", name="")
    await page.get_by_role("alert").wait_for()
    await look(page, "add a room")
    await page.get_by_label("Legal consultation").check()
    await fill(page, "Add a room", name="Legal room 2")
    await heading(page, "Legal room 2 is ready")
    await look(page, "room made")
    await page.get_by_role("link", name="Go to Legal room 2").click()
    await page.get_by_role("button", name="Make a personal link").click()
    await look(page, "make a personal link")
    await fill(page, "Make a personal link", name="Ms Shah, Shah and Partners")
    await heading(page, "Personal link for Ms Shah, Shah and Partners")
    await look(page, "personal link")
    await page.get_by_role("link", name="Back to Legal room 2").click()
    await look(page, "room")
    await page.get_by_role("link", name="Change (Policy)").click()
    await look(page, "change a room")
    await page.get_by_label("Hearing").check()
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".govuk-summary-list")).to_contain_text("Hearing")
    await page.get_by_role("link", name="Make a new Host PIN").click()
    await look(page, "ask for a new PIN")
    await page.get_by_role("button", name="Make a new Host PIN").click()
    await heading(page, "New Host PIN for Legal room 2")
    await look(page, "new PIN")
    await page.get_by_role("link", name="Go to Legal room 2").click()
    await page.get_by_role("link", name="Revoke Ms Shah").click()
    await look(page, "revoke a link")
    await page.get_by_role("button", name="Revoke").click()
    await page.get_by_role("button", name="Close the room").click()
    await look(page, "ask to close a room")
    await page.get_by_role("button", name="Close the room").click()
    await expect(page.get_by_text("Nobody can start anything in this room.")).to_be_visible()
    await look(page, "closed room")

    await page.goto(f"{base}/staff/establishment")
    await heading(page, "Establishment")
    await fill(page, "Save", phone="")
    await page.get_by_role("alert").wait_for()
    await look(page, "establishment")
    await fill(page, "Save", phone="01632 960055")
    await page.get_by_text("Saved.").wait_for()
    await look(page, "establishment saved")
    await page.goto(f"{base}/staff/record")
    await expect(page.locator("tbody tr").first).to_contain_text("Ada read this record.")
    await expect(page.locator("tbody tr").nth(1)).to_contain_text("Ada changed the establishment.")
    await page.get_by_role("link", name="Check the whole record").click()
    await heading(page, "The record holds")
    await look(page, "record checked")
    await page.get_by_role("link", name="Back to the record").click()
    await heading(page, "Record of the establishment")
    await look(page, "record")
