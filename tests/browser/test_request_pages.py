"""A lawyer asks for a slot in a real browser, with the mail that is sent; each page looked at.

The pages have no script; one is allowed here because axe is one.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.conftest import VIEWPORT, Invite, World, start_world, stop_world
from tests.browser.eventually import eventually
from tests.browser.rooms import make_room
from tests.browser.test_staff_pages import fill, heading
from tests.browser.test_staff_pages import look as look_at_widths
from tests.signalling.mail.server import SENDER, Mailbox, mail_server, part
from vmr.room_record import establishment_happening
from vmr.staff_record import OPERATOR
from vmr.store import Store

ADA = "ada@law.example"


@dataclass
class Office:
    world: World
    mailbox: Mailbox

    async def code(self, count: int) -> str:
        """In the `count`th letter with one."""

        def codes() -> list[str]:
            letters = [one for one in self.mailbox.got if "Your code" in one["Subject"]]
            return [re.findall(r"^\d{6}$", part(one), re.M)[0] for one in letters]

        async def has_come() -> bool:
            return len(codes()) >= count

        await eventually("the code comes by mail", has_come, 20)
        return codes()[count - 1]


@pytest_asyncio.fixture(loop_scope="session")
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with mail_server(Mailbox()) as mailbox:
        world = await start_world(
            tmp_path,
            smtp_host="127.0.0.1",
            smtp_port=str(mailbox.port),
            smtp_tls="off",
            mail_from=SENDER,
            court_domains="court.example",
        )
        await make_room(world.server.database, "legal", "Room 9")
        store = await Store.open(f"sqlite:///{world.server.database}")
        for one in await store.establishments():
            done = establishment_happening(replace(one, takes_requests=True), by=OPERATOR, at=1.0)
            await store.office.change_establishment(replace(one, takes_requests=True), done)
        await store.close()
        yield Office(world, mailbox)
        await stop_world(world)


async def look(page: Page, view: str) -> None:
    """At every width; then as it was, since what is typed next must not meet a page in motion."""
    await look_at_widths(page, view)
    await page.set_viewport_size({"width": VIEWPORT["width"], "height": VIEWPORT["height"]})


async def choose_offered(page: Page, number: int, view: str) -> None:
    await page.locator('input[name="chosen"]').nth(number).check()
    await look(page, view)
    await page.get_by_role("button", name="Continue").click()


async def test_a_lawyer_asks_for_a_slot_and_withdraws_it(office: Office, people: Invite) -> None:
    person = await people("Ada", 1, world=office.world)
    person.may_lose_network = True  # a refused form is 422, which the console notes as an error
    page = person.page
    base = f"http://127.0.0.1:{person.proxy.port}"
    await page.goto(base)
    await page.get_by_role("link", name="Ask for a video call").click()
    await heading(page, "Ask for a video call with a prisoner")
    await look(page, "request start")
    await page.get_by_role("radio").last.check()
    await page.get_by_role("button", name="Start").click()
    await fill(page, "Continue", email="nobody")
    await page.get_by_role("alert").wait_for()
    await look(page, "request email")
    await fill(page, "Continue", email=ADA)
    await heading(page, "Check your e-mail")
    await fill(page, "Continue", code="no")
    await page.get_by_role("alert").wait_for()
    await look(page, "request code")
    await fill(page, "Continue", code=await office.code(1))

    await heading(page, "What is the call for?")
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("alert").wait_for()
    await look(page, "request purpose")
    await page.get_by_label("A legal consultation").check()
    await page.get_by_role("button", name="Continue").click()
    await heading(page, "What is the prisoner’s reference?")  # noqa: RUF001
    await look(page, "request prisoner")
    await fill(page, "Continue", prisoner="A1234BC")
    await heading(page, "Which time do you prefer?")
    await fill(page, "Continue", day="31", month="2", year="2027", time="25")
    await page.get_by_role("alert").wait_for()
    await look(page, "request time refused")
    await choose_offered(page, 0, "request time")
    await heading(page, "Which other time would do?")
    await choose_offered(page, 1, "request second time")
    await heading(page, "Which third time would do?")
    await choose_offered(page, 2, "request third time")
    await heading(page, "What is your name?")
    await look(page, "request name")
    await fill(page, "Continue", name="Ada Law")
    await heading(page, "Add a person")
    await fill(page, "Continue", email="")
    await page.get_by_role("alert").wait_for()
    await look(page, "request person")
    await page.get_by_label("Lawyer").check()
    await page.get_by_label("Professional photo card").check()
    await fill(page, "Continue", email=ADA, alias="L" * 60)
    await heading(page, "Who will attend?")
    await look(page, "request people")
    await page.get_by_role("button", name="Continue").click()
    await look(page, "request note")
    await fill(page, "Continue", note="A hearing aid.")
    await heading(page, "Check your answers")
    await page.get_by_role("link", name="Change Your name").click()
    await expect(page.locator("#name")).to_have_value("Ada Law")
    await page.get_by_role("link", name="Back", exact=True).click()
    await heading(page, "Which third time would do?")
    await page.goto(f"{base}/request/check")
    await page.get_by_role("button", name="Send the request").click()
    await page.get_by_role("alert").wait_for()
    await look(page, "request check")
    await page.get_by_label("Everyone named here has agreed").check()
    await page.get_by_role("button", name="Send the request").click()
    await heading(page, "Request sent")
    await look(page, "request sent")
    reference = await page.locator(".govuk-panel__body strong").inner_text()

    await page.get_by_role("button", name="Leave and delete what I typed").click()
    await page.goto(f"{base}/request/state/{reference}")
    await fill(page, "Continue", email=ADA)
    await fill(page, "Continue", code=await office.code(2))
    await heading(page, f"Request {reference}")
    await look(page, "request state")
    await page.get_by_role("button", name="Ask for a change").click()
    await heading(page, "Which time do you prefer?")
    await page.goto(f"{base}/request/state")
    await heading(page, "Your requests")
    await look(page, "request list")
    await page.get_by_role("link", name=reference).click()
    await page.get_by_role("link", name="Withdraw this request").click()
    await heading(page, f"Withdraw request {reference}?")
    await look(page, "request withdraw")
    await page.get_by_role("button", name="Withdraw the request").click()
    await expect(page.locator(".govuk-tag")).to_have_text("Cancelled")
    cookies = await person.context.cookies()
    assert [one["httpOnly"] for one in cookies if one["name"] == "vmr-request"] == [True]
    await page.goto(f"{base}/request/state/BBBB-2222")
    await look(page, "request unknown")
    await page.context.clear_cookies()
    for view in ("ended", "code", "email"):
        await page.goto(f"{base}/request/{view}")
        await look(page, f"request {view} alone")
