"""The documents of staff in a real browser: signed in without script, looked at by axe.

With VMR_STAFF_PICTURES=FOLDER pictures of each page are kept (`pictures.py`).
"""

import os
import re
import time
from pathlib import Path

from playwright.async_api import Page

from tests.browser.conftest import Invite, World
from tests.browser.pictures import keep_pictures
from tests.browser.test_accessibility import check, faint_in_the_dark, faults_in_large_text
from vmr.totp import code_at, step_at

PICTURES = os.environ.get("VMR_STAFF_PICTURES", "")
DEMONSTRATION = "HMP Northgate (demonstration)"
PASSWORD = "three random words"
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""Laid out for the size it has now: what is pressed does not move away under the pointer."""
CODE = r"\b[a-z2-7]{4}(?:-[a-z2-7]{4}){3}\b"


async def new_account(world: World, username: str, *more: str) -> str:
    """The one-time password of a new account."""
    roles = ("--role", "administrator", "--role", "duty")
    where = ("--establishment", DEMONSTRATION)  # other tests have added theirs to this server
    printed = await world.server.command("staff", "add", username, *where, *roles, *more)
    (password,) = re.findall(CODE, printed)
    return str(password)


async def look(page: Page, view: str) -> None:
    """Nothing for axe to find, light or dark, nor in large text; and a picture for people."""
    await page.wait_for_load_state("load")  # with its styles
    await check(page, view)
    assert await faint_in_the_dark(page) == [], view
    assert await faults_in_large_text(page) == [], view
    if PICTURES:
        await keep_pictures(page, Path(PICTURES), view.replace(" ", "-"))
    await page.evaluate(DRAWN)


async def fill(page: Page, button: str, **fields: str) -> None:
    """Type into the fields of these ids and press the button of this name."""
    for field, text in fields.items():
        await page.locator(f"#{field}").fill(text)
    await page.get_by_role("button", name=button, exact=True).click()


async def heading(page: Page, text: str) -> None:
    await page.get_by_role("heading", name=text, level=1).wait_for()


async def test_an_officer_signs_in_with_a_second_factor_and_every_page_is_accessible(
    world: World, people: Invite
) -> None:
    once = await new_account(world, "ada", "--name", "Ada Admin")
    person = await people("Ada", 1)
    person.may_lose_network = True  # refused forms are 422, which the console notes as errors
    page = person.page
    base = f"http://127.0.0.1:{person.proxy.port}"
    await page.goto(f"{base}/staff")
    await heading(page, "Staff sign in")
    await look(page, "sign in")
    await fill(page, "Sign in", username="ada", password="wrong password")
    await page.get_by_role("alert").wait_for()
    await look(page, "sign in refused")
    await fill(page, "Sign in", username="ada", password=once)
    await heading(page, "Choose a new password")
    await fill(page, "Continue", new="short", again="short")
    await page.get_by_role("alert").wait_for()
    await look(page, "new password")
    await fill(page, "Continue", new=PASSWORD, again=PASSWORD)
    await heading(page, "Staff home")
    await look(page, "home")

    await page.get_by_role("link", name="Ada Admin").click()
    await heading(page, "Your account")
    await page.get_by_role("link", name="Set up a second factor").click()
    await heading(page, "Set up a second factor")
    await look(page, "set up second factor")
    secret = (await page.locator(".vmr-code").inner_text()).replace(" ", "")
    code = code_at(secret, step_at(time.time()))
    await fill(page, "Continue", code=code, current=PASSWORD)
    await heading(page, "Write down your recovery codes")
    codes = await page.locator(".vmr-codes li").all_inner_texts()
    await look(page, "recovery codes")
    await page.get_by_role("button", name="I have written them down").click()
    await heading(page, "Your account")
    await look(page, "account")
    await page.get_by_role("link", name="Change your password").click()
    await look(page, "change password")

    await page.goto(f"{base}/staff/people")
    await look(page, "staff accounts")
    await page.get_by_role("button", name="Add a person").click()
    await fill(page, "Add a person", name="", username="x")
    await page.get_by_role("alert").wait_for()
    await look(page, "add a person")
    await page.get_by_label("Monitoring officer").check()
    await fill(page, "Add a person", name="Sam Monitor", username="sam.browser")
    await heading(page, "One-time password for Sam Monitor")
    await look(page, "one-time password")
    await page.get_by_role("link", name="Back to staff accounts").click()
    await page.get_by_role("link", name="Sam Monitor").click()
    await heading(page, "Sam Monitor")
    await look(page, "person")
    await page.get_by_role("button", name="Disable the account").click()
    await page.get_by_text("Disabled", exact=True).wait_for()

    await page.get_by_role("button", name="Sign out", exact=True).click()
    await heading(page, "Staff sign in")
    await fill(page, "Sign in", username="ada", password=PASSWORD)
    await heading(page, "Enter your code")
    await look(page, "second factor")
    await fill(page, "Continue", code=codes[0])
    await heading(page, "Staff home")
    cookies = await person.context.cookies()
    assert [one["httpOnly"] for one in cookies if one["name"] == "vmr-staff"] == [True]
    assert "vmr-staff" not in str(await page.evaluate("document.cookie"))


async def test_staff_sign_in_without_script(world: World, people: Invite) -> None:
    once = await new_account(world, "plain", "--name", "Plain Browser")
    person = await people("Plain", 1, java_script_enabled=False)
    page = person.page
    await page.goto(f"http://127.0.0.1:{person.proxy.port}/staff/people")
    await fill(page, "Sign in", username="plain", password=once)
    await fill(page, "Continue", new=PASSWORD, again=PASSWORD)
    await heading(page, "Staff accounts")
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await heading(page, "Staff sign in")
