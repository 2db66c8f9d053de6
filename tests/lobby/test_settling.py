"""What follows from any change."""

from lobby.commands import BeginCheck, Leave, SocketBack, SocketLost, StartPresenting, Tick
from tests.lobby.world import World, pid, session
from vmr.policies import PolicyName
from vmr.roles import Role


def test_a_lapsed_step_up_ends_the_check_it_began() -> None:
    world = World(PolicyName.HEARING)
    world.join("lawyer")
    world.host()
    world.hand_over()
    world.pin()
    world.do(BeginCheck(by=session("host"), participant=pid("lawyer")))
    world.wait(120)
    assert world.recorded() == ["step_up_lapsed", "check_ended"]
    assert not world.seat("lawyer").is_checking


def test_the_clock_of_an_abandoned_room_stops_when_a_host_is_back() -> None:
    world = World(PolicyName.HEARING)
    world.host()
    world.do(Leave(session=session("host")))
    assert world.meeting.next_deadline() == world.now + 60
    world.host("second")
    assert world.meeting.next_deadline() is None


def test_the_clock_of_an_abandoned_room_is_not_wound_again() -> None:
    world = World(PolicyName.HEARING)
    world.join("lawyer")
    world.host()
    world.do(Leave(session=session("host")))
    world.wait(30)
    world.do(Leave(session=session("lawyer")))
    assert world.meeting.next_deadline() == world.now + 30


def test_a_restart_is_written_down_once() -> None:
    world = World()
    world.locked()
    world.restart()
    world.do(Tick())
    assert world.recorded() == ["server_restarted"]
    world.do(Tick())
    assert world.recorded() == []


def test_those_who_wait_for_the_host_come_in_in_the_order_they_came() -> None:
    world = World()
    for name in ("first", "second"):
        world.join(name)
    world.join("host", Role.HOST)
    world.pin()
    joined = [h.actor for h in world.records() if h.what == "joined"]
    assert joined == ["host:p-host", "guest:p-first", "guest:p-second"]


def test_who_waits_for_the_host_and_has_no_page_just_now_comes_in_when_it_is_back() -> None:
    world = World()
    world.join("lawyer")
    world.do(SocketLost(session=session("lawyer")))
    world.host()
    assert world.who() == {"host"}
    world.do(SocketBack(session=session("lawyer")))
    assert world.who() == {"host", "lawyer"}


def test_what_time_did_is_settled_before_the_command_that_comes_first() -> None:
    """A lost presenter's place is free, though no timer came in between."""
    world = World()
    world.join("lawyer")
    world.join("aide")
    world.host()
    world.do(StartPresenting(session=session("lawyer")))
    world.do(SocketLost(session=session("lawyer")))
    world.now += 30
    world.do(StartPresenting(session=session("aide")))
    assert world.inside("host").presenter == pid("aide")
