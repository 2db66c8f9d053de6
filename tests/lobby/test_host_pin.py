"""The Host PIN at the door."""

from dataclasses import replace

import pytest

from lobby.alerts import AlertKind
from lobby.commands import Admit, EnterPin, MediaLost, SocketBack, SocketLost, Unlock
from lobby.errors import (
    ConfirmationMissing,
    MeetingError,
    MonitorRequired,
    NoPinAsked,
    NotHere,
    PageGone,
    PinClosed,
    RecordingRequired,
    SlotOver,
    TerminalNotEnrolled,
)
from lobby.events import Admitted, EndCode, MeetingOpened, ParticipantJoined
from tests.lobby.world import OFFICER, World, make_room, pid, session
from vmr.numbers import Numbers
from vmr.policies import PolicyName
from vmr.roles import Role, Stage


def test_a_joining_host_is_asked_for_the_pin() -> None:
    world = World()
    world.join("host", Role.HOST)
    view = world.prompt()
    assert (view.attempts_left, view.deadline) == (3, world.now + 120)
    assert not view.is_closed
    assert world.recorded() == ["pin_asked"]


def test_the_right_pin_opens_the_room() -> None:
    world = World()
    world.host()
    assert world.meeting.stage is Stage.OPEN
    assert world.told("host") == [Admitted(participant=pid("host")), MeetingOpened()]
    assert world.recorded() == ["opened", "joined"]
    assert world.reply().error is None
    assert world.inside("host").ends_at == world.now + 75 * 60


def test_a_wrong_pin_is_counted_and_answered() -> None:
    world = World()
    world.join("host", Role.HOST)
    world.pin(right=False)
    assert world.reply().error == "wrong_pin"
    assert world.prompt().attempts_left == 2
    assert world.recorded() == ["pin_wrong"]


def test_three_wrong_pins_end_the_attempt_with_a_way_back() -> None:
    world = World()
    world.join("host", Role.HOST)
    for _ in range(3):
        world.pin(right=False)
    assert world.reply().error == "pin_attempts_used"
    ended = world.ended("host")
    assert (ended.code, ended.can_return) == (EndCode.PIN_ATTEMPTS_USED, True)
    world.join("host", Role.HOST, page="again")
    assert world.prompt("again").attempts_left == 3


def test_a_terminal_that_reloads_at_its_prompt_is_one_terminal_with_the_tries_it_had() -> None:
    world = World()
    world.join("host", Role.HOST)
    world.pin(right=False)
    world.do(SocketLost(session=session("host")))
    world.wait(100)
    world.join("host", Role.HOST, page="again")
    assert world.ended("host").code is EndCode.MOVED
    view = world.prompt("again")
    assert (view.attempts_left, view.deadline) == (2, world.now + 120)
    assert [one.id for one in world.meeting.desk_view().terminals] == [pid("host")]
    world.join("host", Role.HOST, page="another", device="d-another")
    assert world.prompt("another").attempts_left == 3
    assert len(world.meeting.desk_view().terminals) == 2


def test_a_prompt_nobody_answers_ends() -> None:
    world = World()
    world.join("host", Role.HOST)
    world.wait(120)
    assert world.ended("host").code is EndCode.PIN_TIMED_OUT
    assert world.recorded() == ["pin_timed_out"]


def test_a_pin_nobody_asked_for_is_refused() -> None:
    world = World()
    world.join("lawyer")
    for name, error in (("lawyer", NoPinAsked), ("nobody", NotHere)):
        with pytest.raises(error):
            world.do(EnterPin(session=session(name), is_correct=True))


# -- too many ---------------------------------------------------------------------------------


def close_entry(world: World) -> None:
    for attempt in range(7):
        world.join(f"bad{attempt}", Role.HOST)
        for _ in range(3):
            world.pin(f"bad{attempt}", right=False)


def test_more_than_twenty_wrong_pins_close_the_rooms_entry_and_raise_the_alarm() -> None:
    world = World()
    world.join("host", Role.HOST)
    close_entry(world)
    assert [alert.kind for alert in world.alerts()] == [AlertKind.PIN_ALARM]
    assert world.recorded() == ["pin_wrong", "pin_entry_closed"]
    with pytest.raises(PinClosed):
        world.pin()
    assert world.prompt().is_closed


def test_a_terminal_may_wait_for_the_closed_entry_to_open_again() -> None:
    world = World()
    world.join("host", Role.HOST)
    close_entry(world)
    world.join("late", Role.HOST)
    assert world.prompt("late").deadline == world.prompt().deadline == world.now + 720
    world.wait(600)
    assert not world.prompt().is_closed
    assert "pin_entry_reopened" in world.recorded()
    world.pin()
    assert world.inside("host")


def test_a_named_officer_opens_the_room_from_the_desk_for_a_waiting_terminal() -> None:
    world = World()
    world.join("lawyer")
    world.join("host", Role.HOST)
    close_entry(world)
    world.do(Admit(by=OFFICER, participant=pid("host")))
    assert world.meeting.stage is Stage.OPEN
    assert world.who() == {"host", "lawyer"}
    assert [happening.actor for happening in world.records()][:2] == ["officer:o1", "officer:o1"]
    assert world.recorded() == ["opened", "admitted", "joined"]
    assert ("officer", "A. Reed") in world.records()[0].personal


def test_a_terminal_whose_page_is_gone_is_not_let_in_by_the_desk_until_it_is_back() -> None:
    world = World()
    world.join("host", Role.HOST)
    world.do(SocketLost(session=session("host")))
    with pytest.raises(PageGone):
        world.do(Admit(by=OFFICER, participant=pid("host")))
    world.do(SocketBack(session=session("host")))
    world.do(Admit(by=OFFICER, participant=pid("host")))
    assert world.inside("host")


def test_a_desk_may_let_a_second_terminal_into_a_locked_room() -> None:
    world = World()
    world.locked()
    world.join("second", Role.HOST)
    world.do(Admit(by=OFFICER, participant=pid("second")))
    assert world.told("lawyer") == [
        ParticipantJoined(
            participant=pid("second"), name="Second", how="admitted_after_lock", by="staff"
        )
    ]


def test_a_second_page_of_a_host_takes_its_seat_by_the_desk_and_in_an_officers_name() -> None:
    world = World()
    world.join("host", Role.HOST, page="second")
    world.host()
    world.do(Admit(by=OFFICER, participant=pid("second")))
    assert world.recorded() == ["admitted", "moved"]
    admitted, moved = world.records()
    assert (admitted.actor, admitted.subject) == ("officer:o1", "host:p-host")
    assert ("officer", "A. Reed") in admitted.personal
    assert (moved.actor, moved.facts) == ("host:p-host", (("from", "host:p-second"),))
    assert world.ended("host").code is EndCode.MOVED
    assert world.inside("second").you == pid("host")


def test_a_host_who_comes_back_by_another_page_at_the_pin_prompt_is_announced() -> None:
    world = World()
    world.join("lawyer")
    world.join("host", Role.HOST, page="second")
    world.host()
    world.do(MediaLost(participant=pid("host")))
    world.lose("host")
    world.wait(1)
    world.pin("second")
    assert world.recorded() == ["returned"]
    assert world.records()[0].facts == (("from", "host:p-second"),)
    assert world.told("lawyer") == [
        ParticipantJoined(participant=pid("host"), name="Host", how="returned")
    ]


def test_wrong_pins_are_handed_on_to_the_rooms_next_meeting() -> None:
    first = World()
    first.join("host", Role.HOST)
    close_entry(first)
    second = World(pins=first.meeting.pins)
    second.join("host", Role.HOST)
    with pytest.raises(PinClosed):
        second.pin()


# -- the second host --------------------------------------------------------------------------


def test_a_second_host_joins_an_open_room_and_is_announced() -> None:
    world = World()
    world.host()
    world.host("second")
    assert world.told("host") == [
        ParticipantJoined(participant=pid("second"), name="Second", how="host_pin")
    ]


def test_a_second_host_knocks_at_a_locked_room_marked_as_verified() -> None:
    world = World()
    world.locked()
    world.host("second")
    assert world.waiting("second").host_pin_verified
    (knock,) = world.inside("host").knocks
    assert (knock.role, knock.host_pin_verified) == ("host", True)
    assert world.recorded() == ["knocked"]
    assert [alert.kind for alert in world.alerts()] == [AlertKind.KNOCK]


def test_a_host_who_knocked_is_not_let_in_by_the_unlock() -> None:
    world = World()
    world.locked()
    world.host("second")
    world.do(Unlock(by=session("host")))
    assert world.waiting("second").knocking
    world.admit("second")
    assert world.inside("second").may == world.inside("host").may


def test_a_verified_knock_survives_a_reload_by_its_device() -> None:
    world = World()
    world.locked()
    world.host("second")
    world.join("second", Role.HOST, page="again")
    view = world.waiting("again")
    assert (view.host_pin_verified, view.knocking) == (True, True)


def test_the_pin_typed_in_a_second_tab_of_the_same_terminal_moves_its_seat() -> None:
    world = World()
    world.join("host", Role.HOST)
    world.join("host", Role.HOST, page="tab2")
    world.pin("host")
    world.pin("tab2")
    assert world.inside("tab2").you == pid("host")
    assert world.ended("host").code is EndCode.MOVED
    assert world.who("tab2") == {"host"}


# -- what opening needs -----------------------------------------------------------------------


def test_a_compassionate_room_opens_when_its_confirmations_are_ticked() -> None:
    world = World(PolicyName.COMPASSIONATE)
    world.join("host", Role.HOST)
    asked = world.prompt().confirmations
    with pytest.raises(ConfirmationMissing):
        world.pin(confirmed=asked[:1])
    world.pin(confirmed=asked)
    assert world.records()[0].facts == (
        ("confirmed", "no_non_contact_person,supervisor_and_chaplain_inside"),
    )
    world.join("second", Role.HOST)
    assert world.prompt("second").confirmations == ()
    world.pin("second")
    assert world.inside("second")


def test_a_social_room_refuses_to_open_without_a_monitor() -> None:
    world = World(PolicyName.SOCIAL, numbers=Numbers(social_unrecorded=True))
    world.join("host", Role.HOST)
    with pytest.raises(MonitorRequired):
        world.pin()
    assert world.meeting.stage is Stage.WAITING
    assert world.prompt().room.recording == "unrecorded_demonstration"


def test_a_watched_social_room_opens_unrecorded_only_by_the_setting() -> None:
    for is_allowed in (False, True):
        world = World(PolicyName.SOCIAL, numbers=Numbers(social_unrecorded=is_allowed))
        world.watch()
        world.join("host", Role.HOST)
        if is_allowed:
            world.pin()
            assert world.inside("host").stage == "open"
        else:
            with pytest.raises(RecordingRequired):
                world.pin()


def test_a_room_whose_end_has_passed_does_not_open() -> None:
    world = World(room=replace(make_room(), ends_at=1_000_100.0))
    world.join("host", Role.HOST)
    world.wait(100)
    with pytest.raises(SlotOver) as raised:
        world.pin()
    assert isinstance(raised.value, MeetingError)


# -- the page was lost while the PIN was being checked ----------------------------------------


def test_a_page_lost_during_the_check_of_its_pin_is_lost_in_its_seat_too() -> None:
    world = World()
    world.join("host", Role.HOST)
    world.do(SocketLost(session=session("host")))
    world.pin()
    world.wait(30)
    assert world.is_gone("host")
    world.join("host", Role.HOST, page="again")
    assert world.inside("again").you == pid("host")


def test_a_second_tab_lost_during_the_check_of_its_pin_is_lost_too() -> None:
    world = World()
    world.join("host", Role.HOST)
    world.join("host", Role.HOST, page="tab2")
    world.pin("host")
    world.do(SocketLost(session=session("tab2")))
    world.pin("tab2")
    world.wait(30)
    assert world.is_gone("tab2")


def test_a_verified_knock_whose_page_was_lost_ends_like_any_other() -> None:
    world = World()
    world.locked()
    world.join("second", Role.HOST)
    world.do(SocketLost(session=session("second")))
    world.pin("second")
    world.wait(60)
    assert world.inside("host").at_door == 0


def test_a_prompt_from_before_terminals_were_wanted_tells_nothing_of_the_pin() -> None:
    world = World()
    world.join("host", Role.HOST)
    world.join("terminal", Role.HOST, enrolled=True)
    world.want_terminals()
    for right in (False, True):
        with pytest.raises(TerminalNotEnrolled):
            world.pin("host", right=right)
    assert world.meeting.pins.is_clear, "no wrong PIN was counted"
    world.pin("terminal", enrolled=True)
    assert world.inside("terminal")


def test_a_terminal_revoked_at_its_prompt_is_told_nothing_of_the_pin() -> None:
    world = World()
    world.want_terminals()
    world.join("terminal", Role.HOST, enrolled=True)
    for right in (False, True):
        with pytest.raises(TerminalNotEnrolled):
            world.pin("terminal", right=right)
    assert world.meeting.pins.is_clear, "no wrong PIN was counted"
