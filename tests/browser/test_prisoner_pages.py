"""Contacts, the compact, bans and a social call as a clerk meets them, with axe on every page."""

from datetime import datetime

from playwright.async_api import Page, expect

from tests.browser.conftest import Invite, World
from tests.browser.desk import COOKIE, DeskPage, sign_in
from tests.browser.rooms import make_rooms
from tests.browser.steps import knock
from tests.browser.test_booking_office import (
    choose,
    heading_of_booking,
    press,
    type_in,
    working_day,
)
from tests.browser.test_staff_pages import heading, look
from vmr.staff import StaffRole

PRISONERS, BANS = "/staff/prisoners", "/staff/bans"


async def clerk_of(world: World, people: Invite) -> tuple[Page, str]:
    """Signed in at an establishment with one social room; their page and its address."""
    rooms = await make_rooms(world.server.database, "social", ["Visits A"])
    cookie = await sign_in(world.server.database, rooms[0].address, "Cora", (StaffRole.BOOKING,))
    clerk = await people("Cora", 1)
    clerk.may_lose_network = True  # refused forms are 422, which the console notes as errors
    base = f"http://127.0.0.1:{clerk.proxy.port}"
    await clerk.context.add_cookies([{"name": COOKIE, "value": cookie, "url": base}])
    return clerk.page, base


async def find(page: Page, base: str, reference: str) -> None:
    await page.goto(f"{base}{PRISONERS}")
    await type_in(page, reference=reference)
    await press(page, "Find the prisoner")


async def add_contact(page: Page, name: str, relation: str, *, is_minor: bool = False) -> None:
    await page.get_by_role("button", name="Add a contact").click()
    await type_in(page, name=name, relation=relation)
    if is_minor:
        await page.get_by_label("They are under 18").check()
    await press(page, "Add a contact")


async def fill_day(page: Page, field: str, day: datetime) -> None:
    for part in ("day", "month", "year"):
        await page.locator(f"#{field}-{part}").fill(str(getattr(day, part)))


async def ban(page: Page, name: str, day: datetime) -> None:
    """From the prisoner's page, of a contact, for this prisoner."""
    await page.get_by_role("button", name="Add a ban").click()
    await page.get_by_role("radio", name=name).check()
    await page.get_by_role("radio", name="This prisoner").check()
    await type_in(page, authority="Jo Jones", office="Governor", reason="Threats in a letter")
    await fill_day(page, "review", day)
    await press(page, "Add a ban")


async def test_a_clerk_approves_contacts_books_a_call_bans_and_lifts_the_ban(
    world: World, people: Invite
) -> None:
    (page, base), day = await clerk_of(world, people), working_day()

    await page.goto(f"{base}/staff")
    await page.get_by_role("link", name="Prisoners and their contacts").click()
    await type_in(page, reference="A1234BC")
    await press(page, "Find the prisoner")
    await look(page, "prisoner unknown")
    await press(page, "Add A1234BC")
    await heading(page, "Prisoner A1234BC")
    assert "A1234BC" not in page.url
    await look(page, "prisoner new")

    await page.get_by_role("button", name="Add a contact").click()
    await press(page, "Add a contact")
    await page.get_by_role("alert").wait_for()
    await look(page, "contact refused")
    await page.get_by_role("link", name="Back to prisoner").click()
    await add_contact(page, "Ann Smith", "Mother")
    await add_contact(page, "Tom Smith", "Brother", is_minor=True)
    await add_contact(page, "Ann Smyth", "Aunt")
    for name in ("Ann Smith", "Tom Smith"):
        await page.get_by_role("button", name=f"Approve {name}").click()
        await expect(page.get_by_role("button", name=f"Approve {name}")).to_have_count(0)

    await page.get_by_role("link", name="Record the signature").click()
    await press(page, "Record the signature")
    await page.get_by_role("alert").wait_for()
    await look(page, "compact form")
    await type_in(page, witness="Olu Ade")
    await press(page, "Record the signature")
    await expect(page.get_by_text("seen by Olu Ade")).to_be_visible()

    await page.get_by_role("checkbox", name="Ann Smith").check()
    await page.get_by_role("checkbox", name="Tom Smith").check()
    await press(page, "Continue")
    await heading(page, "New booking")
    await choose(page, room="Visits A", start_hour="10", start_minute="00")
    await fill_day(page, "start", day)
    await look(page, "social call form")
    await press(page, "Book and confirm")
    await heading_of_booking(page)
    await expect(page.get_by_text("Confirmed", exact=True)).to_be_visible()

    await find(page, base, "a 1234-bc")
    await heading(page, "Prisoner A1234BC")
    await expect(page.get_by_text("60 of 120 minutes booked, 60 left")).to_be_visible()
    await page.get_by_role("button", name="Add a ban").click()
    await press(page, "Add a ban")
    await page.get_by_role("alert").wait_for()
    await look(page, "ban form")
    await page.get_by_role("link", name="Back to prisoner").click()
    await ban(page, "Ann Smith", day)
    await heading(page, "Prisoner A1234BC")
    await expect(page.get_by_text("Somebody is banned from calls")).to_be_visible()
    await expect(page.get_by_role("link", name="Name like Ann Smith")).to_be_visible()
    await expect(page.get_by_role("checkbox", name="Ann Smith")).to_have_count(0)
    await look(page, "prisoner with a ban")
    await page.get_by_role("link", name="Remove Tom Smith").click()
    await look(page, "contact removed")

    await page.goto(f"{base}{BANS}")
    await look(page, "bans")
    await page.get_by_role("link", name="Ann Smith").click()
    await press(page, "Lift the ban")
    await page.get_by_role("alert").wait_for()
    await look(page, "ban not lifted")
    await type_in(page, reason="Appeal decided by Jo Jones")
    await press(page, "Lift the ban")
    await expect(page.get_by_text("Lifted", exact=True).first).to_be_visible()
    await look(page, "ban lifted")
    await page.get_by_role("link", name="Back to prisoner").click()
    await expect(page.get_by_role("checkbox", name="Ann Smith")).to_be_visible()
    await expect(page.get_by_text("Somebody is banned from calls")).to_have_count(0)


async def test_a_banned_contact_is_refused_whatever_is_typed_and_a_ban_of_all_is_entered(
    world: World, people: Invite
) -> None:
    (page, base), day = await clerk_of(world, people), working_day()

    await page.goto(f"{base}{BANS}")
    await look(page, "no bans")
    await page.get_by_role("button", name="Ban somebody from every prisoner").click()
    await press(page, "Ban somebody from every prisoner")
    await page.get_by_role("alert").wait_for()
    await look(page, "ban of all refused")
    await type_in(page, name="Max Bad", authority="Jo Jones", office="Governor", reason="Phones")
    await fill_day(page, "review", day)
    await press(page, "Ban somebody from every prisoner")
    await page.get_by_role("link", name="Max Bad").wait_for()

    await find(page, base, "B1234BC")
    await press(page, "Add B1234BC")
    await add_contact(page, "Max Bad", "Uncle")
    await page.get_by_role("button", name="Approve Max Bad").click()
    await expect(page.get_by_text("Banned", exact=True)).to_be_visible()
    await expect(page.get_by_role("heading", name="Book a social call")).to_have_count(0)
    await look(page, "prisoner banned from all")

    await page.goto(f"{base}/staff/bookings?on={day:%Y-%m-%d}")
    await page.get_by_role("button", name="New booking").click()
    await page.get_by_label("Social call").check()
    await press(page, "Continue")
    await choose(page, room="Visits A", start_hour="11", start_minute="00")
    await fill_day(page, "start", day)
    await expect(page.locator("#p0-part")).to_have_value("family")
    await type_in(page, prisoner="B1234BC", p0_name="Max Bad")
    await press(page, "Book and confirm")
    await expect(page.get_by_role("alert")).to_contain_text("Somebody is banned from calls")
    await look(page, "banned caller refused")


async def test_the_desk_sees_that_a_name_at_the_door_is_like_a_banned_one_and_who_waits_does_not(
    world: World, people: Invite
) -> None:
    room = (await make_rooms(world.server.database, "compassionate", ["Family A"]))[0]
    cookie = await sign_in(
        world.server.database, room.address, "Cora", (StaffRole.BOOKING, StaffRole.DUTY)
    )
    clerk, guest = await people("Cora", 1), await people("max bad", 2)
    base, page = f"http://127.0.0.1:{clerk.proxy.port}", clerk.page
    await clerk.context.add_cookies([{"name": COOKIE, "value": cookie, "url": base}])
    await page.goto(f"{base}{BANS}/add")
    await type_in(page, name="Max Bad", authority="Jo Jones", office="Governor", reason="Phones")
    await fill_day(page, "review", working_day())
    await press(page, "Ban somebody from every prisoner")
    await page.get_by_role("link", name="Max Bad").wait_for()

    await knock(guest, room.path)
    desk = await DeskPage.open(page, base, cookie)
    hint = "name like a banned person"
    await expect(desk.room("Family A").get_by_text(hint)).to_be_visible()
    await look(page, "desk with a name like a banned one")
    await expect(guest.page.get_by_text("banned")).to_have_count(0)
