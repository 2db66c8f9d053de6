"""A server that takes requests, with real mail, and browsers of those who ask."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from signalling.bookings.request_config import RequestConfig
from signalling.config import SignallingConfig
from signalling.staff.config import StaffConfig
from tests.peers.sqlite import new_store
from tests.signalling.bookings.office import Office
from tests.signalling.fakes.engine import FakeEngine
from tests.signalling.house import Server
from tests.signalling.mail.server import Mailbox, mail_server, part
from tests.signalling.staff.browser import Browser, Page
from vmr.bookings.booking import Booking
from vmr.room_record import establishment_happening
from vmr.staff_record import OPERATOR

ADA = "ada@law.example"
CODE_SUBJECT = "Your code"
CODE = re.compile(r"^\d{6}$", re.M)
PERSON = {"name": "Ada Law", "part": "lawyer", "email": ADA, "id_to_bring": "professional_card"}
OFFERED = re.compile(r'name="chosen" type="radio" value="(\d+)"')
DATES = (("4", "9:00"), ("4", "11:00"), ("5", "9:00"))
"""Days of March 2027, for three times."""


def typed_time(day: str, time: str) -> dict[str, str]:
    return {"chosen": "other", "day": day, "month": "3", "year": "2027", "time": time}


async def take_requests(office: Office, takes: bool) -> None:
    changed = replace(office.prison, takes_requests=takes)
    done = establishment_happening(changed, by=OPERATOR, at=1.0)
    await office.store.office.change_establishment(changed, done)


class Asking:
    def __init__(self, office: Office, server: Server, mailbox: Mailbox) -> None:
        self.office = office
        self.server = server
        self.mailbox = mailbox
        self._browsers = AsyncExitStack()

    @classmethod
    @asynccontextmanager
    async def open(
        cls, directory: Path, mail: Mapping[str, Any] | None = None, **limits: Any
    ) -> AsyncIterator["Asking"]:
        """`limits` are those of RequestConfig, `mail` of MailConfig."""
        store = await new_store(directory / "vmr.db")
        office = await Office.open(store)
        await take_requests(office, True)
        async with mail_server(Mailbox()) as mailbox:
            config = SignallingConfig(
                mail=replace(mailbox.config, **(mail or {})),
                staff=StaffConfig(is_secure=False),
                requests=RequestConfig(**limits),
            )
            engine = FakeEngine(lambda event: None)
            server = Server(store=store, engine=engine, clock=office.clock, config=config)
            async with server:
                server.signalling.served_at(server.url)
                office.service = server.running.bookings.service
                asking = cls(office, server, mailbox)
                async with asking._browsers:
                    yield asking
        await store.close()

    async def browser(self) -> Browser:
        return await self._browsers.enter_async_context(Browser(self.server.url))

    def letters(self, address: str, subject: str) -> list[EmailMessage]:
        return [one for one in self.mailbox.to(address) if subject in one["Subject"]]

    async def letter(self, address: str, subject: str, count: int = 1) -> EmailMessage:
        """The `count`th to this address of this subject, once the server's sender has sent it."""
        async with asyncio.timeout(15):
            while len(self.letters(address, subject)) < count:
                await self.mailbox.has_got.wait()
                self.mailbox.has_got.clear()
        return self.letters(address, subject)[count - 1]

    async def ask_code(self, browser: Browser, address: str = ADA, query: str = "") -> str:
        """Give the address; the code that came by mail."""
        count = len(self.letters(address, CODE_SUBJECT)) + 1
        given = await browser.post(f"/request/email{query}", {"email": address})
        assert (given.status, given.place) == (303, "/request/code"), given.problems
        (code,) = CODE.findall(part(await self.letter(address, CODE_SUBJECT, count)))
        return str(code)

    async def prove(self, address: str = ADA) -> Browser:
        """A browser whose mailbox is proven and whose establishment is chosen."""
        browser = await self.browser()
        start = await browser.get("/request")
        page = await browser.post(
            "/request", {"establishment": self.office.prison.id}, csrf=start.csrf
        )
        code = await self.ask_code(browser, address, page.place.removeprefix("/request/email"))
        proven = await browser.post("/request/code", {"code": code})
        assert proven.place == "/request/purpose", proven.text
        return browser

    async def answer(self, browser: Browser, **answers: Mapping[str, str]) -> Page:
        """Every question up to the check, with these answers instead of the usual."""
        steps: dict[str, Mapping[str, str]] = {
            "purpose": {"purpose": "consultation"},
            "prisoner": {"prisoner": "A1234BC"},
            "time": typed_time(*DATES[0]),
            "second-time": typed_time(*DATES[1]),
            "third-time": typed_time(*DATES[2]),
            "name": {"name": "Ada Law"},
            "people/new": PERSON,
            "people": {},
            "note": {"note": ""},
        }
        page = Page(status=0, text="", headers={})
        for step, usual in steps.items():
            page = await browser.post(f"/request/{step}", answers.get(step, usual))
            assert page.status == 303, (step, page.problems)
        assert page.place == "/request/check"
        return page

    async def send(self, browser: Browser) -> str:
        """The reference."""
        sent = await browser.post("/request/check", {"agreed": "yes"})
        assert (sent.status, sent.place) == (303, "/request/sent"), sent.problems
        found = re.search(
            r"<strong>([A-Z]{4}-\d{4})</strong>", (await browser.get(sent.place)).text
        )
        assert found is not None
        return found[1]

    async def requested(self, address: str = ADA) -> tuple[Browser, Booking]:
        browser = await self.prove(address)
        await self.answer(browser)
        return browser, await self.booking(await self.send(browser))

    async def booking(self, reference: str) -> Booking:
        found = await self.office.store.bookings.by_reference(reference)
        assert found is not None
        return found
