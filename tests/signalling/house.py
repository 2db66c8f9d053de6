"""A whole signalling server on a free port, with a store and an engine that a test can steer."""

from collections.abc import Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from aiohttp import web, web_app
from argon2 import PasswordHasher

from media.messages import EngineEvent
from signalling.app import Signalling
from signalling.config import SignallingConfig
from signalling.running import Running
from signalling.seams import Clock, Engine, Store
from signalling.staff.app import StaffApp
from tests.signalling.client import PAGES, Client, DeviceKey
from tests.signalling.fakes.clock import FakeClock
from tests.signalling.fakes.engine import FakeEngine
from tests.signalling.fakes.store import FakeStore
from vmr.numbers import Numbers
from vmr.rooms import Room

PIN = "482916"
PIN_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PIN)
OFFER = "v=0\r\na=recvonly\r\n"
CONFIG = SignallingConfig(new_sockets_per_address_burst=500, requests_per_session_burst=500)


class Server:
    """`async with Server() as server`: pages and sockets at `server.url`."""

    def __init__(
        self,
        *,
        store: Store,
        engine: Engine,
        numbers: Numbers | None = None,
        clock: Clock | None = None,
        config: SignallingConfig = CONFIG,
    ) -> None:
        self.signalling = Signalling(
            store=store,
            numbers=numbers or Numbers(),
            clock=clock or FakeClock(),
            config=config,
        )
        self.app = self.signalling.create_app(engine)
        self._runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=1.0)
        self._clients: list[Client] = []
        self.url = ""

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for client in self._clients:
            await client.close()
        await self._runner.cleanup()
        web_app._cached_build_middleware.cache_clear()  # it keeps the last 200 applications alive

    @property
    def running(self) -> Running:
        assert self.signalling.running is not None
        return self.signalling.running

    @property
    def staff(self) -> StaffApp:
        assert self.signalling.staff is not None
        return self.signalling.staff

    def page(
        self,
        *,
        transports: tuple[str, ...] = ("websocket",),
        headers: Mapping[str, str] | None = None,
        protocol: int | list[int] = PAGES,
    ) -> Client:
        """A page that has not connected yet; `headers` may hold an officer's cookie."""
        client = Client(self.url, transports=transports, headers=headers, protocol=protocol)
        self._clients.append(client)
        return client

    async def client(self) -> Client:
        """A page with a session."""
        return await self.page().connect()


class House(Server):
    """A server with fakes behind it, and a legal room with the Host PIN `PIN`."""

    def __init__(self, **settings: Any) -> None:
        self.store: FakeStore = settings.pop("store", None) or FakeStore()
        self.clock: FakeClock = settings.pop("clock", None) or FakeClock()
        self.engine = FakeEngine(self._on_event)
        super().__init__(store=self.store, engine=self.engine, clock=self.clock, **settings)
        self.room = next(iter(self.store.rooms.values()), None) or self.store.add_room(PIN_HASH)

    def _on_event(self, event: EngineEvent) -> None:
        self.signalling.process_engine_event(event)

    def change_room(self, **values: Any) -> Room:
        self.room = self.store.rooms[self.room.id] = replace(self.room, **values)
        return self.room

    # -- scenes ---------------------------------------------------------------------------

    async def host(self, key: DeviceKey | None = None) -> Client:
        """A host inside; the room is open."""
        client = await self.client()
        await client.join(self.room.address, "Officer", role="host", key=key)
        await client.request("host.enter_pin", pin=PIN, confirmed=[])
        await client.wait_place("inside")
        return client

    async def guest(
        self, name: str = "Ann", *, key: DeviceKey | None = None, **more: Any
    ) -> Client:
        """A guest who has joined: inside with a valid invite in an open room, else waiting."""
        client = await self.client()
        await client.join(self.room.address, name, key=key, **more)
        return client

    async def admitted(self, host: Client, name: str = "Ann", **more: Any) -> Client:
        """A guest let in by the host's decision."""
        guest = await self.guest(name, **more)
        await host.request("knock.admit", participant=guest.participant)
        await guest.wait_place("inside")
        return guest

    async def attest(self, host: Client, guest: Client) -> None:
        """Every person behind the guest's connection shows a card."""
        participants = {one["id"]: one for one in host.view["participants"]}
        for person in participants[guest.participant]["persons"]:
            await host.request(
                "participant.attest", participant=guest.participant, claim=claim(person["id"])
            )


def claim(person: str) -> dict[str, Any]:
    return {
        "person": person,
        "method": "professional_card",
        "documents": ["professional_photo_card"],
        "verified_name": "Ann Example",
    }
