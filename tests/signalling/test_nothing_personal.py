"""A whole meeting with marked people in it: nothing of them is in a log, an address or a metric.

Everything is done through the server's own entrances, with names, PINs, passwords, tokens,
mailboxes and network addresses that occur nowhere else, at the level debug and in both formats at
once; then handlers raise with all of it in the exception.
"""

import asyncio
import io
import json
import logging
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from media import logs
from media.logs import Form, Lines
from signalling.addresses import Proxies
from signalling.staff.config import StaffConfig
from tests.peers.sqlite import new_store
from tests.signalling.bookings.asking import Asking, take_requests
from tests.signalling.bookings.office import Office
from tests.signalling.check.check_page import CheckPage
from tests.signalling.client import Client, DeviceKey, Refused
from tests.signalling.encoder import EncoderClient
from tests.signalling.fakes.engine import FakeEngine
from tests.signalling.house import CONFIG, PIN_HASH, Server
from tests.signalling.house import PIN as HOUSE_PIN
from tests.signalling.mail.server import Mailbox, mail_server, part
from tests.signalling.mail.test_join import token_in
from tests.signalling.officers import account
from tests.signalling.staff.browser import Browser
from tests.vmr.bookings.made import at, person, slot
from vmr.room_record import RoomEvent, room_happening
from vmr.staff_record import OPERATOR
from vmr.staff_sessions import TotpMode

LAWYER, KNOCKER, VERIFIED = "Zacharias Quellwort", "Yolanda Brimstow", "Zebulon Trueworth"
OFFICER, USERNAME, PASSWORD = "Xanthe Wardlow", "wardlow", "violet umbrella 77"
MAIL, ASKER = "zacharias@quellwort.example", "ask@brimstow.example"
PRISONER, NOTE = "Q7734ZX", "needs a hearing loop"
ADDRESS, SIX = "203.0.113.77", "2001:db8:77:77::77"
WRONG_PIN, WRONG_PASSWORD = "907351", "wrong umbrella 78"
CANDIDATE = "a=candidate:1 1 udp 1 198.51.100.77 61764 typ host"
"""Of the browser's own network, in its offers."""


class Said:
    """All that was logged, in both formats, and every address that was asked for."""

    def __init__(self) -> None:
        self.text, self.json = io.StringIO(), io.StringIO()
        self.urls: list[str] = []

    @property
    def logged(self) -> str:
        return self.text.getvalue() + self.json.getvalue()


@pytest.fixture
def said() -> Iterator[Said]:
    said = Said()
    root, ours = logging.getLogger(), [logging.getLogger(one) for one in logs.OURS]
    handlers, levels = [*root.handlers], [one.level for one in (root, *ours)]
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook, logging.raiseExceptions
    logs.set_up(level=logging.DEBUG, form=Form.TEXT, stream=said.text)
    other = logging.StreamHandler(said.json)
    other.setFormatter(Lines(Form.JSON))
    root.addHandler(other)
    yield said
    logging.captureWarnings(False)
    sys.excepthook, threading.excepthook, sys.unraisablehook, logging.raiseExceptions = hooks
    root.handlers[:] = handlers
    for logger, level in zip((root, *ours), levels, strict=True):
        logger.setLevel(level)


@pytest_asyncio.fixture
async def asking(tmp_path: Path, said: Said) -> AsyncIterator[Asking]:
    """Behind a proxy that says where people come from."""
    store = await new_store(tmp_path / "vmr.db")
    office = await Office.open(store)
    await take_requests(office, True)
    renewed = room_happening(RoomEvent.PIN_RENEWED, office.room, by=OPERATOR, at=office.clock())
    await store.office.set_pin(office.room, PIN_HASH, renewed)
    async with mail_server(Mailbox()) as mailbox:
        staff = StaffConfig(is_secure=False, totp=TotpMode.OPTIONAL, tries=2)
        config = replace(CONFIG, mail=mailbox.config, staff=staff, proxies=Proxies(("127.0.0.1",)))
        config = replace(config, new_sockets_per_address_burst=8)
        engine = FakeEngine(lambda event: None)
        server = Server(store=store, engine=engine, clock=office.clock, config=config)
        server.app.middlewares.append(listening(said))
        async with server:
            server.signalling.served_at(server.url)
            office.service = server.running.bookings.service
            asking = Asking(office, server, mailbox)
            async with asking._browsers:
                yield asking
    await store.close()


def listening(said: Said) -> Any:
    @web.middleware
    async def listen(request: web.Request, handler: Any) -> web.StreamResponse:
        said.urls.append(request.path_qs)
        response: web.StreamResponse = await handler(request)
        said.urls.append(response.headers.get("Location", ""))
        return response

    return listen


class Meeting:
    """What was done, and every secret that came up."""

    def __init__(self, asking: Asking) -> None:
        self.asking = asking
        self.server, self.office = asking.server, asking.office
        self.clock, self.store, self.running = (
            asking.office.clock, asking.office.store, asking.server.running,
        )  # fmt: skip
        self.marks = [
            LAWYER, KNOCKER, VERIFIED, OFFICER, USERNAME, PASSWORD, MAIL, ASKER, PRISONER, NOTE,
            ADDRESS, SIX, "2001:db8:77:77", HOUSE_PIN, WRONG_PIN, WRONG_PASSWORD, "198.51.100.77",
        ]  # fmt: skip
        self.secrets: list[str] = []

    async def page(self, address: str = ADDRESS) -> Client:
        page = await self.server.page(headers={"X-Forwarded-For": address}).connect()
        self.secrets += [page.token, page.nonce]
        return page

    async def book(self) -> str:
        """The personal link's token, out of the letter."""
        await self.office.make(
            people=(person(LAWYER, email=MAIL),),
            preferred=slot(5, 14),
            prisoner=PRISONER,
            note_for_staff=NOTE,
        )
        token = token_in(part(await self.asking.letter(MAIL, "")), self.server.url)
        self.secrets.append(token)
        return token

    async def test_themselves(self, token: str) -> None:
        async with CheckPage(self.server.url) as page:
            await page.get()
            assert (await page.probe(sdp=f"v=0\r\na=sendonly\r\n{CANDIDATE}\r\n"))[0] == 200
            found = {"invite": token, "browser": "Chrome", "version": 140, "problems": ["udp"]}
            assert (await page.post("result", found))[0] == 200

    async def meet(self, token: str) -> None:
        address = self.office.room.address
        self.office.clock.now = at(5, 14)
        lawyer = await self.page()
        key = DeviceKey()
        await lawyer.join(address, LAWYER, invite=token, key=key)
        host = await self.page(SIX)
        await host.join(address, OFFICER, role="host")
        with pytest.raises(Refused):
            await host.request("host.enter_pin", pin=WRONG_PIN, confirmed=[])
        await host.request("host.enter_pin", pin=HOUSE_PIN, confirmed=[])
        await host.wait_place("inside")
        await lawyer.wait_place("inside")
        await lawyer.request("media.offer", sdp=f"v=0\r\na=recvonly\r\n{CANDIDATE}\r\n")
        await self.attest(host, lawyer)
        knocker = await self.page()
        await knocker.join(address, KNOCKER)
        await host.request("knock.admit", participant=knocker.participant)
        await knocker.wait_place("inside")
        await self.attest(host, knocker)
        await self.encode(lawyer)
        await host.request("room.lock")
        late = await self.page()
        await late.join(address, KNOCKER)
        await host.request("knock.refuse", participant=late.participant, reason=NOTE)
        await lawyer.drop()
        await lawyer.resume()
        with pytest.raises(Refused):
            await knocker.request("room.end", reason=NOTE)
        with pytest.raises(Refused):
            await knocker.request(LAWYER, names=KNOCKER)
        self.secrets += [lawyer.nonce, host.nonce, knocker.nonce, key.jwk["x"], lawyer.token]
        await host.request("room.end", reason=NOTE)

    async def attest(self, host: Client, guest: Client) -> None:
        inside = {one["id"]: one for one in host.view["participants"]}
        (person,) = inside[guest.participant]["persons"]
        claim = {
            "person": person["id"], "method": "professional_card",
            "documents": ["professional_photo_card"], "verified_name": VERIFIED,
        }  # fmt: skip
        await host.request("participant.attest", participant=guest.participant, claim=claim)

    async def encode(self, page: Client) -> None:
        token = str((await page.request("encoder.start"))["token"])
        self.secrets.append(token)
        async with EncoderClient(self.server.url, token) as encoder:
            assert (await encoder.offer()).status == 201
            await encoder.delete()
        async with EncoderClient(self.server.url, token[::-1]) as encoder:
            assert (await encoder.offer()).status == 401

    async def work(self) -> None:
        """A member of staff signs in, wrong first, and opens the duty desk."""
        await account(
            self, USERNAME, password=PASSWORD, name=OFFICER,
            establishment=self.office.prison,
        )  # fmt: skip
        async with Browser(self.server.url) as browser:
            await browser.sign_in(USERNAME, WRONG_PASSWORD)
            await browser.sign_in(USERNAME, PASSWORD)
            self.secrets.append(browser.cookie)
            for path in ("/staff", "/staff/desk", "/staff/bookings", "/staff/records"):
                assert (await browser.get(path)).status == 200
            desk = self.server.page(headers={"Cookie": f"vmr-staff={browser.cookie}"})
            await desk.connect()
            await browser.post("/staff/prisoners", {"reference": PRISONER})
            for _ in range(3):
                await browser.sign_in(USERNAME, WRONG_PASSWORD)

    async def ask(self) -> None:
        """Somebody without an account asks for a slot."""
        browser = await self.asking.prove(ASKER)
        self.secrets.append(browser.cookie)
        await self.asking.answer(
            browser, prisoner={"prisoner": PRISONER}, name={"name": KNOCKER}, note={"note": NOTE}
        )
        await self.asking.send(browser)

    async def crowd(self) -> None:
        """More pages at once than one network may open."""
        for _ in range(8):
            try:
                await self.page()
            except Exception:  # refused: it is what this is for
                break
        else:
            raise AssertionError("nobody was refused")

    async def break_everything(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Handlers raise with every mark in the text."""
        address, store = self.office.room.address, self.office.store
        text = " ".join([*self.marks, *self.secrets, address])

        async def broken(*_given: object, **_more: object) -> None:
            raise ValueError(text)

        page = await self.page(SIX)
        monkeypatch.setattr(type(store), "room_by_address", broken)
        monkeypatch.setattr(type(store), "arrival", broken)
        monkeypatch.setattr(type(store.api), "token_by_hash", broken, raising=False)
        with pytest.raises(Refused, match="internal"):
            await page.join(address, LAWYER)
        async with aiohttp.ClientSession(self.server.url) as client:
            async with client.get(f"/r/{address}") as answer:
                assert answer.status == 500
            headers = {"Authorization": f"Bearer vmr_{'x' * 32}"}
            async with client.get("/api/v1/rooms", headers=headers):
                pass
        await self.send_garbage(text)
        task = asyncio.ensure_future(broken())
        await asyncio.wait({task})
        del task
        monkeypatch.undo()

    async def send_garbage(self, text: str) -> None:
        """What is no HTTP, with the marks in it."""
        host, port = self.server.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"GET /{text} HTTP/9.z\r\n{text}\r\n\r\n".encode())
        await writer.drain()
        await reader.read()
        writer.close()
        await writer.wait_closed()

    async def metrics(self) -> str:
        app = self.server.signalling.create_metrics_app()
        async with TestClient(TestServer(app)) as client, client.get("/metrics") as answer:
            return await answer.text()


async def test_nothing_of_a_person_is_in_any_log_address_or_metric(
    asking: Asking, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = Meeting(asking)
    token = await meeting.book()
    await meeting.test_themselves(token)
    await meeting.ask()
    await meeting.meet(token)
    await meeting.work()
    await meeting.crowd()
    await meeting.break_everything(monkeypatch)
    metrics = await meeting.metrics()
    address = asking.office.room.address
    secrets = {one for one in (*meeting.marks, *meeting.secrets) if one}
    for where, text in (
        ("logs", said.logged), ("addresses", "\n".join(said.urls)), ("metrics", metrics),
    ):  # fmt: skip
        assert [one for one in secrets if one in text] == [], where
    assert address not in said.logged + metrics
    for line in said.json.getvalue().splitlines():
        assert set(json.loads(line)) >= {"time", "level", "logger", "event"}
    for told in ("ValueError", "a page broke", "a request broke", "entrance=sockets client="):
        assert told in said.text.getvalue()
    assert "vmr_people" in metrics
