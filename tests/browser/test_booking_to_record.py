"""One consultation from its request to its filed record, as everybody in it lives through it.

The server's clock is put forward while it is stopped: to the last minute of the slot, to a minute
after it, and past the end of the retention. While it runs its clock is steady.
"""

import re
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import icalendar
import pypdf
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.conftest import Invite, World, start_world, stop_world
from tests.browser.eventually import eventually
from tests.browser.rooms import TestRoom
from tests.browser.steps import hand_over, knock, lock, open_with_the_pin, record_id
from tests.browser.test_booking_office import (
    BOOKINGS,
    heading_of_booking,
    press,
    working_day,
)  # fmt: skip
from tests.browser.test_staff_pages import DEMONSTRATION, PASSWORD, fill, heading, new_account
from tests.signalling.mail.server import SENDER, Mailbox, mail_server, part
from vmr.ids import MeetingId, RoomId
from vmr.policies import PolicyName
from vmr.record_numbers import RecordNumbers
from vmr.room_record import establishment_happening
from vmr.staff_record import OPERATOR
from vmr.store.secrets import hash_pin, make_pin
from vmr.store.store import Store

ROOM = "Video link 7"
PRISONER = "A1234BC"
LAW = "asha@law.example"
LEFT_S = 40.0
"""Of the slot when the server is started for it: the meeting is held in less."""
ON_TIME_S = 2.0
LATER_S = 60.0
"""After the slot; the server looks for slots that are over when it is started, and each minute."""
DAY_S = 86_400.0


@pytest_asyncio.fixture(loop_scope="session")
async def mailbox() -> AsyncIterator[Mailbox]:
    async with mail_server(Mailbox()) as mailbox:
        yield mailbox


@pytest_asyncio.fixture(loop_scope="session")
async def own_world(tmp_path: Path, mailbox: Mailbox) -> AsyncIterator[World]:
    """A server of its own, that sends letters."""
    world = await start_world(
        tmp_path, smtp_host="127.0.0.1", smtp_port=str(mailbox.port), smtp_tls="off",
        mail_from=SENDER,
    )  # fmt: skip
    yield world
    await stop_world(world)


async def add_room(database: Path) -> tuple[RoomId, TestRoom]:
    """A legal room of the demonstration, which takes requests from now on."""
    store = await Store.open(f"sqlite:///{database}")
    try:
        (prison,) = await store.establishments()
        asked = replace(prison, takes_requests=True)
        done = establishment_happening(asked, by=OPERATOR, at=time.time())
        await store.office.change_establishment(asked, done)
        pin = make_pin()
        room = await store.add_room(
            prison, name=ROOM, policy=PolicyName.LEGAL, pin_hash=hash_pin(pin)
        )
        return room.id, TestRoom(address=room.address, pin=pin, invites=())
    finally:
        await store.close()


async def the_meeting(database: Path, room: RoomId) -> tuple[MeetingId, float, str]:
    """The one that was held in the room: when it ended, and why."""
    store = await Store.open(f"sqlite:///{database}")
    try:
        (meeting,) = await store.meetings(room)
        found = await store.record_search.one(meeting.id)
        assert found is not None
        assert found.ended_at is not None
        return meeting.id, found.ended_at, found.end_code
    finally:
        await store.close()


async def letter_to(mailbox: Mailbox, address: str, subject: str) -> EmailMessage:
    """The one letter to them with this in its subject, as soon as it has come."""

    def found() -> list[EmailMessage]:
        return [one for one in mailbox.to(address) if subject in str(one["Subject"])]

    async def has_come() -> bool:
        return bool(found())

    await eventually(f"a letter to {address} about {subject!r}", has_come)
    (letter,) = found()
    return letter


async def put_forward(world: World, until: float) -> None:
    """It is this time at the server from now on."""
    await world.server.stop()
    world.server.ahead_s = until - time.time()
    await world.server.start()


async def sign_in(page: Page, base: str, password: str, *, path: str, title: str) -> None:
    await page.context.clear_cookies()
    await page.goto(f"{base}{path}")
    await fill(page, "Sign in", username="cora", password=password)
    if password != PASSWORD:
        await fill(page, "Continue", new=PASSWORD, again=PASSWORD)
    await heading(page, title)


async def ask_for_slot(
    page: Page, base: str, mailbox: Mailbox, preferred: datetime, other: datetime
) -> str:
    """The lawyer, on the request pages: two times, and themself. The reference."""
    await page.goto(f"{base}/request")
    await page.get_by_role("button", name="Start").click()
    await fill(page, "Continue", email=LAW)
    code = part(await letter_to(mailbox, LAW, "Your code"))
    await fill(page, "Continue", code=re.findall(r"^\d{6}$", code, re.M)[0])
    await page.get_by_label("A legal consultation").check()
    await press(page, "Continue")
    await fill(page, "Continue", prisoner=PRISONER)
    titles = ("Which time do you prefer?", "Which other time", "Which third time")
    for title, at in zip(titles, (preferred, other, other + timedelta(hours=2)), strict=True):
        await page.get_by_role("heading", name=title).wait_for()
        await page.get_by_label("Another date and time").check()
        when = {"day": f"{at.day}", "month": f"{at.month}", "year": f"{at.year}"}
        await fill(page, "Continue", **when, time=f"{at:%H:%M}")
    await fill(page, "Continue", name="Asha")
    await heading(page, "Add a person")
    await page.get_by_label("Lawyer").check()
    await page.get_by_label("Professional photo card").check()
    await fill(page, "Continue", name="Asha", email=LAW)
    await heading(page, "Who will attend?")
    await press(page, "Continue")
    await fill(page, "Continue", note="A hearing aid.")
    await page.get_by_label("Everyone named here has agreed").check()
    await press(page, "Send the request")
    await heading(page, "Request sent")
    reference: str = await page.locator(".govuk-panel__body strong").inner_text()
    await letter_to(mailbox, LAW, "request received")
    return reference


async def confirm_alternative(page: Page, base: str, reference: str) -> None:
    """The clerk, in the time that was asked for second."""
    await page.goto(f"{base}{BOOKINGS}/{reference}")
    await expect(page.get_by_text("A hearing aid.")).to_be_visible()
    await press(page, "Confirm")
    group = page.get_by_role("group", name="Alternative 1")
    await group.get_by_role("radio", name=ROOM).check()
    await press(page, "Confirm")
    await heading_of_booking(page)
    await expect(page.get_by_text("Confirmed", exact=True).first).to_be_visible()


async def settle_outcome(page: Page, base: str, reference: str) -> None:
    """The clerk, of a meeting that was opened a minute before its slot was over."""

    async def is_proposed() -> bool:
        await page.goto(f"{base}/staff/outcomes")
        return bool(await page.get_by_text("1 slot waits for review").count())

    await eventually("the proposal of an outcome", is_proposed)
    await page.get_by_role("rowheader").get_by_role("link").click()
    await heading(page, f"Outcome of {reference}")
    await expect(page.get_by_role("radio", name="Held late")).to_be_checked()
    await page.get_by_role("radio", name="The establishment").check()
    await page.get_by_label("Note for staff").fill("The terminal was opened late.")
    await press(page, "Settle the outcome")
    await expect(page.get_by_text("Settled by Cora Clerk")).to_be_visible()


def personal_link(letter: EmailMessage, slot: datetime, reference: str) -> str:
    """Of an invitation that says the same as text, as HTML and as a calendar entry."""
    text, html = part(letter), part(letter, "html")
    (link,) = re.findall(r"http://\S+#invite=\S+", text)
    assert link in html
    for said in (reference, f"{slot:%H:%M}", "Asha"):
        assert said in text, said
        assert said in html, said
    assert PRISONER not in text + html
    (event,) = icalendar.Calendar.from_ical(part(letter, "calendar")).walk("VEVENT")
    assert isinstance(event, icalendar.Event)
    assert (event.start, event.end) == (slot, slot + timedelta(minutes=75))
    return str(link)


async def test_a_consultation_goes_from_its_request_to_its_filed_record(
    own_world: World, mailbox: Mailbox, people: Invite, tmp_path: Path
) -> None:
    server = own_world.server
    room_id, room = await add_room(server.database)
    once = await new_account(own_world, "cora", "--name", "Cora Clerk", "--role", "booking")
    guest, clerk, officer = [
        await people("Asha", 1, world=own_world),
        await people("Cora", 2, world=own_world, java_script_enabled=False),
        await people("Officer", 4, world=own_world),
    ]
    page, base = clerk.page, f"http://127.0.0.1:{clerk.proxy.port}"
    preferred = working_day()
    slot = preferred.replace(hour=14)
    ends_at = slot.timestamp() + 75 * 60

    reference = await ask_for_slot(guest.page, base, mailbox, preferred, slot)
    await sign_in(page, base, once, path="/staff", title="Staff home")
    await confirm_alternative(page, base, reference)
    invitation = await letter_to(mailbox, LAW, "your invitation")
    link = urlsplit(personal_link(invitation, slot, reference))

    await put_forward(own_world, ends_at - LEFT_S)
    await knock(guest, f"{link.path}#{link.fragment}")
    await open_with_the_pin(room, officer)
    await guest.in_view("meeting")
    await expect(guest.page.get_by_text("Time left 0:")).to_be_visible()
    await record_id(officer, guest)
    await lock(officer, guest)
    await hand_over(officer)
    for person in (guest, officer):
        ended = person.page.locator('#app[data-view="ended"]')
        await expect(ended).to_be_attached(timeout=1000 * (LEFT_S + 10))

    meeting, ended_at, code = await the_meeting(server.database, room_id)
    assert code == "slot_over"
    assert abs(ended_at - ends_at) < ON_TIME_S, "to the second, by the server's own clock"

    guest.may_lose_network = officer.may_lose_network = True
    await put_forward(own_world, ends_at + LATER_S)
    await sign_in(page, base, PASSWORD, path="/staff", title="Staff home")
    await settle_outcome(page, base, reference)
    await page.goto(f"{base}/staff/records")
    await page.get_by_role("link", name=f", {ROOM}").click()
    await page.get_by_text("The record holds").wait_for()
    await expect(page.get_by_text("Verified Asha").first).to_be_visible()
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Download as PDF").click()
    pdf = pypdf.PdfReader(await (await download.value).path())
    filed = " ".join(sheet.extract_text() for sheet in pdf.pages)
    for said in ("Verified Asha", ROOM, DEMONSTRATION, f"{slot:%H}"):
        assert said in filed, said

    await own_world.server.stop()
    assert "All of them hold." in await server.command("record", "verify")
    export = tmp_path / "record.jsonl"
    await server.command("record", "export", meeting, "--out", str(export))
    assert "The record holds" in await server.command("record", "verify", str(export))
    server.ahead_s += (RecordNumbers().retention_legal_days + 1) * DAY_S
    deleted = await server.command("retention", "run")
    assert meeting in deleted
    assert f"booking {reference}" in deleted
    assert "All of them hold." in await server.command("record", "verify")
    assert "Asha" in export.read_text(), "what was given away is in other hands"
    assert "Asha" not in await server.command("record", "show", meeting)
