"""A monitoring page without a browser: speaks the namespace /monitor over a real socket."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import socketio

from signalling.monitor.sockets import MONITOR
from tests.signalling.client import TIMEOUT_S, Note, Refused

OFFER = "v=0\r\na=recvonly\r\n"


class MonitorClient:
    """One officer's page; `rooms` and `tiles` are what it shows."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self._url = url
        self._headers = dict(headers)
        self._arrived = asyncio.Event()
        self.notes: list[Note] = []
        self.facts: dict[str, Any] = {}
        self.rooms: dict[str, dict[str, Any]] = {}
        self.tiles: dict[str, dict[str, Any]] = {}
        self.question: str | None = None
        self.refused: dict[str, Any] = {}
        self.is_connected = False
        self.socket: Any = None

    async def connect(self) -> "MonitorClient":
        """Until the wall is there. Raises ConnectionError when refused."""
        self.socket = socketio.AsyncClient(reconnection=False)
        self.socket.on("*", self._receive, namespace=MONITOR)
        self.socket.on("disconnect", self._lost, namespace=MONITOR)
        self.socket.on("connect_error", self._refuse, namespace=MONITOR)
        await self.socket.connect(
            self._url,
            headers=self._headers,
            auth={"protocol": 1},
            namespaces=[MONITOR],
            transports=["websocket"],
            wait_timeout=TIMEOUT_S,
        )
        self.is_connected = True
        await self.wait_for(lambda: self.facts or not self.is_connected, "the state of the wall")
        return self

    async def close(self) -> None:
        if self.socket is not None:
            await self.socket.disconnect()

    # -- asking -------------------------------------------------------------------------------

    async def call(self, event: str, *payload: Any) -> Any:
        """The raw acknowledgement."""
        return await self.socket.call(event, payload, namespace=MONITOR, timeout=TIMEOUT_S)

    async def ask(self, event: str, **payload: Any) -> dict[str, Any]:
        """Raises Refused."""
        ack = await self.call(event, payload)
        assert set(ack) in ({"data"}, {"error"}), ack
        if "error" in ack:
            raise Refused(ack["error"])
        data: dict[str, Any] = ack["data"]
        return data

    async def act(self, event: str, room: str, **more: Any) -> dict[str, Any]:
        """About the meeting of a room as this page sees it; raises Refused."""
        return await self.ask(event, room=room, meeting=self.meeting(room)["meeting"], **more)

    async def watch(self, *rooms: str) -> None:
        """Put rooms on the wall and offer a transport for each."""
        done = await self.ask("wall.watch", rooms=list(rooms))
        assert done["refused"] == {}, done
        for room in rooms:
            await self.ask("tile.offer", room=room, sdp=OFFER)

    async def beat(self, frames: dict[str, int] | None = None, *, visible: bool = True) -> None:
        await self.ask("terminal.beat", visible=visible, frames=frames or {})

    async def answer(self) -> None:
        """The question that is asked now."""
        await self.wait_for(lambda: self.question, "a question")
        await self.ask("terminal.answer", token=self.question)

    # -- what it knows ------------------------------------------------------------------------

    def meeting(self, room: str) -> dict[str, Any]:
        found: dict[str, Any] = self.rooms[room]["meeting"] or {}
        return found

    def tile(self, room: str) -> dict[str, Any]:
        return self.tiles.get(room, {})

    async def why_not(self, room: str, code: str | None) -> None:
        """Wait until the server's judgement of this tile is so."""
        await self.wait_for(
            lambda: self.tile(room) and self.tile(room)["why_not"] == code, f"why not: {code}"
        )

    async def wait_for(
        self, predicate: Callable[[], object], what: str, seconds: float = TIMEOUT_S
    ) -> None:
        """Until it is so; looked at whenever something arrives."""
        try:
            async with asyncio.timeout(seconds):
                while not predicate():
                    self._arrived.clear()
                    await self._arrived.wait()
        except TimeoutError:
            raise AssertionError(
                f"waited for {what}; tiles {self.tiles}, rooms {self.rooms}"
            ) from None

    async def _receive(self, event: str, *args: Any) -> None:
        (envelope,) = args
        note = Note(event=event, **envelope)
        assert note.n == len(self.notes) + 1, "a number was left out"
        self.notes.append(note)
        data = note.data
        match event:
            case "wall.state":
                self.facts = data
                self.rooms = {room["id"]: room for room in data["rooms"]}
            case "room.updated" if data["state"] is None:
                self.rooms.pop(data["room"], None)
            case "room.updated":
                self.rooms[data["room"]] = data["state"]
            case "tile.updated":
                self.tiles[data["room"]] = data
            case "terminal.asked":
                self.question = data["token"]
        self._arrived.set()

    async def _lost(self, *_reason: Any) -> None:
        self.is_connected = False
        self._arrived.set()

    async def _refuse(self, data: Any) -> None:
        self.refused = data
