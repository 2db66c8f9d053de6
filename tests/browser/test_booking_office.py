"""The booking office in a real browser without script, looked at by axe on every page."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.async_api import Page, expect

from tests.browser.conftest import Invite, World
from tests.browser.desk import COOKIE, sign_in
from tests.browser.rooms import make_rooms
from tests.browser.test_staff_pages import heading, look
from vmr.staff import StaffRole

ROLES = (StaffRole.BOOKING, StaffRole.DUTY, StaffRole.ADMINISTRATOR)
BOOKINGS = "/staff/bookings"


def working_day() -> datetime:
    """Ten o'clock on a day that is no weekend, with more notice than is needed."""
    day = datetime.now(ZoneInfo("Europe/London")) + timedelta(days=7)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day.replace(hour=10, minute=0, second=0, microsecond=0)


async def type_in(page: Page, **fields: str) -> None:
    for id, text in fields.items():
        await page.locator(f"#{id.replace('_', '-')}").fill(text)


async def choose(page: Page, **fields: str) -> None:
    for id, label in fields.items():
        await page.locator(f"#{id.replace('_', '-')}").select_option(label=label)


async def press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).click()


async def begin(page: Page, base: str, day: datetime, name: str, prisoner: str) -> None:
    """The form of a consultation on this day at ten, filled in but not sent."""
    await page.goto(f"{base}{BOOKINGS}?on={day:%Y-%m-%d}")
    await page.get_by_role("button", name="New booking").click()
    await page.get_by_label("Consultation").check()
    await press(page, "Continue")
    await heading(page, "New booking")
    await choose(page, room="Legal A", start_hour="10", start_minute="00")
    await type_in(page, prisoner=prisoner, p0_name=name, p0_email="law@example.org")


async def test_a_slot_is_asked_for_taken_moved_confirmed_changed_and_cancelled(
    world: World, people: Invite
) -> None:
    rooms = await make_rooms(world.server.database, "legal", ["Legal A"])
    cookie = await sign_in(world.server.database, rooms[0].address, "Cora", ROLES)
    clerk = await people("Cora", 1, java_script_enabled=False)
    clerk.may_lose_network = True  # refused forms are 422, which the console notes as errors
    base, page, day = f"http://127.0.0.1:{clerk.proxy.port}", clerk.page, working_day()
    await clerk.context.add_cookies([{"name": COOKIE, "value": cookie, "url": base}])

    await begin(page, base, day, "Ada Law", "A1234BC")
    await press(page, "Book and confirm")
    await heading_of_booking(page)
    await expect(page.get_by_text("Confirmed", exact=True)).to_be_visible()

    await begin(page, base, day, "Ben Bar", "B1234BC")
    await press(page, "Book and confirm")
    await expect(page.get_by_role("alert")).to_contain_text("The room is taken then")
    await expect(page.locator("#p0-name")).to_have_value("Ben Bar")
    await page.locator(".vmr-free button").first.click()
    await expect(page.get_by_role("status")).to_contain_text("The time was filled in")
    await expect(page.locator("#p0-name")).to_have_value("Ben Bar")
    await press(page, "Add another person")
    await type_in(page, p1_name="Ioana Popescu", p1_language="Romanian")
    await choose(page, p1_part="Interpreter")
    await press(page, "Save as a request")
    await heading_of_booking(page)
    await expect(page.get_by_text("Requested", exact=True).first).to_be_visible()

    await page.get_by_role("button", name="Confirm", exact=True).click()
    await page.get_by_role("radio").first.check()
    await press(page, "Confirm")
    await page.get_by_text("Personal links to pass on").wait_for()
    await page.get_by_role("link", name="Back to the booking").click()
    await expect(page.get_by_text("Confirmed", exact=True).first).to_be_visible()

    await page.get_by_role("button", name="Change", exact=True).click()
    await type_in(page, prisoner="C1234BC")
    await press(page, "Save")
    await heading_of_booking(page)
    await expect(page.get_by_text("C1234BC")).to_be_visible()

    await page.get_by_role("button", name="Cancel the booking").click()
    await press(page, "Cancel the booking")
    await expect(page.get_by_role("alert")).to_contain_text("Enter the reason")
    await type_in(page, reason="Trial collapsed")
    await press(page, "Cancel the booking")
    await heading_of_booking(page)
    await expect(page.get_by_text("Cancelled", exact=True).first).to_be_visible()
    await expect(page.get_by_text("Cancelled: Trial collapsed")).to_be_visible()


async def test_every_page_of_the_booking_office_is_accessible(
    world: World, people: Invite, tmp_path: Path
) -> None:
    rooms = await make_rooms(world.server.database, "legal", ["Legal A", "Legal B"])
    cookie = await sign_in(world.server.database, rooms[0].address, "Cora", ROLES)
    clerk = await people("Cora", 1)
    clerk.may_lose_network = True  # refused forms are 422, which the console notes as errors
    base, page, day = f"http://127.0.0.1:{clerk.proxy.port}", clerk.page, working_day()
    await clerk.context.add_cookies([{"name": COOKIE, "value": cookie, "url": base}])

    await page.goto(f"{base}{BOOKINGS}/new?sent=yes")
    await look(page, "purpose of a booking")
    await begin(page, base, day, "Ada Law", "A1234BC")
    await look(page, "new booking")
    await press(page, "Book and confirm")
    await heading_of_booking(page)
    await look(page, "booking")
    one = page.url
    await begin(page, base, day, "Ben Bar", "B1234BC")
    await press(page, "Add another person")
    await type_in(page, p0_email="no address")
    await press(page, "Book and confirm")
    await look(page, "new booking refused")
    await type_in(page, p0_email="")
    await press(page, "Book and confirm")
    await look(page, "new booking taken")
    await press(page, "Save as a request")
    await heading_of_booking(page)
    request = page.url
    for action in ("confirm", "refuse"):
        await page.goto(f"{request}/{action}")
        await look(page, f"{action} a booking")
    await page.goto(f"{one}/cancel")
    await press(page, "Cancel the booking")
    await look(page, "cancel a booking")
    await page.goto(f"{one}/amend")
    await page.locator('input[name="version"]').evaluate("it => { it.value = '0' }")
    await type_in(page, prisoner="Z1234BC")
    await press(page, "Save")
    await page.get_by_role("columnheader", name="You typed").wait_for()
    await look(page, "changed by somebody else")

    await page.goto(f"{base}{BOOKINGS}?on={day:%Y-%m-%d}")
    await look(page, "calendar")
    await page.get_by_role("link", name="Legal A", exact=True).first.click()
    await look(page, "week")
    await page.goto(f"{base}{BOOKINGS}/search?q=law")
    await look(page, "search")
    await page.goto(f"{base}{BOOKINGS}/closures")
    await type_in(page, reason="Training")
    for end in ("from", "until"):
        for part in ("day", "month", "year"):
            await page.locator(f"#{end}-{part}").fill(str(getattr(day, part)))
    await press(page, "Add a closure")
    await heading(page, "Closure")
    await look(page, "closure")
    await page.goto(f"{base}{BOOKINGS}/closures")
    await press(page, "Add a closure")
    await look(page, "closures")
    await page.goto(f"{base}{BOOKINGS}?on={day:%Y-%m-%d}")
    await look(page, "calendar with a closure")
    await page.goto(f"{base}{BOOKINGS}/rooms")
    await look(page, "rooms")
    await page.get_by_role("button", name="Ask for one for each slot Legal A").click()
    await page.get_by_role("link", name="Change Legal A").click()
    await type_in(page, d0_0_opens="nine")
    await press(page, "Save opening hours")
    await look(page, "opening hours")
    await page.goto(f"{base}/staff/slot-pins")
    await look(page, "slot pins")
    await page.goto(f"{base}/staff/rosters")
    await page.get_by_role("checkbox", name="Cora").check()
    await look(page, "roster of nobody")
    await press(page, "Save the roster")
    await expect(page.get_by_role("checkbox", name="Cora")).to_be_checked()
    await look(page, "roster")
    await page.get_by_role("link", name="Previous day").click()
    await expect(page.get_by_text("The roster of a day that is over")).to_be_visible()
    await look(page, "roster of a day that is over")
    await page.goto(f"{base}{BOOKINGS}/import")
    await press(page, "Check the file")
    await expect(page.get_by_role("alert")).to_contain_text("Choose a CSV file")
    await look(page, "import")
    head = "purpose,date,start,minutes,room,prisoner,person_1_name"
    row = f"consultation,{day + timedelta(days=7):%Y-%m-%d},14:00,75,Legal B,A1234BC"
    file = tmp_path / "bookings.csv"
    file.write_text(f"{head}\n{row},\n{row},Ada\n")
    await page.locator("#file").set_input_files(file)
    await press(page, "Check the file")
    await look(page, "trial of a wrong file")
    file.write_text(f"{head}\n{row},Ada\n")
    await page.goto(f"{base}{BOOKINGS}/import")
    await page.locator("#file").set_input_files(file)
    await press(page, "Check the file")
    await look(page, "trial of a right file")
    await press(page, "Import them")
    await heading(page, "Bookings made: 1")
    await look(page, "imported")


async def heading_of_booking(page: Page) -> None:
    """On the page of a booking; by its link where a page with personal links came first."""
    back = page.get_by_role("link", name="Back to the booking")
    await page.get_by_role("heading", level=1).wait_for()
    if await back.count():
        await back.click()
    await page.get_by_role("heading", name="Booking ", level=1).wait_for()
