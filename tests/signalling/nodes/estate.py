"""Servers of one estate as processes, with a PostgreSQL database and a Redis of their own, and
pages that find their way between them as browsers do."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from tests.browser.eventually import eventually
from tests.peers.redis import Redis
from tests.signalling.client import PAGES, Client, DeviceKey, Refused
from tests.signalling.house import PIN, claim
from tests.signalling.nodes.node_process import NodeProcess
from vmr.nodes.drain import Drain
from vmr.rooms import Room
from vmr.store import Store

SETTLED_S = 60.0
"""Far longer than anything here should take on a machine that has time."""


class Estate:
    def __init__(self, database: str, redis: Redis, store: Store, room: Room, folder: Path) -> None:
        self._folder = folder
        self.database = database
        self.redis = redis
        self.store = store
        self.room = room
        self.nodes: list[NodeProcess] = []
        self._pages: list[Page] = []

    async def add(self, redis_url: str = "", *, is_newer: bool = False) -> NodeProcess:
        """`redis_url` is another way to the registry; a newer one is of the next version."""
        registry = redis_url or self.redis.url
        node = NodeProcess(self.database, registry, self._folder, is_newer=is_newer)
        self.nodes.append(node)
        await node.start()
        return node

    def page(self, name: str = "Ann", role: str = "guest", **more: Any) -> "Page":
        return self.keep(Page(self.nodes, self.room.address, name, role, more))

    def keep(self, page: "Page") -> "Page":
        """Closed with the rest."""
        self._pages.append(page)
        return page

    async def host(self) -> "Page":
        """Inside; the room is open."""
        host = self.page("Officer", "host")
        await host.enter()
        await host.client.request("host.enter_pin", pin=PIN, confirmed=[])
        await host.client.wait_place("inside")
        return host

    async def drain(self, node: NodeProcess, *, leaves_running: bool = False) -> None:
        """As `vmr drain` does."""
        drain = Drain(leaves_running=leaves_running, asked_at=time.time())
        assert await self.store.owners.set_drain(node.name, drain)

    async def undo_drain(self, node: NodeProcess) -> None:
        assert await self.store.owners.set_drain(node.name, None)

    async def all_see_all(self) -> None:
        async def is_so() -> bool:
            said = [(await one.health())["estate"] for one in self.nodes]
            return all(one["servers"] == len(self.nodes) and one["is_leased"] for one in said)

        await eventually("the servers know each other", is_so, SETTLED_S)

    async def admitted(self, host: "Page", name: str = "Ann") -> "Page":
        guest = self.page(name)
        await guest.enter()
        await host.client.request("knock.admit", participant=guest.client.participant)
        await guest.client.wait_place("inside")
        return guest

    async def locked(self) -> tuple["Page", "Page"]:
        """A host and an attested guest in a locked room."""
        host = await self.host()
        guest = await self.admitted(host)
        participants = {one["id"]: one for one in host.client.view["participants"]}
        (person,) = participants[guest.client.participant]["persons"]
        await host.client.request(
            "participant.attest",
            participant=guest.client.participant, claim=claim(person["id"]),
        )  # fmt: skip
        await host.client.request("room.lock")
        await host.wait_stage("locked")
        return host, guest

    async def owner(self) -> NodeProcess:
        """The server that runs the room."""
        owner = (await self.store.owners.of_room(self.room.id)).owner
        assert owner is not None
        return next(one for one in self.nodes if f"at-{one.port}." in owner)

    async def epoch(self) -> int:
        return (await self.store.owners.of_room(self.room.id)).epoch

    async def recorded(self) -> list[str]:
        """What the record of the room's meeting says, proven to be one chain."""
        (summary,) = await self.store.meetings(self.room.id)
        await self.store.verify(summary.id)
        return [kept.entry.what for kept in await self.store.record(summary.id)]

    async def close(self) -> None:
        for page in self._pages:
            await page.close()
        for node in self.nodes:
            with contextlib.suppress(ProcessLookupError):
                await node.kill()


class Page:
    """A person's page: `client` is its present socket, which `stay` keeps in the meeting."""

    def __init__(
        self, nodes: Sequence[NodeProcess], room: str, name: str, role: str, more: dict[str, Any]
    ) -> None:
        self._nodes = nodes
        self._room = room
        self._name = name
        self._role = role
        self._more = more
        self._key = DeviceKey()
        self.protocol: int | list[int] = PAGES
        self._url = nodes[0].url
        self.refusals: list[str] = []
        """Codes of joins that were not answered with a place."""
        self.client = Client(self._url)

    @property
    def stage(self) -> str:
        return str(self.client.view.get("stage", ""))

    @property
    def url(self) -> str:
        return self._url

    async def wait_stage(self, stage: str) -> None:
        await self.client.wait_for(lambda: self.stage == stage, f"the stage {stage}")

    def begin_at(self, url: str) -> None:
        self._url = url

    async def enter(self) -> None:
        """Join at whatever server runs the room, and wait for what one is told then."""
        await eventually(f"{self._name} is at the room", self._try, SETTLED_S)
        await self.client.wait_event("meeting.updated")

    async def come_back(self) -> None:
        """The server ends, or sends the page away: enter again, as the same person."""
        await self.client.wait_for(lambda: self.is_lost, "being sent away", SETTLED_S)
        await self.client.close()
        self._url = next(one.url for one in self._nodes if one.url != self._url)
        await self.enter()

    async def follow(self) -> Client:
        """The room was moved: be there before leaving. Returns the connection that is left."""
        await self.client.wait_event("room.moved")
        old, self._url = self.client, self.client.events("room.moved")[-1]["server"]
        await self.enter()
        return old

    @property
    def is_lost(self) -> bool:
        has_left = any(map(self.client.events, ("session.ended", "room.moved")))
        return not self.client.is_connected or has_left

    async def _try(self) -> bool:
        self.client = Client(self._url, protocol=self.protocol)
        try:
            async with asyncio.timeout(15.0):  # a server that is stopped takes sockets
                await self.client.connect()
                await self.client.join(
                    self._room, self._name, role=self._role, key=self._key, move=True, **self._more
                )
        except (ConnectionError, TimeoutError, OSError, Refused) as error:
            await self.client.close()
            self._url = self._other(error)
            return False
        except Exception as error:
            if type(error).__module__.startswith("socketio"):
                await self.client.close()
                self._url = self._other(error)
                return False
            raise
        return True

    def _other(self, error: Exception) -> str:
        """Where to ask next."""
        if isinstance(error, Refused):
            self.refusals.append(error.code)
            known = ("other_server", "room_moving", "broken_off", "newer_meeting")
            assert error.code in known, error
            return error.server or self._url
        at = [one.url for one in self._nodes].index(self._url)
        return self._nodes[(at + 1) % len(self._nodes)].url

    async def close(self) -> None:
        with contextlib.suppress(Exception):
            await self.client.close()


@contextlib.asynccontextmanager
async def estate_on(
    database: str, redis: Redis, store: Store, room: Room, folder: Path
) -> AsyncIterator[Estate]:
    """`folder` has the key that signs, `key`, and the journals."""
    estate = Estate(database, redis, store, room, folder)
    try:
        yield estate
    finally:
        await estate.close()
