"""Raised hands and their order."""

import pytest

from lobby.commands import Leave, LowerHand, RaiseHand, SendBack
from lobby.errors import NoSuchParticipant, NotPermitted
from lobby.events import HandLowered, HandRaised
from tests.lobby.world import MONITOR, OFFICER, World, pid, session

LAWYER, AIDE, HOST = session("lawyer"), session("aide"), session("host")


def opened() -> World:
    world = World()
    world.join("lawyer")
    world.join("aide")
    world.host()
    return world


def lower(world: World, who: str, *, by: str) -> None:
    world.do(LowerHand(by=session(by), participant=pid(who)))


def raised(world: World, *, seen_by: str = "host") -> list[str]:
    return [one.removeprefix("p-") for one in world.inside(seen_by).raised_hands]


def test_a_raised_hand_is_told_to_the_others_and_not_recorded() -> None:
    world = opened()
    world.do(RaiseHand(session=LAWYER))
    event = HandRaised(participant=pid("lawyer"), name="Lawyer")
    assert (world.told("host"), world.told("aide"), world.told("lawyer")) == ([event], [event], [])
    assert world.recorded() == []
    assert raised(world) == raised(world, seen_by="aide") == ["lawyer"]


def test_hands_keep_the_order_in_which_they_were_raised() -> None:
    world = opened()
    world.do(RaiseHand(session=AIDE))
    world.do(RaiseHand(session=LAWYER))
    world.do(RaiseHand(session=AIDE))
    assert world.told("host") == []
    assert raised(world) == ["aide", "lawyer"]


def test_a_hand_that_was_lowered_and_raised_again_is_the_last() -> None:
    world = opened()
    for who in (AIDE, LAWYER):
        world.do(RaiseHand(session=who))
    lower(world, "aide", by="aide")
    assert raised(world) == ["lawyer"]
    assert world.told("host") == []
    world.do(RaiseHand(session=AIDE))
    assert raised(world) == ["lawyer", "aide"]


def test_a_host_lowers_a_hand_and_its_holder_is_told() -> None:
    world = opened()
    world.do(RaiseHand(session=LAWYER))
    lower(world, "lawyer", by="host")
    assert raised(world) == []
    assert world.told("lawyer") == [HandLowered()]
    assert world.told("aide") == []


def test_an_officer_at_the_desk_sees_the_order_of_hands_and_lowers_one() -> None:
    world = opened()
    for who in (AIDE, LAWYER):
        world.do(RaiseHand(session=who))

    def hands() -> dict[str, int | None]:
        return {one.seat.name: one.hand for one in world.meeting.desk_view().people}

    assert hands() == {"Host": None, "Aide": 1, "Lawyer": 2}
    world.do(LowerHand(by=OFFICER, participant=pid("aide")))
    assert hands() == {"Host": None, "Aide": None, "Lawyer": 1}
    assert world.told("aide") == [HandLowered()]
    assert world.recorded() == []


def test_a_monitoring_officer_lowers_no_hand() -> None:
    world = opened()
    world.do(RaiseHand(session=LAWYER))
    with pytest.raises(NotPermitted):
        world.do(LowerHand(by=MONITOR, participant=pid("lawyer")))
    assert raised(world) == ["lawyer"]


def test_lowering_a_hand_that_is_down_changes_nothing() -> None:
    world = opened()
    lower(world, "lawyer", by="host")
    lower(world, "aide", by="aide")
    assert world.told("lawyer") == []
    assert raised(world) == []


def test_a_guest_lowers_nobody_elses_hand() -> None:
    world = opened()
    world.do(RaiseHand(session=LAWYER))
    with pytest.raises(NotPermitted):
        lower(world, "lawyer", by="aide")
    assert raised(world) == ["lawyer"]


def test_nobodys_hand_cannot_be_lowered() -> None:
    with pytest.raises(NoSuchParticipant):
        lower(opened(), "nobody", by="host")


def test_who_waits_raises_no_hand() -> None:
    world = opened()
    world.join("late", invited=False)
    with pytest.raises(NotPermitted):
        world.do(RaiseHand(session=session("late")))


def test_a_hand_goes_with_its_holder() -> None:
    world = opened()
    for who in (LAWYER, AIDE):
        world.do(RaiseHand(session=who))
    world.do(SendBack(by=HOST, participant=pid("lawyer"), reason="ID"))
    assert raised(world) == ["aide"]
    world.do(Leave(session=AIDE))
    assert raised(world) == []


def test_a_hand_is_down_when_its_holder_comes_back_from_a_lost_network() -> None:
    world = World()
    world.locked()
    world.do(RaiseHand(session=LAWYER))
    world.lose("lawyer")
    assert raised(world) == []
    world.join("lawyer", page="lawyer again")
    assert raised(world) == []
