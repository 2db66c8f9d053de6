"""Enrolled terminals in real browsers: the key of one, and hosts with it and without."""

from playwright.async_api import expect

from tests.browser.conftest import Invite, World
from tests.browser.desk import COOKIE, DeskPage, sign_in
from tests.browser.rooms import make_room
from tests.browser.steps import open_with_the_pin
from tests.browser.test_staff_pages import fill, heading, look
from vmr.staff import StaffRole


async def test_the_host_pin_works_at_the_browser_that_was_enrolled_and_nowhere_else(
    world: World, people: Invite
) -> None:
    room = await make_room(world.server.database)
    cookie = await sign_in(world.server.database, room.address, "Ada", [StaffRole.ADMINISTRATOR])
    terminal, elsewhere = await people("Terminal", 1), await people("Elsewhere", 2)
    terminal.may_lose_network = True  # a refused form is 422, which the console notes as an error
    base, page = f"http://127.0.0.1:{terminal.proxy.port}", terminal.page
    await terminal.context.add_cookies([{"name": COOKIE, "value": cookie, "url": base}])

    await page.goto(f"{base}/staff/terminals")
    await look(page, "no terminals")
    await page.get_by_label("The Host PIN works only at enrolled terminals").check()
    await page.get_by_role("button", name="Save", exact=True).click()
    await heading(page, "No terminal is enrolled. Switch this on?")
    await look(page, "terminals only, with none")
    await page.get_by_role("button", name="Yes, the Host PIN").click()
    await look(page, "nobody can join")
    duty = await sign_in(world.server.database, room.address, "Dan", [StaffRole.DUTY])
    desk = await DeskPage.open(elsewhere.page, f"http://127.0.0.1:{elsewhere.proxy.port}", duty)
    warning = desk.page.locator('[data-band="terminal"]')
    await expect(warning).to_contain_text("No terminal is enrolled.")
    await look(desk.page, "desk without a terminal")
    await expect(page.get_by_label("The Host PIN works only at enrolled terminals")).to_be_checked()
    await page.get_by_role("button", name="Enrol this browser").click()
    await heading(page, "Enrol this browser")
    await fill(page, "Enrol this browser", name="")
    await expect(page.locator("#name-error")).to_be_visible()
    await look(page, "enrol a terminal")
    await fill(page, "Enrol this browser", name="Video room 2")
    await heading(page, "This terminal is enrolled")
    await look(page, "terminal enrolled")
    await expect(warning).to_be_hidden()
    await page.goto(f"{base}/staff/terminals")
    await look(page, "terminals")
    await page.get_by_role("link", name="Revoke Video room 2").click()
    await heading(page, "Revoke Video room 2?")
    await look(page, "revoke a terminal")
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await heading(page, "Staff sign in")

    await elsewhere.open(room.host_path)
    await elsewhere.start()
    await expect(elsewhere.page.locator("#join-problem")).to_contain_text(
        "Hosts of this establishment join at an enrolled terminal. Ask the duty desk."
    )
    await expect(elsewhere.page.get_by_role("textbox", name="Host PIN")).to_have_count(0)
    await open_with_the_pin(room, terminal)
