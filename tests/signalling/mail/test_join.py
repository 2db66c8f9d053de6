"""The personal link in a received letter opens the room of a running server, in its slot alone."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from tests.peers.sqlite import new_store
from tests.signalling.bookings.office import ADA, Office
from tests.signalling.client import Refused
from tests.signalling.fakes.engine import FakeEngine
from tests.signalling.house import CONFIG, PIN, PIN_HASH, Server
from tests.signalling.mail.server import Mailbox, mail_server, part
from tests.vmr.bookings.made import at
from vmr.room_record import RoomEvent, room_happening
from vmr.staff_record import OPERATOR


@dataclass
class Prison:
    office: Office
    server: Server
    mailbox: Mailbox

    async def letter(self, count: int) -> str:
        """The text of the `count`th letter, once the server's own sender has sent it."""
        async with asyncio.timeout(15):
            while len(self.mailbox.got) < count:
                await self.mailbox.has_got.wait()
                self.mailbox.has_got.clear()
        return part(self.mailbox.got[count - 1])

    async def join(self, token: str) -> str:
        guest = await self.server.client()
        data = await guest.join(self.office.room.address, "Ada Law", invite=token)
        return str(data["participant"])


@pytest_asyncio.fixture
async def prison(tmp_path: Path) -> AsyncIterator[Prison]:
    store = await new_store(tmp_path / "vmr.db")
    office = await Office.open(store)
    renewed = room_happening(RoomEvent.PIN_RENEWED, office.room, by=OPERATOR, at=office.clock())
    await store.office.set_pin(office.room, PIN_HASH, renewed)
    async with mail_server(Mailbox()) as mailbox:
        config = replace(CONFIG, mail=mailbox.config)
        engine = FakeEngine(lambda event: None)
        async with Server(store=store, engine=engine, clock=office.clock, config=config) as server:
            server.signalling.served_at(server.url)
            office.service = server.running.bookings.service
            yield Prison(office, server, mailbox)
    await store.close()


def token_in(letter: str, url: str) -> str:
    (line,) = [one for one in letter.splitlines() if one.startswith(f"{url}/r/")]
    return line.rpartition("#invite=")[2]


async def test_the_link_in_the_letter_opens_the_door_in_its_slot(prison: Prison) -> None:
    made = await prison.office.make(people=(ADA,))
    token = token_in(await prison.letter(1), prison.server.url)
    prison.office.clock.now = at(4, 9, 29)
    with pytest.raises(Refused, match="no_such_room"):
        await prison.join(token)
    prison.office.clock.now = at(4, 9, 30)
    assert await prison.join(token)
    prison.office.clock.now = made.slot.starts_at
    host = await prison.server.client()
    await host.join(prison.office.room.address, "Officer", role="host")
    await host.request("host.enter_pin", pin=PIN, confirmed=[])
    await host.wait_place("inside")
    names = [one["name"] for one in host.view["participants"]]
    assert "Ada Law" in names, "a legal room admits who came by a personal link of the slot"
    prison.office.clock.now = made.slot.ends_at
    with pytest.raises(Refused, match="no_such_room"):
        await prison.join(token)


async def test_after_a_cancellation_the_link_opens_nothing(prison: Prison) -> None:
    made = await prison.office.make(people=(ADA,))
    token = token_in(await prison.letter(1), prison.server.url)
    prison.office.clock.now = at(4, 9, 45)
    await prison.office.service.cancel(made, "Vacated", prison.office.clerk)
    assert "cancelled" in await prison.letter(2)
    with pytest.raises(Refused, match="no_such_room"):
        await prison.join(token)


async def test_an_old_letter_works_for_the_moved_slot(prison: Prison) -> None:
    made = await prison.office.make(people=(ADA,))
    token = token_in(await prison.letter(1), prison.server.url)
    moved = replace(made, preferred=replace(made.slot, starts_at=at(5, 10), ends_at=at(5, 11, 15)))
    await prison.office.service.amend(made, moved, prison.office.clerk)
    prison.office.clock.now = at(4, 10)
    with pytest.raises(Refused, match="no_such_room"):
        await prison.join(token)
    prison.office.clock.now = at(5, 10)
    assert await prison.join(token)


async def test_the_operator_sees_how_many_letters_wait_and_went(prison: Prison) -> None:
    await prison.office.make(people=(ADA,))
    await prison.letter(1)
    async with aiohttp.ClientSession() as browser:
        async with asyncio.timeout(15):
            health: dict[str, Any] = {"counters": {}, "letters": 1}
            while "mail_sent" not in health["counters"] or health["letters"]:
                async with browser.get(f"{prison.server.url}/healthz") as answer:
                    health = await answer.json()
    assert health["counters"]["mail_sent"] == 1
