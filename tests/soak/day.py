"""What people do in a room, as scenes that leave it as they found it: everybody is gone at the end.

Pages are those of the tests (`tests.signalling.client`), media are peers that pair and shake hands
with the real worker. Who does what when is by a seed.
"""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable

import aiohttp

from tests.signalling.client import Client, DeviceKey, Refused
from tests.signalling.desk.desk_client import DeskClient
from tests.signalling.house import PIN, claim
from tests.signalling.monitor.monitor_client import MonitorClient
from tests.soak.places import Place
from tests.soak.visitors import House, Visitors

BAD_FRAMES = ("", "9", "42", '42["room.join"', "451-[]", "4" * 100)
PAGES = ("/", "/check", "/healthz", "/readyz", "/staff/sign-in", "/r/none", "/no-such-page")


class Day:
    """Scenes of people who come from anywhere."""

    def __init__(self, visitors: Visitors, chance: random.Random) -> None:
        self.done = 0
        self._visitors = visitors
        self._chance = chance

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
            for url in self._visitors.urls:
                tasks.create_task(_run(self.noise(url)))
        self.done += len(chosen) + 1 + len(self._visitors.urls)

    # -- scenes -------------------------------------------------------------------------------

    async def consultation(self, place: Place) -> None:
        """Open, check, lock, hand over, a knock refused and one admitted, a way back, the end."""
        async with self._visitors.house(place) as house:
            host = await house.host()
            key = DeviceKey()
            guest = await house.guest("Asha", key=key, invite=place.invites[0])
            await self._visitors.media(host)
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
        async with self._visitors.house(place) as house:
            first, second, polling = await house.page(), await house.page(), await house.page(True)
            await first.join(place.address, "Ann", invite=place.invites[0])
            await second.join(place.address, "Ben", key=DeviceKey())
            await polling.join(place.address, "Cleo")
            with contextlib.suppress(Refused):
                await second.request("knock.again")
            await first.request("room.leave")

    async def wrong_pins(self, place: Place) -> None:
        async with self._visitors.house(place) as house:
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
        async with self._visitors.house(place) as house:
            desk = DeskClient(self._visitors.url, await self._visitors.officer(place))
            house.keep(await desk.connect())
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
        async with self._visitors.house(place) as house:
            host = await house.page()
            await host.join(place.address, "Officer", role="host", declaration="social-1")
            page = MonitorClient(host.url, await self._visitors.officer(place))
            house.keep(await page.connect())
            room = str(place.room.id)
            assert (await page.ask("wall.watch", rooms=[room]))["refused"] == {}
            await page.ask("tile.offer", room=room, sdp=self._visitors.peer(is_closed=True).offer())
            await page.beat({room: 0})
            with contextlib.suppress(Refused):
                await host.request("host.enter_pin", pin=PIN, confirmed=[])

    async def noise(self, url: str) -> None:
        """Pages that are read, and sockets of programs that know no protocol."""
        async with aiohttp.ClientSession() as http:
            for path in PAGES:
                async with http.get(url + path) as answer:
                    await answer.read()
            async with http.post(f"{url}/whip", data="v=0") as answer:
                assert answer.status in (401, 415)
            path = f"{url}/socket.io/?EIO=4&transport=websocket"
            async with http.ws_connect(path) as socket:
                await socket.send_str('40{"protocol":1}')
                await socket.receive(10.0)
                await socket.send_bytes(b"\x04\x00")
                for frame in BAD_FRAMES:
                    await socket.send_str(frame)
                while (await socket.receive(30.0)).type is aiohttp.WSMsgType.TEXT:
                    pass

    # -- parts --------------------------------------------------------------------------------

    async def _knocks(self, house: House, host: Client) -> None:
        refused, admitted = await house.page(), await house.page()
        await refused.join(house.place.address, "Rex", key=DeviceKey())
        await host.request("knock.refuse", participant=refused.participant, reason="")
        await admitted.join(house.place.address, "Ida", key=DeviceKey())
        await host.wait_for(lambda: host.view["knocks"], "the knock")
        (knock,) = [one for one in host.view["knocks"] if one["id"] == admitted.participant]
        claims = [claim(one["id"]) for one in knock["persons"]]
        await host.request("knock.admit", participant=knock["id"], attestations=claims)
        await admitted.wait_place("inside")
        await self._visitors.media(admitted)
        await host.request("participant.remove", participant=admitted.participant, reason="")
        await admitted.wait_event("session.ended")


async def _run(scene: Awaitable[None]) -> None:
    await scene
