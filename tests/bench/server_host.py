"""The whole server under load: `vmr serve`, rooms in its store, people joined by the protocol.

The loader only sends and receives packets; the sockets of its people are held here.
"""

import dataclasses
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

import socketio

from tests.bench.cpu import pin
from tests.bench.loader import ROOM_SIZE
from tests.bench.packet_cost import SERVER_CORE, Cost, run_load
from tests.browser.eventually import eventually
from tests.browser.rooms import TestRoom, make_rooms
from tests.browser.server_process import ServerProcess

TIMEOUT_S = 30.0


class Joiner:
    """One person's signalling, as little of it as a place inside needs."""

    def __init__(self) -> None:
        self._client = socketio.AsyncClient()
        self._view: dict[str, Any] = {}
        self._client.on("meeting.updated", self._on_view)

    async def join(self, url: str, room: TestRoom, name: str, *, is_host: bool) -> None:
        await self._client.connect(url, auth={"protocol": 1}, transports=["websocket"])
        await self._ask(
            "room.join",
            room=room.address,
            role="host" if is_host else "guest",
            names=[name],
            declaration="legal-1",
            **({} if is_host else {"invite": room.invites[int(name[-1]) - 1]}),
        )
        if is_host:
            await self._ask("host.enter_pin", pin=room.pin, confirmed=[])

    async def offer(self, sdp: str) -> str:
        await eventually("inside", self._is_inside, TIMEOUT_S)
        return str((await self._ask("media.offer", sdp=sdp))["answer"])

    async def close(self) -> None:
        await self._client.disconnect()

    async def _ask(self, event: str, **payload: Any) -> dict[str, Any]:
        answer = await self._client.call(event, payload, timeout=TIMEOUT_S)
        assert "data" in answer, (event, answer)
        return dict(answer["data"])

    async def _is_inside(self) -> bool:
        return self._view.get("place") == "inside"

    def _on_view(self, envelope: dict[str, Any]) -> None:
        self._view = envelope["data"]


class LoadedServer:
    """A server with rooms of three, for the time of a `with`."""

    def __init__(self, directory: Path, rooms: int) -> None:
        self.server = ServerProcess(directory)
        self._rooms = rooms
        self._joiners: list[Joiner] = []

    async def __aenter__(self) -> "LoadedServer":
        await self.server.start()
        pin(self.server.pid, SERVER_CORE)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for joiner in self._joiners:
            await joiner.close()
        await self.server.stop()
        log = self.server.log_text()
        assert "Traceback" not in log, log[-5000:]
        assert " ERROR " not in log, log[-5000:]

    async def answer(self, offers: list[str]) -> list[str]:
        """Join a host and two invited guests in each room, and answer their offers."""
        names = [f"Room {number}" for number in range(self._rooms)]
        rooms = await make_rooms(self.server.database, "legal", names)
        for room in rooms:
            for number in range(ROOM_SIZE):
                joiner = Joiner()
                self._joiners.append(joiner)
                await joiner.join(self.server.url, room, f"Guest {number}", is_host=number == 0)
        return [
            await joiner.offer(offer) for joiner, offer in zip(self._joiners, offers, strict=True)
        ]


async def measure_server(*, rooms: int, seconds: float, in_bursts: bool) -> Cost:
    """The whole server process, its pages and sockets included."""
    with tempfile.TemporaryDirectory() as directory:
        async with LoadedServer(Path(directory), rooms) as loaded:
            cost = await run_load(
                rooms=rooms,
                seconds=seconds,
                in_bursts=in_bursts,
                server_pid=loaded.server.pid,
                answer=loaded.answer,
            )
            return dataclasses.replace(cost, counters=await _counters(loaded.server))


async def _counters(server: ServerProcess) -> dict[str, int]:
    found = (await server.health()).get("counters", {})
    return {name: int(value) for name, value in found.items()}
