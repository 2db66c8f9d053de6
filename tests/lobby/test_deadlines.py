"""What happens by time alone: in the order of its time, and each once."""

from lobby.commands import SocketLost, Tick
from tests.lobby.world import START, World, session
from vmr.roles import Role


def test_an_empty_room_waits_for_nothing() -> None:
    assert World().meeting.next_deadline() is None


def test_the_next_deadline_is_the_earliest_of_all() -> None:
    world = World()
    world.join("lawyer")
    assert world.meeting.next_deadline() == START + 900
    world.join("host", Role.HOST)
    assert world.meeting.next_deadline() == START + 120
    world.do(SocketLost(session=session("lawyer")))
    assert world.meeting.next_deadline() == START + 60
    world.pin()
    assert world.meeting.next_deadline() == START + 60
    world.wait(60)
    assert world.is_gone("lawyer")
    assert world.meeting.next_deadline() == START + 65 * 60


def test_a_tick_that_comes_late_does_everything_that_was_due_in_its_order() -> None:
    world = World()
    world.consultation()
    world.pin()
    world.do(SocketLost(session=session("lawyer")))
    world.now += 500
    world.do(Tick())
    assert world.recorded() == ["lost", "step_up_lapsed"]
    world.now += 70 * 60
    world.do(Tick())
    assert world.recorded() == ["seat_lapsed", "ended"]


def test_a_tick_that_comes_early_does_nothing() -> None:
    world = World()
    world.join("lawyer")
    assert world.do(Tick()) == []


def test_old_wrong_pins_are_forgotten_in_time() -> None:
    world = World()
    world.join("host", Role.HOST)
    world.pin(right=False)
    world.pin()
    world.wait(600)
    assert world.meeting.pins.is_clear
    assert world.recorded() == []
