"""The stages of a meeting and their one transition table."""

import itertools

import pytest

from lobby.errors import (
    AlreadyLocked,
    AlreadyOpen,
    MeetingError,
    MeetingOver,
    NotLocked,
    NotOpen,
)
from lobby.stage import MOVES, StageMove, move
from vmr.roles import Stage


def test_the_table_answers_every_move_from_every_stage() -> None:
    assert set(MOVES) == set(itertools.product(Stage, StageMove))


@pytest.mark.parametrize(
    ("stage", "by", "to"),
    [
        (Stage.WAITING, StageMove.OPEN, Stage.OPEN),
        (Stage.OPEN, StageMove.LOCK, Stage.LOCKED),
        (Stage.LOCKED, StageMove.UNLOCK, Stage.OPEN),
        (Stage.WAITING, StageMove.END, Stage.ENDED),
        (Stage.OPEN, StageMove.END, Stage.ENDED),
        (Stage.LOCKED, StageMove.END, Stage.ENDED),
    ],
)
def test_legal_moves(stage: Stage, by: StageMove, to: Stage) -> None:
    assert move(stage, by) is to


@pytest.mark.parametrize(
    ("stage", "by", "error"),
    [
        (Stage.WAITING, StageMove.LOCK, NotOpen),
        (Stage.OPEN, StageMove.OPEN, AlreadyOpen),
        (Stage.OPEN, StageMove.UNLOCK, NotLocked),
        (Stage.LOCKED, StageMove.LOCK, AlreadyLocked),
        (Stage.ENDED, StageMove.OPEN, MeetingOver),
    ],
)
def test_illegal_moves_raise(stage: Stage, by: StageMove, error: type[MeetingError]) -> None:
    with pytest.raises(error):
        move(stage, by)


def test_nothing_leads_out_of_the_end() -> None:
    assert all(MOVES[Stage.ENDED, by] is MeetingOver for by in StageMove)
