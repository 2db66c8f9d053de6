"""What a server does about a room that somebody asks it for."""

import pytest

from tests.vmr.nodes.test_placement import node
from vmr.nodes.node import NodeId
from vmr.nodes.ownership import (
    UNOWNED,
    Free,
    Here,
    Hold,
    Ownership,
    Self,
    There,
    Unsettled,
    judge,
)
from vmr.nodes.sight import Look, Sight

ME, OTHER = NodeId("me"), node("other")
MINE = Ownership(ME, 3)
THEIRS = Ownership(OTHER.id, 3)
NOW = 10.0


def sight(*nodes: str) -> Sight:
    """After a watch that was long enough."""
    found = Sight()
    for at in range(1, 11):
        look = Look(born="b", nodes=(OTHER,) if "other" in nodes else ())
        found = found.looked(look, float(at), float(at))
    return found


def me(held: int | None = None, *, is_leased: bool = True) -> Self:
    return Self(id=ME, held=None if held is None else Hold(ME, held), is_leased=is_leased)


@pytest.mark.parametrize("is_leased", [True, False])
def test_a_room_that_is_held_here_stays_here_with_and_without_a_lease(is_leased: bool) -> None:
    assert judge(MINE, me(3, is_leased=is_leased), sight(), NOW) == Here()


def test_a_room_of_a_server_that_is_alive_is_there() -> None:
    assert judge(THEIRS, me(), sight("other"), NOW) == There(OTHER)


def test_a_room_that_was_taken_from_here_is_there_though_it_is_still_held() -> None:
    assert judge(THEIRS, me(2), sight("other"), NOW) == There(OTHER)


@pytest.mark.parametrize("row", [UNOWNED, Ownership(None, 7), THEIRS, MINE])
def test_a_room_of_nobody_of_the_dead_or_given_to_me_is_free(row: Ownership) -> None:
    assert judge(row, me(), sight(), NOW) == Free()


def test_my_room_under_an_epoch_that_i_do_not_hold_is_to_be_taken_again() -> None:
    assert judge(MINE, me(2), sight(), NOW) == Free()


@pytest.mark.parametrize("row", [UNOWNED, THEIRS, MINE])
def test_without_a_lease_no_room_is_taken(row: Ownership) -> None:
    assert judge(row, me(is_leased=False), sight(), NOW) == Unsettled()


def test_the_room_of_a_server_that_is_only_out_of_sight_is_nobodys_yet() -> None:
    fresh = Sight().looked(Look(born="b", nodes=()), NOW, NOW)
    assert judge(THEIRS, me(), fresh, NOW) == Unsettled()
