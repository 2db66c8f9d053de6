"""An encoder in place of a page's camera: who may have one, when it counts, and when it goes."""

from collections.abc import Callable

import pytest

from lobby.commands import (
    AllowEncoder,
    BeginCheck,
    Command,
    EncoderConnected,
    EncoderLost,
    End,
    Leave,
    Lock,
    OfferEncoder,
    Pause,
    Remove,
    Resume,
    SendBack,
    SetOwnMedia,
    StopEncoder,
    Unlock,
)
from lobby.effects import CloseEncoder, CloseMedia, Gate, OpenEncoder
from lobby.errors import EncoderRunning, MeetingOver, NoEncoder, NoSuchParticipant, NotPermitted
from lobby.events import EncoderStarted
from tests.lobby.world import World, pid, session

LAWYER, HOST = pid("lawyer"), pid("host")
ALLOW = AllowEncoder(session=session("lawyer"))
STOP = StopEncoder(session=session("lawyer"))
OFFER = OfferEncoder(participant=LAWYER)
CONNECTED = EncoderConnected(participant=LAWYER)
LOST = EncoderLost(participant=LAWYER)


def opened(*commands: Command) -> World:
    """A lawyer and a host in an open room, everybody attested; then these."""
    world = World()
    world.join("lawyer")
    world.host()
    world.attest("lawyer")
    for command in commands:
        world.do(command)
    return world


def sending() -> World:
    return opened(ALLOW, OFFER, CONNECTED)


def gates(world: World) -> list[Gate]:
    return [effect for effect in world.effects if isinstance(effect, Gate)]


def test_it_is_allowed_then_offers_then_sends_in_place_of_the_page() -> None:
    world = opened(ALLOW)
    assert world.recorded() == ["encoder_allowed"]
    assert world.inside("lawyer").encoder == "expected"
    world.do(OFFER)
    assert OpenEncoder(participant=LAWYER) in world.effects
    assert (gates(world), world.recorded()) == ([], [])
    world.do(CONNECTED)
    (gate,) = gates(world)
    assert (gate.from_encoder, gate.microphone, gate.camera) == (True, True, True)
    assert [(one.what, one.subject) for one in world.records()] == [
        ("encoder_connected", "guest:p-lawyer")
    ]
    assert world.told("host") == [EncoderStarted(participant=LAWYER, name="Lawyer")]
    assert world.told("lawyer") == []
    assert world.inside("lawyer").encoder == "sending"
    assert world.seat("lawyer").has_encoder
    assert not world.seat("host").has_encoder


def test_a_host_may_have_one_too() -> None:
    world = opened(AllowEncoder(session=session("host")), OfferEncoder(participant=HOST))
    assert OpenEncoder(participant=HOST) in world.effects


def test_who_waits_may_have_none() -> None:
    world = opened()
    world.join("late", invited=False)
    with pytest.raises(NotPermitted):
        world.do(AllowEncoder(session=session("late")))
    with pytest.raises(NoSuchParticipant):
        world.do(OfferEncoder(participant=pid("late")))


def test_none_comes_that_was_not_allowed() -> None:
    world = opened()
    with pytest.raises(NoEncoder):
        world.do(OFFER)
    assert world.do(CONNECTED) == []


def test_a_second_one_is_refused_while_the_first_is_there() -> None:
    world = opened(ALLOW, OFFER)
    with pytest.raises(EncoderRunning):
        world.do(OFFER)
    world.do(CONNECTED)
    with pytest.raises(EncoderRunning):
        world.do(OFFER)


def test_when_it_is_lost_the_page_counts_again_and_it_may_come_back() -> None:
    world = sending()
    world.do(LOST)
    assert CloseEncoder(participant=LAWYER) in world.effects
    assert [gate.from_encoder for gate in gates(world)] == [False]
    assert world.recorded() == ["encoder_disconnected"]
    assert world.do(LOST) == []
    world.do(OFFER)
    assert OpenEncoder(participant=LAWYER) in world.effects


def test_one_that_never_connected_leaves_no_record() -> None:
    world = opened(ALLOW, OFFER, LOST)
    assert CloseEncoder(participant=LAWYER) in world.effects
    assert world.recorded() == []


def test_asked_again_the_one_that_sends_is_cut_off() -> None:
    world = sending()
    world.do(ALLOW)
    assert CloseEncoder(participant=LAWYER) in world.effects
    assert not gates(world)[0].from_encoder
    assert world.inside("lawyer").encoder == "expected"


def test_it_is_stopped_by_its_person_in_any_stage() -> None:
    world = sending()
    world.do(Lock(by=session("host")))
    world.do(STOP)
    assert CloseEncoder(participant=LAWYER) in world.effects
    assert world.recorded() == ["encoder_stopped"]
    assert world.inside("lawyer").encoder == "off"
    with pytest.raises(NoEncoder):
        world.do(STOP)


def test_mute_and_stop_camera_hold_for_it() -> None:
    world = sending()
    world.do(SetOwnMedia(session=session("lawyer"), microphone=False, camera=False))
    (gate,) = gates(world)
    assert (gate.from_encoder, gate.microphone, gate.camera) == (True, False, False)


def test_a_pause_closes_its_gate_and_keeps_it() -> None:
    world = sending()
    world.do(Pause(by=session("host"), reason=""))
    assert not any(gate.microphone or gate.camera for gate in gates(world))
    world.do(Resume(by=session("host")))
    assert all(gate.microphone and gate.camera for gate in gates(world))
    assert world.seat("lawyer").has_encoder


def test_in_a_private_check_the_host_alone_has_it() -> None:
    world = sending()
    world.join("aide")
    world.do(BeginCheck(by=session("host"), participant=LAWYER))
    assert world.inside("lawyer").presence.heard_by == (HOST,)
    assert world.inside("lawyer").encoder == "sending"


def test_a_locked_room_keeps_the_one_that_sends_and_takes_no_other() -> None:
    world = sending()
    world.do(Lock(by=session("host")))
    assert world.seat("lawyer").has_encoder
    with pytest.raises(NotPermitted):
        world.do(ALLOW)
    world.do(LOST)
    with pytest.raises(NotPermitted):
        world.do(OFFER)
    world.do(Unlock(by=session("host")))
    world.do(OFFER)
    assert OpenEncoder(participant=LAWYER) in world.effects


def test_one_that_connects_after_the_lock_is_closed() -> None:
    world = opened(ALLOW, OFFER, Lock(by=session("host")))
    world.do(CONNECTED)
    assert CloseEncoder(participant=LAWYER) in world.effects
    assert gates(world) == []
    assert world.recorded() == []


def test_a_terminal_that_is_handed_over_has_none() -> None:
    world = opened(AllowEncoder(session=session("host")), OfferEncoder(participant=HOST))
    world.do(EncoderConnected(participant=HOST))
    world.lock()
    world.hand_over()
    assert CloseEncoder(participant=HOST) in world.effects
    assert world.recorded() == ["handed_over", "encoder_stopped"]
    for command in (AllowEncoder(session=session("host")), OfferEncoder(participant=HOST)):
        with pytest.raises(NotPermitted):
            world.do(command)


def test_a_stepped_up_terminal_loses_its_one_when_it_is_handed_back() -> None:
    world = opened(Lock(by=session("host")))
    world.hand_over()
    world.pin()
    world.do(Unlock(by=session("host")))
    world.do(AllowEncoder(session=session("host")))
    world.do(OfferEncoder(participant=HOST))
    world.wait(world.numbers.step_up_s + 1)
    assert CloseEncoder(participant=HOST) in world.effects


@pytest.mark.parametrize(
    "goes",
    [
        lambda world: world.do(Leave(session=session("lawyer"))),
        lambda world: world.do(Remove(by=session("host"), participant=LAWYER, reason="")),
        lambda world: world.do(SendBack(by=session("host"), participant=LAWYER, reason="")),
        lambda world: world.do(End(by=session("host"), reason="")),
        lambda world: world.lose("lawyer"),
    ],
    ids=["leaves", "is removed", "is sent back", "sees the end", "is lost"],
)
def test_it_goes_with_its_seat(goes: Callable[[World], object]) -> None:
    world = sending()
    goes(world)
    assert CloseMedia(participant=LAWYER) in world.effects
    assert CloseEncoder(participant=LAWYER) not in world.effects
    assert world.do(LOST) == []
    with pytest.raises((NoSuchParticipant, NotPermitted, MeetingOver)):
        world.do(OFFER)


def test_who_comes_back_begins_without_one() -> None:
    world = sending()
    world.join("lawyer", page="tab2", move=True)
    assert OpenEncoder(participant=LAWYER) not in world.effects
    assert world.inside("tab2").encoder == "off"
    with pytest.raises(NoEncoder):
        world.do(OFFER)


def test_a_restart_forgets_it() -> None:
    world = sending()
    world.restart()
    world.join("lawyer", page="after")
    assert world.inside("after").encoder == "off"
