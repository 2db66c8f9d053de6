"""An administrator's pages for programs in a real browser, each looked at."""

from playwright.async_api import expect

from tests.browser.conftest import Invite, World
from tests.browser.test_room_pages import administrator
from tests.browser.test_staff_pages import fill, heading, look


async def test_a_token_is_made_without_script_and_revoked(world: World, people: Invite) -> None:
    page, base = await administrator(world, people, java_script_enabled=False)
    await page.goto(f"{base}/staff")
    await page.get_by_role("link", name="Tokens of programs").click()
    await page.get_by_role("button", name="Make a token").click()
    await page.get_by_label("Read bookings, with the names of everybody expected").check()
    await page.get_by_label("30 days").check()
    await fill(page, "Make a token", name="Court lists")
    await heading(page, "Token for Court lists")
    await page.get_by_role("link", name="Back to tokens of programs").click()
    await page.get_by_role("link", name="Revoke Court lists").click()
    await page.get_by_role("button", name="Revoke").click()
    await expect(page.locator(".govuk-tag", has_text="Revoked")).to_be_visible()


async def test_the_pages_of_tokens(world: World, people: Invite) -> None:
    page, base = await administrator(world, people)
    await page.goto(f"{base}/staff/api-tokens")
    await look(page, "tokens none")
    await page.get_by_role("button", name="Make a token").click()
    await fill(page, "Make a token", name="")
    await page.get_by_role("alert").wait_for()
    await look(page, "token form refused")
    for scope in ("Make, change and decide bookings", "Read the records of meetings, without"):
        await page.get_by_label(scope).check()
    await fill(page, "Make a token", name="Court lists of the crown court at Northgate")
    await heading(page, "Token for Court lists of the crown court at Northgate")
    await look(page, "token")
    await page.get_by_role("link", name="Back to tokens of programs").click()
    await look(page, "tokens")
    await page.get_by_role("link", name="Revoke Court lists").click()
    await look(page, "revoke a token")
    await page.get_by_role("button", name="Revoke").click()
    await heading(page, "Tokens of programs")
    await look(page, "tokens revoked")
