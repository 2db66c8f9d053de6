"""A locked room with somebody at its door, and the desks of its officers."""

from typing import Any

from tests.signalling.client import Client, DeviceKey
from tests.signalling.desk.desk_client import DeskClient
from tests.signalling.house import House
from tests.signalling.officers import officer


class Scene:
    def __init__(self, house: House) -> None:
        self.house = house
        self.room = str(house.room.id)
        self._desks: list[DeskClient] = []

    async def desk(self, name: str = "Officer Reed", **more: Any) -> DeskClient:
        """An officer's desk page, connected."""
        who = await officer(self.house, name, **more)
        return await self.page(who.headers)

    async def page(self, headers: dict[str, str]) -> DeskClient:
        desk = DeskClient(self.house.url, headers)
        self._desks.append(desk)
        return await desk.connect()

    async def locked(self) -> tuple[Client, Client]:
        """A host and an attested guest in a locked room."""
        host = await self.house.host()
        guest = await self.house.admitted(host)
        await self.house.attest(host, guest)
        await host.request("room.lock")
        return host, guest

    async def knocked(self, name: str = "Late") -> Client:
        return await self.house.guest(name, key=DeviceKey())

    def records(self) -> list[tuple[str, str, dict[str, str]]]:
        """What, who, and the personal fields, of every entry by an officer."""
        return [
            (one.what, one.actor, dict(one.personal))
            for commit in self.house.store.commits
            for one in commit
            if one.actor.startswith("officer:")
        ]

    async def close(self) -> None:
        for desk in self._desks:
            await desk.close()
