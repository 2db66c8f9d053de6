"""An administrator's pages for programs in a real browser, each looked at."""

import time
from dataclasses import replace
from pathlib import Path

from playwright.async_api import expect

from tests.browser.conftest import Invite, World
from tests.browser.test_room_pages import administrator
from tests.browser.test_staff_pages import fill, heading, look
from vmr.ids import WebhookId
from vmr.store import Store
from vmr.webhooks import WebhookMessage


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


async def test_the_pages_of_webhooks(world: World, people: Invite) -> None:
    page, base = await administrator(world, people)
    await page.goto(f"{base}/staff")
    await page.get_by_role("link", name="Webhooks", exact=True).click()
    await look(page, "webhooks none")
    await page.get_by_role("button", name="Add a webhook").click()
    await fill(page, "Add a webhook", url="http://court.example/")
    await page.get_by_role("alert").wait_for()
    await look(page, "webhook form refused")
    for event in ("A meeting ends", "The outcome of a slot is settled"):
        await page.get_by_label(event).check()
    url = "https://lists.court.example/hooks/of-the-prison-at-northgate/0123456789abcdef"
    await fill(page, "Add a webhook", url=url)
    await heading(page, "Secret of the webhook")
    await look(page, "webhook secret")
    await page.get_by_role("link", name="Go to this webhook").click()
    await page.get_by_role("button", name="Make a new secret").click()
    await expect(page.get_by_text("The program needs the new secret by then.")).to_be_visible()
    await look(page, "webhook secret renewed")
    await page.get_by_role("link", name="Go to this webhook").click()
    await page.get_by_role("button", name="Disable").click()
    await page.get_by_role("button", name="Enable").wait_for()
    webhook = WebhookId(page.url.rpartition("/")[2])
    await deliver(world.server.database, webhook)
    await page.reload()
    await look(page, "webhook")
    await page.get_by_role("link", name="Back to webhooks").click()
    await look(page, "webhooks")
    await page.get_by_role("link", name="lists.court.example").click()
    await page.get_by_role("link", name="Remove the webhook").click()
    await look(page, "remove a webhook")
    await page.get_by_role("button", name="Remove the webhook").click()
    await expect(page.get_by_text("There is no webhook.")).to_be_visible()


async def deliver(database: Path, webhook: WebhookId) -> None:
    """A message that was not taken at first."""
    store = await Store.open(f"sqlite:///{database}")
    try:
        now = time.time()
        message = WebhookMessage(
            id="m", webhook=webhook, url="", secrets=("whsec_",), made_at=now - 30, tries=1,
            body=b'{"type":"meeting.ended","data":{}}',
        )  # fmt: skip
        await store.webhooks.put_off(message, now, "answered 500", now - 20)
        await store.webhooks.settle_delivered(replace(message, tries=2), now - 5)
    finally:
        await store.close()
