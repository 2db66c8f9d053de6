"""A room full of people who cost next to nothing, for tests of one page among them.

They are protocol clients with prepared cameras; server and page are the product.
"""

from tests.bench.cameras import Cameras
from tests.browser.rooms import TestRoom
from tests.signalling.client import Client


class Call:
    """A host and guests without browsers, all inside one room, each with a picture."""

    def __init__(self, url: str, room: TestRoom) -> None:
        self.clients: dict[str, Client] = {}
        self.cameras = Cameras()
        self._url = url
        self._room = room

    async def begin(self, host: str, *guests: str) -> None:
        """The host opens the room and lets everybody in."""
        opener = await self._client(host)
        await opener.join(self._room.address, host, role="host")
        await opener.request("host.enter_pin", pin=self._room.pin, confirmed=[])
        for name in guests:
            guest = await self._client(name)
            await guest.join(self._room.address, name)
            await opener.request("knock.admit", participant=guest.participant)
            await guest.wait_place("inside")
        for client in self.clients.values():
            await self.cameras.add(client)

    def id(self, name: str) -> str:
        """Who they are in the room."""
        return self.clients[name].participant

    def hold(self, name: str, *, is_held: bool = True) -> None:
        """Their camera sends nothing more, or goes on; their connection stays."""
        self.cameras.hold(self.clients[name], is_held=is_held)

    async def close(self) -> None:
        await self.cameras.close()
        for client in self.clients.values():
            await client.close()

    async def _client(self, name: str) -> Client:
        client = self.clients[name] = await Client(self._url).connect()
        return client
