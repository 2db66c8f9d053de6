"""The narrow interfaces signalling needs of the store and of the media engine."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from media.messages import Reply, Request
from vmr.ids import MeetingId, RoomId
from vmr.record import Happening
from vmr.rooms import Invite, Room

Clock = Callable[[], float]
"""Seconds since the epoch, steady: wall time at start plus what has passed since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveMeeting:
    """A meeting that was running when the server stopped."""

    id: MeetingId
    room: Room
    snapshot: Mapping[str, Any]


class Store(Protocol):
    """Rooms, personal links, live meetings and their records."""

    async def room_by_address(self, address: str) -> Room | None: ...

    async def invite_by_token(self, room: RoomId, token: str) -> Invite | None: ...

    async def live_meetings(self) -> Sequence[LiveMeeting]: ...

    async def commit(
        self,
        meeting: MeetingId,
        room: RoomId,
        snapshot: Mapping[str, Any] | None,
        happenings: Sequence[Happening],
    ) -> None:
        """One transaction: records and snapshot (None: the meeting is over or dropped).

        Raises an exception when it could not be written; then nothing was.
        """


class Engine(Protocol):
    """The media engine, as `media/engine.py` offers it."""

    async def request(self, request: Request) -> Reply: ...

    def counters(self) -> dict[str, int]: ...
