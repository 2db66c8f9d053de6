"""Media and views follow from the state: only what differs is said, closed before opened."""

from lobby.commands import MuteOther, Tick
from lobby.effects import Bind, CloseMedia, Gate, OpenMedia, Source
from tests.lobby.world import OFFICER, World, pid, session

MEDIA = (OpenMedia, CloseMedia, Gate, Bind)


def test_a_newcomer_is_opened_and_bound_both_ways() -> None:
    world = World()
    world.host()
    world.join("lawyer")
    host, lawyer = pid("host"), pid("lawyer")
    assert [effect for effect in world.effects if isinstance(effect, MEDIA)] == [
        OpenMedia(session=session("lawyer"), participant=lawyer),
        Gate(participant=lawyer, microphone=True, camera=True, screen=False, audience="open"),
        Bind(
            participant=host,
            sources=(Source(participant=lawyer, audio=True, camera=True, screen=False),),
        ),
        Bind(
            participant=lawyer,
            sources=(Source(participant=host, audio=True, camera=True, screen=False),),
        ),
    ]


def test_nothing_is_said_twice() -> None:
    world = World()
    world.locked()
    world.now += 5
    assert world.do(Tick()) == []


def test_only_the_gate_that_changed_is_set() -> None:
    world = World()
    world.locked()
    world.do(MuteOther(by=OFFICER, participant=pid("lawyer")))
    assert [effect for effect in world.effects if isinstance(effect, MEDIA)] == [
        Gate(
            participant=pid("lawyer"),
            microphone=False,
            camera=True,
            screen=False,
            audience="locked",
        )
    ]


def test_a_moved_seat_is_closed_before_it_is_opened_and_set_up_afresh() -> None:
    world = World()
    world.locked()
    world.join("lawyer", page="tab2", move=True)
    lawyer = pid("lawyer")
    media = [effect for effect in world.effects if isinstance(effect, MEDIA)]
    assert media[0] == CloseMedia(participant=lawyer)
    assert media[1] == OpenMedia(session=session("tab2"), participant=lawyer)
    assert {type(effect) for effect in media[2:]} == {Gate, Bind}
    assert all(getattr(effect, "participant", None) == lawyer for effect in media[2:])
