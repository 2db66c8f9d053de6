"""Permission is checked in one place; what is told and written names no names."""

import pytest

from lobby.errors import NoSuchParticipant, NotHere, NotPermitted
from lobby.events import EndCode, StaffCalled
from lobby.turn import CAN_RETURN, Turn
from tests.lobby.world import OFFICER, World, pid, session
from vmr.roles import Permission


def turn(world: World) -> Turn:
    return Turn(state=world.meeting._state.copy(), now=world.now)


def locked() -> World:
    world = World()
    world.locked()
    world.join("late")
    return world


def test_an_officer_acts_by_the_desks_row() -> None:
    acting = turn(locked()).require(OFFICER, Permission.EXTEND)
    assert (acting.label, acting.word, acting.seat) == ("officer:o1", "staff", None)
    assert acting.personal == (("officer", "A. Reed"),)
    with pytest.raises(NotPermitted):
        turn(locked()).require(OFFICER, Permission.HAND_OVER)


def test_somebody_inside_acts_by_their_seats_row() -> None:
    acting = turn(locked()).require(session("host"), Permission.UNLOCK)
    assert (acting.label, acting.word, acting.personal) == ("host:p-host", "host", ())
    with pytest.raises(NotPermitted):
        turn(locked()).require(session("lawyer"), Permission.UNLOCK)


def test_who_waits_may_nothing_and_a_stranger_is_not_here() -> None:
    with pytest.raises(NotPermitted):
        turn(locked()).require(session("late"), Permission.LEAVE)
    with pytest.raises(NotHere):
        turn(locked()).require(session("nobody"), Permission.LEAVE)
    with pytest.raises(NoSuchParticipant):
        turn(locked()).seat(pid("late"))


def test_an_announcement_goes_to_those_inside_but_the_one_concerned() -> None:
    one = turn(locked())
    one.announce(StaffCalled(), but=session("host"))
    assert [send.session for send in one.told] == [session("lawyer")]


def test_a_page_that_is_not_there_is_told_nothing() -> None:
    one = turn(locked())
    one.tell(None, StaffCalled())
    one.end_session(None, EndCode.REMOVED)
    assert (one.told, one.ended) == ([], [])


def test_every_end_says_whether_there_is_a_way_back() -> None:
    assert set(CAN_RETURN) == set(EndCode)
