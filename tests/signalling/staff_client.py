"""A staff page without a browser: speaks one namespace over a real socket."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self

import socketio

from tests.signalling.client import TIMEOUT_S, Note, data_of


class StaffClient(ABC):
    """One officer's page; `rooms` is what it shows."""

    NAMESPACE: ClassVar[str]
    STATE: ClassVar[str]
    """The notification with the whole state."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self._url = url
        self._headers = dict(headers)
        self._arrived = asyncio.Event()
        self.notes: list[Note] = []
        self.facts: dict[str, Any] = {}
        self.rooms: dict[str, dict[str, Any]] = {}
        self.refused: dict[str, Any] = {}
        self.auth: dict[str, Any] = {"protocol": 1}
        self.is_connected = False
        self.socket: Any = None

    async def connect(self) -> Self:
        """Until the whole state is there. Raises ConnectionError when refused."""
        self.socket = socketio.AsyncClient(reconnection=False)
        self.socket.on("*", self._receive, namespace=self.NAMESPACE)
        self.socket.on("disconnect", self._lost, namespace=self.NAMESPACE)
        self.socket.on("connect_error", self._refuse, namespace=self.NAMESPACE)
        await self.socket.connect(
            self._url,
            headers=self._headers,
            auth=self.auth,
            namespaces=[self.NAMESPACE],
            transports=["websocket"],
            wait_timeout=TIMEOUT_S,
        )
        self.is_connected = True
        await self.wait_for(lambda: self.facts or not self.is_connected, "the whole state")
        return self

    async def close(self) -> None:
        if self.socket is not None:
            await self.socket.disconnect()

    async def call(self, event: str, *payload: Any) -> Any:
        """The raw acknowledgement."""
        return await self.socket.call(event, payload, namespace=self.NAMESPACE, timeout=TIMEOUT_S)

    async def ask(self, event: str, **payload: Any) -> dict[str, Any]:
        """Raises Refused."""
        return data_of(await self.call(event, payload))

    async def act(self, event: str, room: str, **more: Any) -> dict[str, Any]:
        """About the meeting of a room as this page sees it; raises Refused."""
        meeting = more.pop("meeting", None) or self.meeting(room)["meeting"]
        return await self.ask(event, room=room, meeting=meeting, **more)

    def meeting(self, room: str) -> dict[str, Any]:
        found: dict[str, Any] = self.rooms[room]["meeting"] or {}
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
            raise AssertionError(f"waited for {what}; {self.shown()}") from None

    def told(self, event: str) -> list[Any]:
        """The data of every notification of this name, the oldest first."""
        return [note.data for note in self.notes if note.event == event]

    def shown(self) -> str:
        """For a failure."""
        return f"rooms {self.rooms}"

    @abstractmethod
    def take(self, note: Note) -> None:
        """A notification of this page alone."""

    async def _receive(self, event: str, *args: Any) -> None:
        (envelope,) = args
        note = Note(event=event, **envelope)
        assert note.n == len(self.notes) + 1, "a number was left out"
        self.notes.append(note)
        if event == self.STATE:
            self.facts = note.data
            self.rooms = {room["id"]: room for room in note.data["rooms"]}
        elif event == "room.updated" and note.data["state"] is None:
            self.rooms.pop(note.data["room"], None)
        elif event == "room.updated":
            self.rooms[note.data["room"]] = note.data["state"]
        self.take(note)
        self._arrived.set()

    async def _lost(self, *_reason: Any) -> None:
        self.is_connected = False
        self._arrived.set()

    async def _refuse(self, data: Any) -> None:
        self.refused = data
