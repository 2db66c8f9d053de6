"""Whether the database knows all that was told in a room of the dead."""

import pytest

from vmr.ids import RoomId
from vmr.nodes.node import Node, NodeId
from vmr.nodes.ownership import ALONE
from vmr.nodes.sight import Look, Sight, Standing
from vmr.nodes.standing import NotAStanding, build_standing, is_whole, parse_standing

ROOM, OTHER_ROOM = RoomId("r1"), RoomId("r2")
DEAD, ME = NodeId("dead"), NodeId("me")
THERE = Node(
    id=DEAD, name="dead", url="https://dead.example", rooms=1, is_draining=False, protocols=(1,)
)
CLEAN = Standing()
BEHIND = Standing(ahead=frozenset({ROOM}))


def seen(standing: Standing | None, *, was_met: bool = True, born_anew: bool = False) -> Sight:
    standings = {} if standing is None else {DEAD: standing}
    nodes = (THERE,) if was_met else ()
    sight = Sight().looked(Look("b", nodes, standings), 1.0, 1.0)
    return sight.looked(Look("anew" if born_anew else "b", (), standings), 2.0, 2.0)


def test_the_dead_who_said_they_were_behind_are_not_gone_on_from() -> None:
    assert not is_whole(ROOM, DEAD, ME, seen(BEHIND))
    assert is_whole(OTHER_ROOM, DEAD, ME, seen(BEHIND))
    assert is_whole(ROOM, DEAD, ME, seen(CLEAN))


def test_silence_says_nothing() -> None:
    assert not is_whole(ROOM, DEAD, ME, seen(None))
    assert not is_whole(ROOM, DEAD, ME, Sight())


def test_who_was_not_met_in_this_watch_may_have_had_nobody_to_tell() -> None:
    assert not is_whole(ROOM, DEAD, ME, seen(CLEAN, was_met=False))
    assert not is_whole(ROOM, DEAD, ME, seen(CLEAN, born_anew=True))


def test_what_was_settled_needs_no_witness_and_still_names_what_is_lost() -> None:
    whole = Standing(is_settled=True)
    assert is_whole(ROOM, DEAD, ME, seen(whole, was_met=False))
    lost = Standing(ahead=frozenset({ROOM}), is_settled=True)
    assert not is_whole(ROOM, DEAD, ME, seen(lost))


@pytest.mark.parametrize("owner", [None, ME, ALONE])
def test_a_room_of_nobody_or_ones_own_is_whole(owner: NodeId | None) -> None:
    assert is_whole(ROOM, owner, ME, Sight())


@pytest.mark.parametrize("one", [CLEAN, BEHIND, Standing(is_settled=True)])
def test_a_standing_is_read_as_it_was_said(one: Standing) -> None:
    assert parse_standing(build_standing(one)) == one


@pytest.mark.parametrize(
    "text", ["", "1", "{}", '{"ahead":[1],"is_settled":true}', '{"ahead":[],"is_settled":1}']
)
def test_anything_else_is_none(text: str) -> None:
    with pytest.raises(NotAStanding):
        parse_standing(text)
