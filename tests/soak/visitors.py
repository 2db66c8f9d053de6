"""Where people of the soak come from: pages, transports and accounts of officers, at any of the
servers."""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

from aiortc.rtcdtlstransport import RTCCertificate
from socketio.exceptions import SocketIOError

from signalling.staff.cookies import Cookies
from tests.bench.load_peer import LoadPeer
from tests.signalling.client import Client, DeviceKey, Refused
from tests.signalling.house import PIN, claim
from tests.signalling.officers import sign_in_officer
from tests.soak.places import Place
from vmr.staff import StaffRole
from vmr.store import Store

OFFICER_ROLES = (StaffRole.DUTY, StaffRole.MONITOR)
SENT_ON = ("other_server", "room_moving")
AGAIN_S = 0.1
PATIENCE_S = 60.0


class Page(Client):
    """One that finds the server that runs its room, and follows it."""

    def __init__(self, url: str, **more: Any) -> None:
        super().__init__(url, **more)
        self._asked: tuple[str, tuple[str, ...], dict[str, Any]] = ("", (), {})
        self.answered: dict[str, Any] = {}
        """What the last join was answered."""

    async def join(self, room: str, *names: str, **more: Any) -> dict[str, Any]:
        self._asked = room, names, more
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                self.answered = await super().join(room, *names, **more)
                return self.answered
            except Refused as refused:
                if refused.code not in SENT_ON or time.monotonic() > deadline:
                    raise
                await self._go_to(refused.server or self.url)

    async def follow(self, **more: Any) -> "Page":
        """The room was moved: the same person there, before this one has left."""
        moved = await self.wait_event("room.moved")
        room, names, known = self._asked
        there = await Page(moved["server"]).connect()
        await there.join(room, *names, **{**known, "move": True, **more})
        return there

    async def leave_behind(self) -> None:
        """It followed. The server that is left may have ended this by itself: the time was over."""
        with contextlib.suppress(SocketIOError):
            await self.request("room.finish_move")
        await self.wait_event("session.ended")
        await self.close()

    async def connect(self, auth: dict[str, Any] | None = None) -> "Page":
        """Again and again, as pages do, where a machine without time answers too late."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                await super().connect(auth)
            except SocketIOError:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(AGAIN_S)
            else:
                return self

    async def _go_to(self, url: str) -> None:
        await self.close()
        await asyncio.sleep(AGAIN_S)  # as pages do
        self.url, self.session, self.last_n = url, "", 0
        self.notes.clear()
        await self.connect()


class Visitors:
    """`ahead_s` is how far the servers' clocks are ahead."""

    def __init__(self, urls: Sequence[str], store: Store, chance: random.Random) -> None:
        self.ahead_s = 0.0
        self.urls = urls
        self._store = store
        self._chance = chance
        self._certificate = RTCCertificate.generateCertificate()
        self._peers = 0
        self._officers = 0

    @property
    def url(self) -> str:
        """Of any server."""
        return self._chance.choice(self.urls)

    @contextlib.asynccontextmanager
    async def house(self, place: Place) -> "AsyncIterator[House]":
        house = House(self, place)
        try:
            yield house
        finally:
            await house.close()

    async def officer(self, place: Place) -> dict[str, str]:
        """The headers of one who is signed in."""
        self._officers += 1
        cookie = Cookies(is_secure=False).name
        who = await sign_in_officer(
            self._store.staff, time.time() + self.ahead_s, cookie, f"Officer {self._officers}",
            OFFICER_ROLES, establishment=place.room.establishment,
        )  # fmt: skip
        return who.headers

    def peer(self, *, is_closed: bool = False) -> LoadPeer:
        self._peers += 1
        peer = LoadPeer(self._peers, self._certificate)
        if is_closed:
            peer.close()
        return peer

    async def connect(self, peer: LoadPeer, joined: dict[str, Any]) -> None:
        """It falls silent afterwards, as a page does whose network is gone."""
        try:
            with contextlib.suppress(TimeoutError):  # a worker that was killed meanwhile
                await asyncio.to_thread(peer.connect, joined["answer"])
        finally:
            peer.close()

    async def media(self, page: Client) -> None:
        peer = self.peer()
        answer = await page.request("media.offer", sdp=peer.offer())
        await self.connect(peer, answer)


class House:
    """The pages of one scene, which are all closed at its end."""

    def __init__(self, visitors: Visitors, place: Place) -> None:
        self.place = place
        self._visitors = visitors
        self._pages: list[Any] = []

    def keep(self, page: Any) -> Any:
        self._pages.append(page)
        return page

    async def page(self, is_polling: bool = False) -> Page:
        transports = ("polling",) if is_polling else ("websocket",)
        page = Page(self._visitors.url, transports=transports)
        self._pages.append(page)
        return await page.connect()

    async def host(self) -> Page:
        host = await self.page()
        await host.join(self.place.address, "Officer", role="host", key=DeviceKey())
        await host.request("host.enter_pin", pin=PIN, confirmed=[])
        await host.wait_place("inside")
        return host

    async def guest(self, name: str, *, key: DeviceKey, invite: str) -> Page:
        """Inside, with media."""
        guest, peer = await self.page(), self._visitors.peer()
        joined = await guest.join(
            self.place.address, name, key=key, invite=invite, offer=peer.offer()
        )
        await self._visitors.connect(peer, joined)
        await guest.wait_place("inside")
        return guest

    async def attest(self, host: Client, guest: Client) -> None:
        seats = {one["id"]: one for one in host.view["participants"]}
        for person in seats[guest.participant]["persons"]:
            await host.request(
                "participant.attest", participant=guest.participant, claim=claim(person["id"])
            )

    async def close(self) -> None:
        for page in self._pages:
            with contextlib.suppress(Exception):  # the server has closed it
                await page.close()
