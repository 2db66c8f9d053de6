"""What a monitoring terminal may ask, as models, and the one dispatch table of the namespace.

`room` and `meeting` are ids as `wall.state` gave them: a request about a meeting that is over
never reaches the next one.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints, ValidationError
from pydantic.types import conlist

from lobby.commands import Command, ConcernCategory, End, Officer, Pause, RaiseConcern, Resume
from signalling.errors import RequestError
from signalling.messages import REASON_CHARACTERS, Id, Model, Reason, Sdp, code_of

WALL_MAX = 25
"""Tiles of one terminal."""
FRAMES_MAX = 2**53

GivenReason = Annotated[Reason, StringConstraints(min_length=1)]
Note = Annotated[Reason, StringConstraints(min_length=1, max_length=REASON_CHARACTERS)]
Line = Annotated[Reason, StringConstraints(max_length=100)]
Token = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Frames = Annotated[int, Field(ge=0, le=FRAMES_MAX)]


class MonitorRequest(Model):
    NAME: ClassVar[str]


class WallWatch(MonitorRequest):
    NAME = "wall.watch"
    rooms: conlist(Id, min_length=1, max_length=WALL_MAX)  # type: ignore[valid-type]


class WallUnwatch(MonitorRequest):
    NAME = "wall.unwatch"
    rooms: conlist(Id, min_length=1, max_length=WALL_MAX)  # type: ignore[valid-type]


class TileOffer(MonitorRequest):
    NAME = "tile.offer"
    room: Id
    sdp: Sdp


class TilePlayer(MonitorRequest):
    NAME = "tile.player"
    room: Id


class TileFocus(MonitorRequest):
    """`room` None: no tile is focused any more."""

    NAME = "tile.focus"
    room: Id | None


class TerminalBeat(MonitorRequest):
    """Frames decoded so far of each tile on screen, by room."""

    NAME = "terminal.beat"
    visible: bool
    frames: Annotated[dict[Id, Frames], Field(max_length=WALL_MAX)]


class TerminalAnswer(MonitorRequest):
    NAME = "terminal.answer"
    token: Token


class TileHealth(MonitorRequest):
    """What the page finds of the picture it shows; its word only."""

    NAME = "tile.health"
    room: Id
    participant: Id
    problem: Literal["covered", "frozen"] | None


class MeetingRequest(MonitorRequest):
    """One command to the meeting of one room, by name."""

    room: Id
    meeting: Id

    def command(self, by: Officer) -> Command:
        raise NotImplementedError


class RoomPause(MeetingRequest):
    NAME = "room.pause"
    reason: GivenReason

    def command(self, by: Officer) -> Command:
        return Pause(by=by, reason=self.reason)


class RoomResume(MeetingRequest):
    NAME = "room.resume"

    def command(self, by: Officer) -> Command:
        return Resume(by=by)


class RoomEnd(MeetingRequest):
    NAME = "room.end"
    reason: GivenReason

    def command(self, by: Officer) -> Command:
        return End(by=by, reason=self.reason)


class ConcernRaise(MeetingRequest):
    NAME = "concern.raise"
    category: Literal["rule_broken", "security", "distress"]
    incident: Line
    note: Note
    follow_up: Reason
    tells_desk: bool

    def command(self, by: Officer) -> Command:
        return RaiseConcern(
            by=by,
            category=ConcernCategory(self.category),
            incident=self.incident,
            note=self.note,
            follow_up=self.follow_up,
            tells_desk=self.tells_desk,
        )


MONITOR_REQUESTS: Mapping[str, type[MonitorRequest]] = {
    model.NAME: model
    for model in (
        WallWatch, WallUnwatch, TileOffer, TilePlayer, TileFocus, TileHealth, TerminalBeat,
        TerminalAnswer, RoomPause, RoomResume, RoomEnd, ConcernRaise,
    )
}  # fmt: skip


def parse_monitor_request(event: str, payload: object) -> MonitorRequest:
    """Raises RequestError unknown_request, bad_message, bad_name or too_large."""
    model = MONITOR_REQUESTS.get(event)
    if model is None:
        raise RequestError("unknown_request")
    if not isinstance(payload, dict):
        raise RequestError("bad_message")
    try:
        return model.model_validate(payload)
    except ValidationError as error:
        raise RequestError(code_of(error)) from None
