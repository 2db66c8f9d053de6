"""A desk page without a browser: speaks the namespace /desk over a real socket."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import socketio

from signalling.desk.sockets import DESK
from tests.signalling.client import TIMEOUT_S, Note, Refused


class DeskClient:
    """One officer's page; `rooms` is what it shows."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self._url = url
        self._headers = dict(headers)
        self._arrived = asyncio.Event()
        self.notes: list[Note] = []
        self.facts: dict[str, Any] = {}
        self.rooms: dict[str, dict[str, Any]] = {}
        self.refused: dict[str, Any] = {}
        self.is_connected = False
        self.socket: Any = None

    async def connect(self) -> "DeskClient":
        """Until the whole state is there. Raises ConnectionError when refused."""
        self.socket = socketio.AsyncClient(reconnection=False)
        self.socket.on("*", self._receive, namespace=DESK)
        self.socket.on("disconnect", self._lost, namespace=DESK)
        self.socket.on("connect_error", self._refuse, namespace=DESK)
        await self.socket.connect(
            self._url,
            headers=self._headers,
            auth={"protocol": 1},
            namespaces=[DESK],
            transports=["websocket"],
            wait_timeout=TIMEOUT_S,
        )
        self.is_connected = True
        await self.wait_for(lambda: self.facts or not self.is_connected, "the state of the desk")
        return self

    async def close(self) -> None:
        if self.socket is not None:
            await self.socket.disconnect()

    async def call(self, event: str, *payload: Any) -> Any:
        """The raw acknowledgement."""
        return await self.socket.call(event, payload, namespace=DESK, timeout=TIMEOUT_S)

    async def ask(self, event: str, room: str, **more: Any) -> dict[str, Any]:
        """About a room as this desk sees it; raises Refused."""
        meeting = more.pop("meeting", None) or self.meeting(room)["meeting"]
        ack = await self.call(event, {"room": room, "meeting": meeting, **more})
        assert set(ack) in ({"data"}, {"error"}), ack
        if "error" in ack:
            raise Refused(ack["error"])
        data: dict[str, Any] = ack["data"]
        return data

    def meeting(self, room: str) -> dict[str, Any]:
        found: dict[str, Any] = self.rooms[room]["meeting"] or {}
        return found

    def alerts(self, room: str) -> list[dict[str, Any]]:
        return list(self.meeting(room).get("alerts", []))

    async def alert(self, room: str, kind: str) -> dict[str, Any]:
        """Wait for an alert of this kind."""
        await self.wait_for(
            lambda: kind in [one["kind"] for one in self.alerts(room)], f"alert {kind}"
        )
        (found,) = [one for one in self.alerts(room) if one["kind"] == kind]
        return found

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
            raise AssertionError(f"waited for {what}; rooms {self.rooms}") from None

    async def _receive(self, event: str, *args: Any) -> None:
        (envelope,) = args
        note = Note(event=event, **envelope)
        assert note.n == len(self.notes) + 1, "a number was left out"
        self.notes.append(note)
        if event == "desk.state":
            self.facts = note.data
            self.rooms = {room["id"]: room for room in note.data["rooms"]}
        elif event == "room.updated" and note.data["state"] is None:
            self.rooms.pop(note.data["room"], None)
        elif event == "room.updated":
            self.rooms[note.data["room"]] = note.data["state"]
        self._arrived.set()

    async def _lost(self, *_reason: Any) -> None:
        self.is_connected = False
        self._arrived.set()

    async def _refuse(self, data: Any) -> None:
        self.refused = data
