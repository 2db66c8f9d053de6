"""What a monitoring terminal may ask, as models, and the one dispatch table of the namespace."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from pydantic.types import conlist

from lobby.commands import Command, ConcernCategory, Officer, RaiseConcern
from signalling.fields import REASON_CHARACTERS, Id, Reason, Request, Sdp
from signalling.officer_messages import OfficerEnd, OfficerPause, OfficerResume, OfMeeting

WALL_MAX = 25
"""Tiles of one terminal."""
FRAMES_MAX = 2**53

Note = Annotated[Reason, StringConstraints(min_length=1, max_length=REASON_CHARACTERS)]
Line = Annotated[Reason, StringConstraints(max_length=100)]
Token = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Address = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Frames = Annotated[int, Field(ge=0, le=FRAMES_MAX)]


class WallWatch(Request):
    NAME = "wall.watch"
    rooms: conlist(Id, min_length=1, max_length=WALL_MAX)  # type: ignore[valid-type]


class WallUnwatch(Request):
    NAME = "wall.unwatch"
    rooms: conlist(Id, min_length=1, max_length=WALL_MAX)  # type: ignore[valid-type]


class WallTicket(Request):
    """For a socket of the same page at another server."""

    NAME = "wall.ticket"
    server: Address


class TileOffer(Request):
    NAME = "tile.offer"
    room: Id
    sdp: Sdp


class TilePlayer(Request):
    NAME = "tile.player"
    room: Id


class TileFocus(Request):
    """`room` None: no tile is focused any more."""

    NAME = "tile.focus"
    room: Id | None


class TerminalBeat(Request):
    """Frames decoded so far of each tile on screen, by room."""

    NAME = "terminal.beat"
    visible: bool
    frames: Annotated[dict[Id, Frames], Field(max_length=WALL_MAX)]


class TerminalAsk(Request):
    """The officer has just answered elsewhere: ask now, so that the same answer counts here."""

    NAME = "terminal.ask"


class TerminalAnswer(Request):
    NAME = "terminal.answer"
    token: Token


class TileHealth(Request):
    """What the page finds of the picture it shows; its word only."""

    NAME = "tile.health"
    room: Id
    participant: Id
    problem: Literal["covered", "frozen"] | None


class ConcernRaise(OfMeeting):
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


MONITOR_REQUESTS: Mapping[str, type[Request]] = {
    model.NAME: model
    for model in (
        WallWatch, WallUnwatch, WallTicket, TileOffer, TilePlayer, TileFocus, TileHealth,
        TerminalBeat, TerminalAsk, TerminalAnswer, OfficerPause, OfficerResume, OfficerEnd,
        ConcernRaise,
    )
}  # fmt: skip
