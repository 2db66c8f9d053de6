"""What people do in a room, as scenes that leave it as they found it: everybody is gone at the end.

Pages are those of the tests (`tests.signalling.client`), media are peers that pair and shake hands
with the real worker. Who does what when is by a seed.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiortc.rtcdtlstransport import RTCCertificate

from signalling.staff.cookies import Cookies
from tests.bench.load_peer import LoadPeer
from tests.signalling.client import Client, DeviceKey, Refused
from tests.signalling.desk.desk_client import DeskClient
from tests.signalling.house import PIN, PIN_HASH, claim
from tests.signalling.monitor.monitor_client import MonitorClient
from tests.signalling.officers import sign_in_officer
from vmr.policies import PolicyName
from vmr.rooms import Establishment, Room
from vmr.staff import StaffRole
from vmr.store import Store
from vmr.store.secrets import hash_token, make_token

OFFICER_ROLES = (StaffRole.DUTY, StaffRole.MONITOR)
BAD_FRAMES = ("", "9", "42", '42["room.join"', "451-[]", "4" * 100)
PAGES = ("/", "/check", "/healthz", "/readyz", "/staff/sign-in", "/r/none", "/no-such-page")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A room and the personal links of two guests."""

    room: Room
    invites: tuple[str, str]

    @property
    def address(self) -> str:
        return self.room.address


async def make_places(store: Store, count: int) -> tuple[list[Place], Place]:
    """Legal rooms, and a social one."""
    prison = await store.add_establishment(name="HMP Soak", phone="01632 960001")
    legal = [await _make(store, prison, f"Legal {n}", PolicyName.LEGAL) for n in range(count)]
    return legal, await _make(store, prison, "Social", PolicyName.SOCIAL)


async def _make(store: Store, prison: Establishment, name: str, policy: PolicyName) -> Place:
    room = await store.add_room(prison, name=name, policy=policy, pin_hash=PIN_HASH)
    first, second = make_token(), make_token()
    for token in (first, second):
        await store.add_invite(room.id, token_hash=hash_token(token), label="Guest")
    return Place(room=room, invites=(first, second))


class Day:
    """Scenes of one server. `ahead_s` is how far its clock is ahead."""

    def __init__(self, url: str, store: Store, seed: int) -> None:
        self.ahead_s = 0.0
        self.done = 0
        self._url = url
        self._store = store
        self._chance = random.Random(seed)
        self._certificate = RTCCertificate.generateCertificate()
        self._peers = 0
        self._officers = 0

    async def round(self, legal: list[Place], social: Place) -> None:
        """A scene in each room at once, and whatever goes on beside them."""
        scenes: list[Callable[[Place], Awaitable[None]]] = [
            self.consultation, self.waiting, self.wrong_pins, self.desk,
        ]  # fmt: skip
        chosen = [self._chance.choice(scenes) for _ in legal]
        chosen[: len(scenes)] = scenes[: len(legal)]
        async with asyncio.TaskGroup() as tasks:
            for scene, place in zip(chosen, legal, strict=True):
                tasks.create_task(_run(scene(place)))
            tasks.create_task(_run(self.watched(social)))
            tasks.create_task(_run(self.noise()))
        self.done += len(chosen) + 2

    # -- scenes -------------------------------------------------------------------------------

    async def consultation(self, place: Place) -> None:
        """Open, check, lock, hand over, a knock refused and one admitted, a way back, the end."""
        async with self._house(place) as house:
            host = await house.host()
            key = DeviceKey()
            guest = await house.page()
            peer = self._peer()
            joined = await guest.join(
                place.address, "Asha", key=key, invite=place.invites[0], offer=peer.offer()
            )
            await self._connect(peer, joined)
            await guest.wait_place("inside")
            await self._media(host)
            await host.request("self.set_media", microphone=True, camera=True)
            await guest.request("hand.raise")
            await guest.request("media.prefer", participant=host.participant)
            await guest.request("encoder.start")
            await guest.request("encoder.stop")
            await house.attest(host, guest)
            await host.request("room.lock")
            await self._knocks(house, host)
            await guest.drop()
            await guest.resume()
            await guest.drop()
            again = await house.page()
            await again.join(place.address, "Asha", key=key, move=True)
            await again.wait_place("inside")
            await host.request("room.hand_over")
            await host.request("staff.call")
            for _ in range(2):
                with contextlib.suppress(Refused):
                    await host.request("host.enter_pin", pin="0000", confirmed=[])
            await host.request("host.enter_pin", pin=PIN, confirmed=[])
            if self._chance.random() < 0.5:
                await host.request("room.end", reason="")
            else:
                await again.request("room.leave")
                await host.request("room.leave")

    async def waiting(self, place: Place) -> None:
        """Nobody opens; one gives up in good order, the others just go."""
        async with self._house(place) as house:
            first, second, polling = await house.page(), await house.page(), await house.page(True)
            await first.join(place.address, "Ann", invite=place.invites[0])
            await second.join(place.address, "Ben", key=DeviceKey())
            await polling.join(place.address, "Cleo")
            with contextlib.suppress(Refused):
                await second.request("knock.again")
            await first.request("room.leave")

    async def wrong_pins(self, place: Place) -> None:
        async with self._house(place) as house:
            host = await house.page()
            await host.join(place.address, "Nobody", role="host")
            for _ in range(3):
                with contextlib.suppress(Refused):
                    await host.request("host.enter_pin", pin="0000", confirmed=[])
            lost = await house.page()
            for wrong in ({"room": "aaaaaaaaaaaa"}, {"room": place.address, "invite": "no"}):
                with contextlib.suppress(Refused):
                    await lost.request(
                        "room.join", role="guest", names=["X"], declaration="legal-1", **wrong
                    )

    async def desk(self, place: Place) -> None:
        """A duty officer hears a knock at a locked room and decides."""
        async with self._house(place) as house:
            desk = house.keep(await DeskClient(self._url, await self._officer(place)).connect())
            host = await house.host()
            room = str(place.room.id)
            await desk.wait_for(lambda: desk.meeting(room).get("stage") == "open", "the room")
            meeting = desk.meeting(room)["meeting"]
            await desk.ask("room.lock", room=room, meeting=meeting)
            stranger = await house.page()
            await stranger.join(place.address, "Late", key=DeviceKey())
            alert = await desk.alert(room, "knock")
            await desk.ask("alert.acknowledge", room=room, meeting=meeting, alert=alert["id"])
            await desk.ask(
                "knock.refuse", room=room, meeting=meeting, reason="Not expected",
                participant=stranger.participant,
            )  # fmt: skip
            await stranger.wait_event("session.ended")
            await desk.ask("room.unlock", room=room, meeting=meeting)
            await host.request("room.leave")

    async def watched(self, place: Place) -> None:
        """A terminal comes, offers a transport, and goes; a host waits meanwhile."""
        async with self._house(place) as house:
            page = house.keep(await MonitorClient(self._url, await self._officer(place)).connect())
            room = str(place.room.id)
            host = await house.page()
            await host.join(place.address, "Officer", role="host", declaration="social-1")
            assert (await page.ask("wall.watch", rooms=[room]))["refused"] == {}
            await page.ask("tile.offer", room=room, sdp=self._peer(is_closed=True).offer())
            await page.beat({room: 0})
            with contextlib.suppress(Refused):
                await host.request("host.enter_pin", pin=PIN, confirmed=[])

    async def noise(self) -> None:
        """Pages that are read, and sockets of programs that know no protocol."""
        async with aiohttp.ClientSession() as http:
            for path in PAGES:
                async with http.get(self._url + path) as answer:
                    await answer.read()
            async with http.post(f"{self._url}/whip", data="v=0") as answer:
                assert answer.status in (401, 415)
            path = f"{self._url}/socket.io/?EIO=4&transport=websocket"
            async with http.ws_connect(path) as socket:
                await socket.send_str('40{"protocol":1}')
                await socket.receive(10.0)
                await socket.send_bytes(b"\x04\x00")
                for frame in BAD_FRAMES:
                    await socket.send_str(frame)
                while (await socket.receive(30.0)).type is aiohttp.WSMsgType.TEXT:
                    pass

    # -- parts --------------------------------------------------------------------------------

    async def _knocks(self, house: "_House", host: Client) -> None:
        refused, admitted = await house.page(), await house.page()
        await refused.join(house.place.address, "Rex", key=DeviceKey())
        await host.request("knock.refuse", participant=refused.participant, reason="")
        await admitted.join(house.place.address, "Ida", key=DeviceKey())
        await host.wait_for(lambda: host.view["knocks"], "the knock")
        (knock,) = [one for one in host.view["knocks"] if one["id"] == admitted.participant]
        claims = [claim(one["id"]) for one in knock["persons"]]
        await host.request("knock.admit", participant=knock["id"], attestations=claims)
        await admitted.wait_place("inside")
        await self._media(admitted)
        await host.request("participant.remove", participant=admitted.participant, reason="")
        await admitted.wait_event("session.ended")

    async def _media(self, page: Client) -> None:
        peer = self._peer()
        answer = await page.request("media.offer", sdp=peer.offer())
        await self._connect(peer, answer)

    def _peer(self, *, is_closed: bool = False) -> LoadPeer:
        self._peers += 1
        peer = LoadPeer(self._peers, self._certificate)
        if is_closed:
            peer.close()
        return peer

    async def _connect(self, peer: LoadPeer, joined: dict[str, Any]) -> None:
        """It falls silent afterwards, as a page does whose network is gone."""
        try:
            with contextlib.suppress(TimeoutError):  # a worker that was killed meanwhile
                await asyncio.to_thread(peer.connect, joined["answer"])
        finally:
            peer.close()

    async def _officer(self, place: Place) -> dict[str, str]:
        self._officers += 1
        cookie = Cookies(is_secure=False).name
        who = await sign_in_officer(
            self._store.staff, time.time() + self.ahead_s, cookie, f"Officer {self._officers}",
            OFFICER_ROLES, establishment=place.room.establishment,
        )  # fmt: skip
        return who.headers

    @contextlib.asynccontextmanager
    async def _house(self, place: Place) -> "AsyncIterator[_House]":
        house = _House(self._url, place)
        try:
            yield house
        finally:
            await house.close()


class _House:
    """The pages of one scene, which are all closed at its end."""

    def __init__(self, url: str, place: Place) -> None:
        self.place = place
        self._url = url
        self._pages: list[Any] = []

    def keep(self, page: Any) -> Any:
        self._pages.append(page)
        return page

    async def page(self, is_polling: bool = False) -> Client:
        page = Client(self._url, transports=("polling",) if is_polling else ("websocket",))
        self._pages.append(page)
        return await page.connect()

    async def host(self) -> Client:
        host = await self.page()
        await host.join(self.place.address, "Officer", role="host")
        await host.request("host.enter_pin", pin=PIN, confirmed=[])
        await host.wait_place("inside")
        return host

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


async def _run(scene: Awaitable[None]) -> None:
    await scene
