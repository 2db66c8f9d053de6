"""The stages of a meeting: one transition table. An illegal move raises and changes nothing."""

from enum import Enum

from lobby.errors import AlreadyLocked, AlreadyOpen, MeetingError, MeetingOver, NotLocked, NotOpen
from vmr.roles import Stage


class StageMove(Enum):
    OPEN = "open"
    LOCK = "lock"
    UNLOCK = "unlock"
    END = "end"


MOVES: dict[tuple[Stage, StageMove], Stage | type[MeetingError]] = {
    (Stage.WAITING, StageMove.OPEN): Stage.OPEN,
    (Stage.WAITING, StageMove.LOCK): NotOpen,
    (Stage.WAITING, StageMove.UNLOCK): NotOpen,
    (Stage.WAITING, StageMove.END): Stage.ENDED,
    (Stage.OPEN, StageMove.OPEN): AlreadyOpen,
    (Stage.OPEN, StageMove.LOCK): Stage.LOCKED,
    (Stage.OPEN, StageMove.UNLOCK): NotLocked,
    (Stage.OPEN, StageMove.END): Stage.ENDED,
    (Stage.LOCKED, StageMove.OPEN): AlreadyOpen,
    (Stage.LOCKED, StageMove.LOCK): AlreadyLocked,
    (Stage.LOCKED, StageMove.UNLOCK): Stage.OPEN,
    (Stage.LOCKED, StageMove.END): Stage.ENDED,
    (Stage.ENDED, StageMove.OPEN): MeetingOver,
    (Stage.ENDED, StageMove.LOCK): MeetingOver,
    (Stage.ENDED, StageMove.UNLOCK): MeetingOver,
    (Stage.ENDED, StageMove.END): MeetingOver,
}


def move(stage: Stage, by: StageMove) -> Stage:
    """The stage after the move; raises what the table says where it is illegal."""
    result = MOVES[stage, by]
    if isinstance(result, Stage):
        return result
    raise result
