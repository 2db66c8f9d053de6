"""The whole server under load: `vmr serve`, rooms in its store, people joined by the protocol.

It has one media worker. The loader only sends and receives packets; the sockets of its people are
held here.
"""

import asyncio
import dataclasses
import tempfile
from pathlib import Path
from types import TracebackType

from tests.bench.cpu import children, pin, put_last
from tests.bench.loader import ROOM_SIZE
from tests.bench.packet_cost import LOADER_CORE, SERVER_CORE, Child, Cost, run_load
from tests.browser.rooms import TestRoom, make_rooms
from tests.browser.server_process import ServerProcess
from tests.signalling.client import Client

NEWCOMERS, PACE_S = 50, 0.25
NO_LIMITS = {"VMR_PIN_TRIES": "1000000", "VMR_ROOM_PIN_LIMIT": "1000000"}
"""Wrong PINs are work to keep the server busy with."""


class LoadedServer:
    """A server with rooms of three, for the time of a `with`."""

    def __init__(self, directory: Path, rooms: int, core: int = SERVER_CORE) -> None:
        """`core` is that of the signalling process; the worker is on SERVER_CORE."""
        self.server = ServerProcess(directory, NO_LIMITS)
        self._rooms = rooms
        self._core = core
        self._clients: list[Client] = []

    async def __aenter__(self) -> "LoadedServer":
        await self.server.start()
        pin(self.server.pid, self._core)
        for worker in children(self.server.pid):
            pin(worker, SERVER_CORE)
        return self

    @property
    def pids(self) -> list[int]:
        """Signalling and its worker."""
        return [self.server.pid, *children(self.server.pid)]

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for client in self._clients:
            await client.close()
        await self.server.stop()
        log = self.server.log_text()
        assert "Traceback" not in log, log[-5000:]
        assert " ERROR " not in log, log[-5000:]

    async def answer(self, offers: list[str]) -> list[str]:
        """Join a host and two invited guests in each room, and answer their offers."""
        names = [f"Room {number}" for number in range(self._rooms)]
        rooms = await make_rooms(self.server.database, "legal", names)
        for room in rooms:
            await self._fill(room)
        answers = []
        for client, offer in zip(self._clients, offers, strict=True):
            await client.wait_place("inside")
            answers.append(str((await client.request("media.offer", sdp=offer))["answer"]))
        return answers

    async def _fill(self, room: TestRoom) -> None:
        """A host by the PIN, then the guests by their personal links."""
        host, *guests = [await self._connect() for _ in range(ROOM_SIZE)]
        await host.join(room.address, "Host", role="host")
        await host.request("host.enter_pin", pin=room.pin, confirmed=[])
        for guest, token in zip(guests, room.invites, strict=True):
            await guest.join(room.address, "Guest", invite=token)

    async def _connect(self) -> Client:
        """One address may open only so many sockets at once; then they come at the pace it has."""
        if len(self._clients) >= NEWCOMERS:
            await asyncio.sleep(PACE_S)
        client = await Client(self.server.url).connect()
        self._clients.append(client)
        return client


async def measure_server(*, rooms: int, seconds: float, in_bursts: bool) -> Cost:
    """The whole server: signalling with its pages and sockets, and its media worker."""
    with tempfile.TemporaryDirectory() as directory:
        async with LoadedServer(Path(directory), rooms) as loaded:
            cost = await run_load(
                rooms=rooms,
                seconds=seconds,
                in_bursts=in_bursts,
                server_pids=loaded.pids,
                answer=loaded.answer,
            )
            return dataclasses.replace(cost, counters=await _counters(loaded.server))


async def measure_beside_work(
    *, rooms: int, seconds: float, is_busy: bool
) -> tuple[Cost, dict[str, int]]:
    """The worker alone on its core, while signalling, on the loader's, does nothing or its worst.

    Returns the cost and what signalling did. The loader goes before signalling, as it is no part
    of what is measured.
    """
    with tempfile.TemporaryDirectory() as directory:
        async with LoadedServer(Path(directory), rooms, LOADER_CORE) as loaded:
            put_last(loaded.server.pid)
            work = await _keep_busy(loaded.server) if is_busy else None
            cost = await run_load(
                rooms=rooms,
                seconds=seconds,
                in_bursts=True,
                server_pids=loaded.pids,
                answer=loaded.answer,
            )
            return cost, {} if work is None else await work.finish()


async def _keep_busy(server: ServerProcess) -> Child:
    (room,) = await make_rooms(server.database, "legal", ["Busy"])
    work = await Child.start("tests.bench.busy", server.url, room.address, str(LOADER_CORE))
    assert (await work.listen())["is_busy"]
    return work


async def _counters(server: ServerProcess) -> dict[str, int]:
    found = (await server.health()).get("counters", {})
    return {name: int(value) for name, value in found.items()}
