"""Handing over, stepping up, and what a prisoner may ask of staff."""

from typing import get_args, get_type_hints

import pytest

import lobby.commands as commands
from lobby.alerts import AlertKind
from lobby.commands import (
    AddPerson,
    Admit,
    AdmitExpected,
    AllowEncoder,
    AllowPresenting,
    Attest,
    BeginCheck,
    CallStaff,
    Command,
    End,
    EndCheck,
    EnterPin,
    HandOver,
    Leave,
    Lock,
    LowerHand,
    MuteOther,
    Pause,
    RaiseHand,
    ReadyToLeave,
    Refuse,
    Remove,
    ResetStepUp,
    Resume,
    SendBack,
    SetOwnMedia,
    StartPresenting,
    StopPresenting,
    Unlock,
)
from lobby.errors import CheckRunning, LockFirst, NotPermitted, StepUpClosed
from lobby.events import (
    HandedOver,
    PresentationStopped,
    StaffCalled,
    SteppedUp,
    StepUpLapsed,
)
from tests.lobby.world import OFFICER, World, claim, pid, session
from vmr.ids import SessionId
from vmr.policies import PolicyName
from vmr.roles import Role

HOST, LAWYER, LATE = session("host"), pid("lawyer"), pid("late")

OFFICERS_COMMANDS: list[Command] = [
    Admit(by=HOST, participant=LATE),
    AdmitExpected(by=HOST),
    Refuse(by=HOST, participant=LATE, reason="no"),
    AddPerson(by=HOST, participant=LAWYER, name="A"),
    BeginCheck(by=HOST, participant=LAWYER),
    EndCheck(by=HOST, participant=LAWYER),
    Attest(by=HOST, participant=LAWYER, claim=claim("lawyer")),
    SendBack(by=HOST, participant=LAWYER, reason="no"),
    Remove(by=HOST, participant=LAWYER, reason="no"),
    MuteOther(by=HOST, participant=LAWYER),
    StartPresenting(session=HOST),
    StopPresenting(session=HOST),
    AllowPresenting(by=HOST, is_allowed=True),
    RaiseHand(session=HOST),
    LowerHand(by=HOST, participant=LAWYER),
    AllowEncoder(session=HOST),
    Lock(by=HOST),
    Unlock(by=HOST),
    HandOver(session=HOST),
    Pause(by=HOST, reason="no"),
    Resume(by=HOST),
    End(by=HOST, reason="no"),
]


@pytest.mark.parametrize("command", OFFICERS_COMMANDS, ids=lambda c: type(c).__name__)
def test_a_handed_over_seat_is_refused_every_officers_command(command: Command) -> None:
    world = World()
    world.consultation()
    world.join("late")
    before = world.meeting.snapshot()
    with pytest.raises(NotPermitted):
        world.do(command)
    assert world.meeting.snapshot() == before


def may_come_from_a_seat(kind: type[Command]) -> bool:
    hints = get_type_hints(kind)
    return "session" in hints or hints.get("by") in (SessionId, commands.Actor)


def test_every_command_a_seat_can_send_is_one_of_its_row_or_refused() -> None:
    """Whatever is added later must say which of the two it is."""
    own_row = {SetOwnMedia, CallStaff, ReadyToLeave, EnterPin, Leave}
    at_the_door = {commands.Join, commands.KnockAgain}
    by_the_world = {commands.SocketLost, commands.SocketBack}
    refused_for_want_of_one = {commands.StopEncoder}  # tests/lobby/test_encoding.py
    watching = {commands.Watch, commands.Unwatch, commands.ReportWatching, commands.ReportPicture}
    elsewhere = own_row | at_the_door | by_the_world | watching | refused_for_want_of_one
    from_a_seat = {kind for kind in get_args(Command) if may_come_from_a_seat(kind)}
    assert {type(command) for command in OFFICERS_COMMANDS} == from_a_seat - elsewhere


def test_a_handed_over_seat_does_what_its_row_lists() -> None:
    world = World()
    world.consultation()
    world.do(SetOwnMedia(session=HOST, microphone=False, camera=False))
    world.do(CallStaff(session=HOST))
    world.do(ReadyToLeave(session=HOST))
    world.pin()
    world.hand_over()
    world.do(Leave(session=HOST))
    assert world.is_gone("host")


def test_handing_over_is_told_and_written_down() -> None:
    world = World()
    world.consultation()
    assert world.told("lawyer") == [HandedOver(participant=pid("host"))]
    assert world.recorded() == ["handed_over"]
    view = world.inside("host")
    assert (view.is_handed_over, view.stepped_up_until, view.knocks) == (True, None, ())
    assert world.seat("host", seen_by="lawyer").is_handed_over


def test_a_legal_room_is_locked_before_it_is_handed_over() -> None:
    world = World()
    world.host()
    with pytest.raises(LockFirst):
        world.hand_over()


def test_a_terminal_with_an_open_id_check_is_not_handed_over() -> None:
    world = World()
    world.locked()
    world.do(BeginCheck(by=session("host"), participant=pid("lawyer")))
    with pytest.raises(CheckRunning):
        world.hand_over()
    assert world.seat("lawyer").is_checking
    world.do(EndCheck(by=session("host"), participant=pid("lawyer")))
    world.hand_over()
    assert world.seat("host", seen_by="lawyer").is_handed_over


def test_a_terminal_goes_back_to_the_prisoner_though_an_id_check_is_open() -> None:
    world = World()
    world.consultation()
    world.pin()
    world.do(BeginCheck(by=session("host"), participant=pid("lawyer")))
    world.hand_over()
    assert not world.seat("lawyer", seen_by="lawyer").is_checking


def test_other_rooms_are_handed_over_unlocked() -> None:
    world = World(PolicyName.HEARING)
    world.host()
    world.hand_over()
    assert world.inside("host").is_handed_over


def test_a_running_presentation_of_the_terminal_ends() -> None:
    world = World()
    world.locked()
    world.do(StartPresenting(session=HOST))
    world.hand_over()
    assert PresentationStopped(participant=pid("host")) in world.told("lawyer")
    assert world.inside("lawyer").presenter is None


def test_hand_over_belongs_to_a_seat() -> None:
    world = World()
    world.host("second")
    world.host()
    world.lock()
    world.hand_over()
    world.do(Unlock(by=session("second")))
    assert "lock" in world.inside("second").may
    assert "lock" not in world.inside("host").may


# -- stepping up ------------------------------------------------------------------------------


def test_the_pin_steps_up() -> None:
    world = World()
    world.consultation()
    world.join("late")
    world.pin()
    assert world.told("lawyer") == [SteppedUp(participant=pid("host"))]
    assert world.inside("host").stepped_up_until == world.now + 120
    assert [knock.id for knock in world.inside("host").knocks] == [pid("late")]
    world.do(Refuse(by=HOST, participant=LATE, reason="not on the list"))
    assert world.recorded() == ["refused"]
    with pytest.raises(NotPermitted):
        world.pin()


def test_a_step_up_lapses_without_use() -> None:
    world = World()
    world.consultation()
    world.pin()
    world.wait(119)
    assert world.inside("host").stepped_up_until
    world.wait(1)
    assert world.told("lawyer") == [StepUpLapsed(participant=pid("host"))]
    with pytest.raises(NotPermitted):
        world.do(Unlock(by=HOST))


def test_an_officers_use_keeps_a_step_up_and_a_prisoners_does_not() -> None:
    world = World()
    world.consultation()
    world.pin()
    world.wait(100)
    world.do(SetOwnMedia(session=HOST, microphone=False))
    assert world.inside("host").stepped_up_until == world.now + 20
    world.do(MuteOther(by=HOST, participant=LAWYER))
    assert world.inside("host").stepped_up_until == world.now + 120


def test_a_step_up_that_is_over_counts_no_more_though_no_timer_came() -> None:
    world = World()
    world.consultation()
    world.pin()
    world.now += 120
    with pytest.raises(NotPermitted):
        world.do(Unlock(by=HOST))


def test_handing_over_again_ends_a_step_up_even_in_an_unlocked_room() -> None:
    world = World()
    world.consultation()
    world.pin()
    world.do(Unlock(by=HOST))
    world.hand_over()
    assert world.inside("host").stepped_up_until is None


def test_three_wrong_pins_close_the_step_up_until_the_desk_resets_it() -> None:
    world = World()
    world.consultation()
    for _ in range(2):
        world.pin(right=False)
        assert world.reply().error == "wrong_pin"
    world.pin(right=False)
    assert world.reply().error == "step_up_closed"
    assert [alert.kind for alert in world.alerts()] == [AlertKind.STEP_UP_CLOSED]
    assert world.recorded() == ["pin_wrong", "step_up_closed"]
    with pytest.raises(StepUpClosed):
        world.pin()
    view = world.inside("host")
    assert (view.step_up_closed, view.step_up_attempts_left) == (True, 0)
    world.do(ResetStepUp(by=OFFICER, participant=pid("host")))
    assert world.recorded() == ["step_up_reset"]
    world.pin()
    assert world.inside("host").stepped_up_until


def test_a_lost_and_returned_terminal_is_still_handed_over_and_its_wrong_pins_count() -> None:
    world = World()
    world.consultation()
    world.pin(right=False)
    world.lose("host")
    world.join("host", Role.HOST, page="again")
    view = world.inside("again")
    assert (view.is_handed_over, view.step_up_attempts_left) == (True, 2)


def test_a_guest_enters_no_pin() -> None:
    world = World()
    world.consultation()
    with pytest.raises(NotPermitted):
        world.do(EnterPin(session=session("lawyer"), is_correct=True))


# -- asking staff -----------------------------------------------------------------------------


def test_calling_staff_rings_at_the_desk_and_is_told_inside() -> None:
    world = World()
    world.consultation()
    world.do(CallStaff(session=HOST))
    assert [(a.kind, a.participant) for a in world.alerts()] == [
        (AlertKind.STAFF_CALLED, pid("host"))
    ]
    assert world.told("lawyer") == [StaffCalled()]
    assert world.recorded() == ["staff_called"]


def test_ready_to_leave_rings_at_the_desk() -> None:
    world = World()
    world.consultation()
    world.do(ReadyToLeave(session=HOST))
    assert [alert.kind for alert in world.alerts()] == [AlertKind.READY_TO_LEAVE]
    assert world.recorded() == ["ready_to_leave"]
