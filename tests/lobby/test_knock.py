"""A knock is answered once."""

import pytest

from lobby.errors import AlreadyAnswered
from lobby.knock import MOVES, Knock, KnockState, move
from tests.lobby.world import pid, session
from vmr.participants import name_persons
from vmr.roles import Role

ANSWERS = [state for state in KnockState if state is not KnockState.WAITING]


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_waiting_knock_takes_any_answer(answer: KnockState) -> None:
    assert move(KnockState.WAITING, answer) is answer


@pytest.mark.parametrize("first", ANSWERS)
@pytest.mark.parametrize("second", list(KnockState))
def test_a_second_answer_does_not_count(first: KnockState, second: KnockState) -> None:
    with pytest.raises(AlreadyAnswered):
        move(first, second)


def test_the_table_knows_every_state() -> None:
    assert set(MOVES) == set(KnockState)


def test_knocking_again_counts_and_moves_the_time() -> None:
    knock = Knock(
        id=pid("a"),
        session=session("a"),
        role=Role.GUEST,
        persons=name_persons(pid("a"), ("A",)),
        invite=None,
        device=None,
        since=1.0,
        last_at=1.0,
        is_knocking=True,
    )
    again = knock.again(20.0)
    assert (again.count, again.since, again.may_knock_at(10)) == (2, 1.0, 30.0)
