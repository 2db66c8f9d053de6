"""A monitoring page without a browser."""

from collections.abc import Mapping
from typing import Any

from signalling.monitor.sockets import MONITOR
from tests.signalling.client import Note
from tests.signalling.staff_client import StaffClient

OFFER = "v=0\r\na=recvonly\r\n"


class MonitorClient(StaffClient):
    """`tiles` is what it shows beside `rooms`."""

    NAMESPACE = MONITOR
    STATE = "wall.state"

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        super().__init__(url, headers)
        self.tiles: dict[str, dict[str, Any]] = {}
        self.question: str | None = None

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

    def tile(self, room: str) -> dict[str, Any]:
        return self.tiles.get(room, {})

    async def why_not(self, room: str, code: str | None) -> None:
        """Wait until the server's judgement of this tile is so."""
        await self.wait_for(
            lambda: self.tile(room) and self.tile(room)["why_not"] == code, f"why not: {code}"
        )

    def shown(self) -> str:
        return f"tiles {self.tiles}, {super().shown()}"

    def take(self, note: Note) -> None:
        if note.event == "tile.updated":
            self.tiles[note.data["room"]] = note.data
        elif note.event == "terminal.asked":
            self.question = note.data["token"]
