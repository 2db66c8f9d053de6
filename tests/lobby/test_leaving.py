"""Going out: hanging up, being removed, being sent back."""

import pytest

from lobby.commands import Leave, Remove, SendBack, SocketLost, Unlock
from lobby.effects import CloseMedia
from lobby.errors import NoSuchParticipant, NotAGuest, NotHere, NotPermitted, NotYourself
from lobby.events import EndCode, ParticipantLeft, SentBack
from tests.lobby.world import OFFICER, World, pid, session
from vmr.roles import Role


def opened() -> World:
    world = World()
    world.join("lawyer")
    world.host()
    return world


def test_hanging_up_closes_the_transport_and_is_told() -> None:
    world = opened()
    world.do(Leave(session=session("lawyer")))
    assert CloseMedia(participant=pid("lawyer")) in world.effects
    ended = world.ended("lawyer")
    assert (ended.code, ended.can_return) == (EndCode.HUNG_UP, True)
    assert world.told("host") == [
        ParticipantLeft(participant=pid("lawyer"), name="Lawyer", how="hung_up")
    ]
    assert world.recorded() == ["left"]


def test_who_hung_up_in_a_locked_room_has_no_seat_to_come_back_to() -> None:
    world = World()
    world.locked()
    world.do(Leave(session=session("lawyer")))
    world.join("lawyer", page="again")
    assert world.waiting("again").knocking


def test_who_waits_may_go() -> None:
    world = opened()
    world.join("late", invited=False)
    world.do(Leave(session=session("late")))
    assert world.inside("host").at_door == 0
    assert world.recorded() == ["withdrew"]
    assert world.ended("late").code is EndCode.HUNG_UP


def test_who_is_asked_for_a_pin_may_go() -> None:
    world = World()
    world.join("host", Role.HOST)
    world.do(Leave(session=session("host")))
    assert world.recorded() == ["withdrew"]
    assert world.is_gone("host")


def test_who_is_not_here_cannot_leave() -> None:
    with pytest.raises(NotHere):
        World().do(Leave(session=session("nobody")))


# -- removed ----------------------------------------------------------------------------------


def test_a_removed_person_is_told_why_and_has_no_transport() -> None:
    world = opened()
    world.do(Remove(by=session("host"), participant=pid("lawyer"), reason="abuse"))
    assert CloseMedia(participant=pid("lawyer")) in world.effects
    ended = world.ended("lawyer")
    assert (ended.code, ended.reason, ended.can_return) == (EndCode.REMOVED, "abuse", False)
    assert [(h.what, h.reason) for h in world.records()] == [("removed", "abuse")]


def test_a_removed_person_knocks_even_in_an_open_room() -> None:
    world = opened()
    world.do(Remove(by=OFFICER, participant=pid("lawyer"), reason="abuse"))
    world.join("lawyer", page="again")
    assert world.waiting("again").knocking


def test_somebody_away_is_removed_for_good() -> None:
    world = World()
    world.locked()
    world.lose("lawyer")
    world.do(Remove(by=session("host"), participant=pid("lawyer"), reason="abuse"))
    world.join("lawyer", page="again")
    assert world.waiting("again").knocking


def test_nobody_removes_themselves_or_a_stranger() -> None:
    world = opened()
    with pytest.raises(NotYourself):
        world.do(Remove(by=session("host"), participant=pid("host"), reason=""))
    with pytest.raises(NoSuchParticipant):
        world.do(Remove(by=session("host"), participant=pid("nobody"), reason=""))
    with pytest.raises(NotPermitted):
        world.do(Remove(by=session("lawyer"), participant=pid("host"), reason=""))


# -- sent back --------------------------------------------------------------------------------


def test_who_is_sent_back_waits_without_media_until_a_named_decision() -> None:
    world = opened()
    world.do(SendBack(by=session("host"), participant=pid("lawyer"), reason="one moment"))
    assert CloseMedia(participant=pid("lawyer")) in world.effects
    assert world.told("lawyer") == [SentBack(reason="one moment")]
    assert world.waiting("lawyer").knocking
    assert world.told("host") == [
        ParticipantLeft(participant=pid("lawyer"), name="Lawyer", how="sent_back")
    ]
    assert world.recorded() == ["sent_back"]
    world.admit("lawyer")
    assert world.inside("lawyer").you == pid("lawyer")


def test_who_was_sent_back_and_reloads_still_waits() -> None:
    world = opened()
    world.do(SendBack(by=session("host"), participant=pid("lawyer"), reason=""))
    world.join("lawyer", page="again")
    assert world.waiting("again").knocking
    world.do(Leave(session=session("again")))
    world.join("lawyer", page="third")
    assert world.waiting("third").knocking


def test_sending_back_takes_attestations_away() -> None:
    world = World()
    world.locked()
    world.do(SendBack(by=session("host"), participant=pid("lawyer"), reason=""))
    assert not world.inside("host").knocks[0].persons[0].is_attested


def test_somebody_away_who_is_sent_back_knocks_when_they_return() -> None:
    world = World()
    world.locked()
    world.lose("lawyer")
    world.do(SendBack(by=session("host"), participant=pid("lawyer"), reason=""))
    assert world.who() == {"host"}
    world.do(Unlock(by=session("host")))
    world.join("lawyer", page="again")
    assert world.waiting("again").knocking


def test_a_page_that_was_gone_when_sent_back_is_still_gone() -> None:
    world = opened()
    world.do(SocketLost(session=session("lawyer")))
    world.do(SendBack(by=session("host"), participant=pid("lawyer"), reason=""))
    assert world.inside("host").knocks[0].page_gone


def test_only_guests_are_sent_back() -> None:
    world = opened()
    world.host("second")
    with pytest.raises(NotAGuest):
        world.do(SendBack(by=session("host"), participant=pid("second"), reason=""))
