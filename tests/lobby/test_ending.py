"""How a meeting ends for everybody."""

import pytest

from lobby.commands import End, Leave, Lock, MediaLost, Remove, SocketLost, Tick
from lobby.effects import CloseMedia
from lobby.errors import MeetingOver, NotPermitted
from lobby.events import EndCode
from tests.lobby.world import OFFICER, World, pid, session
from vmr.roles import Role, Stage


def test_a_host_ends_the_meeting_for_all() -> None:
    world = World()
    world.locked()
    world.join("late")
    world.join("second", Role.HOST)
    world.do(End(by=session("host"), reason="over"))
    for name in ("host", "lawyer", "late", "second"):
        ended = world.ended(name)
        assert (ended.code, ended.reason, ended.can_return) == (
            EndCode.MEETING_ENDED,
            "over",
            False,
        )
        assert world.is_gone(name)
    for name in ("host", "lawyer"):
        assert CloseMedia(participant=pid(name)) in world.effects
    assert [(h.what, h.actor, h.reason) for h in world.records()] == [
        ("ended", "host:p-host", "over")
    ]
    assert world.meeting.is_over
    assert world.meeting.next_deadline() is None


def test_after_the_end_nothing_is_done_any_more() -> None:
    world = World()
    world.host()
    world.do(End(by=OFFICER, reason="over"))
    with pytest.raises(MeetingOver):
        world.do(Lock(by=OFFICER))
    with pytest.raises(MeetingOver):
        world.join("late")
    assert world.do(Tick()) == []
    assert world.do(SocketLost(session=session("host"))) == []


def test_the_desk_ends_a_meeting_nobody_opened() -> None:
    world = World()
    world.join("lawyer")
    world.do(End(by=OFFICER, reason="cancelled"))
    assert world.ended("lawyer").code is EndCode.MEETING_ENDED


def test_a_guest_ends_nothing() -> None:
    world = World()
    world.locked()
    with pytest.raises(NotPermitted):
        world.do(End(by=session("lawyer"), reason="over"))


# -- no host ----------------------------------------------------------------------------------


def test_a_minute_after_the_last_host_left_on_purpose_it_ends() -> None:
    world = World()
    world.locked()
    world.do(Leave(session=session("host")))
    world.wait(59)
    assert world.inside("lawyer")
    world.wait(1)
    ended = world.ended("lawyer")
    assert (ended.code, ended.can_return) == (EndCode.HOST_GONE, True)
    assert world.meeting.stage is Stage.ENDED


def test_five_minutes_after_the_last_host_was_lost_it_ends() -> None:
    world = World()
    world.locked()
    world.do(MediaLost(participant=pid("host")))
    world.do(SocketLost(session=session("host")))
    world.wait(299)
    assert world.inside("lawyer")
    world.wait(1)
    assert world.ended("lawyer").code is EndCode.HOST_GONE


def test_a_terminal_without_a_key_that_is_lost_has_five_minutes_too() -> None:
    world = World()
    world.join("lawyer")
    world.join("host", Role.HOST, device=None)
    world.pin()
    world.do(MediaLost(participant=pid("host")))
    world.do(SocketLost(session=session("host")))
    world.wait(299)
    assert world.inside("lawyer")


def test_a_host_who_is_back_in_time_saves_the_meeting() -> None:
    world = World()
    world.join("lawyer")
    world.host()
    world.do(Leave(session=session("host")))
    world.wait(30)
    world.host("second")
    world.wait(600)
    assert world.who("second") == {"lawyer", "second"}


def test_while_one_host_is_away_the_other_leaving_does_not_cut_the_return_short() -> None:
    world = World()
    world.host()
    world.host("second")
    world.lose("second")
    world.do(Leave(session=session("host")))
    world.wait(200)
    world.join("second", Role.HOST, page="again")
    assert world.who("again") == {"second"}


def test_removing_the_last_host_is_on_purpose() -> None:
    world = World()
    world.locked()
    world.do(Remove(by=OFFICER, participant=pid("host"), reason="wrong terminal"))
    world.wait(60)
    assert world.meeting.is_over
