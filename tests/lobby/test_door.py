"""At the door: joining, waiting, knocking again, and how it ends."""

import pytest

from lobby.alerts import AlertKind
from lobby.commands import KnockAgain, Leave, Pause, Refuse, Resume, SocketBack, SocketLost, Unlock
from lobby.door import ANSWERED_KEPT
from lobby.effects import AlertDesk, OpenMedia
from lobby.errors import (
    AlreadyAnswered,
    AlreadyInside,
    AlreadyJoined,
    DeclarationNeeded,
    KnockTooSoon,
    LobbyFull,
    MeetingError,
    NameMissing,
    NoSuchKnock,
    NotHere,
    NotKnocking,
    RoomClosed,
)
from lobby.events import Admitted, EndCode, KnockReceived, ParticipantJoined
from tests.lobby.world import World, make_room, pid, session
from vmr.numbers import Numbers
from vmr.policies import PolicyName
from vmr.roles import Role


def test_a_guest_with_a_personal_link_waits_for_the_host_alone() -> None:
    world = World()
    world.join("lawyer")
    view = world.waiting("lawyer")
    assert (view.knocking, view.host_arrived) == (False, False)
    assert view.deadline == world.now + 900
    assert world.recorded() == ["waited"]
    assert world.alerts() == []
    assert world.reply().facts == (("participant", pid("lawyer")),)


def test_a_guest_without_one_knocks_and_the_desk_hears_it() -> None:
    world = World()
    world.join("stranger", invited=False)
    assert world.waiting("stranger").knocking
    assert world.alerts() == [AlertDesk(kind=AlertKind.KNOCK, participant=pid("stranger"))]
    assert world.recorded() == ["knocked"]


def test_whoever_waits_holds_no_media_and_no_roster() -> None:
    world = World()
    world.locked()
    world.join("late")
    assert not [e for e in world.effects if isinstance(e, OpenMedia) and e.participant == "p-late"]
    assert world.meeting.participant(session("late")) is None
    assert not hasattr(world.waiting("late"), "participants")


def test_the_host_opens_a_legal_room_and_the_invited_come_in() -> None:
    world = World()
    world.join("lawyer")
    world.join("stranger", invited=False)
    world.host()
    assert world.who() == {"host", "lawyer"}
    assert world.told("lawyer") == [Admitted(participant=pid("lawyer"))]
    assert world.told("stranger") == []
    assert world.waiting("stranger").host_arrived
    assert world.waiting("stranger").deadline is None
    assert world.reply().facts == ()


def test_who_comes_into_an_open_room_is_answered_at_once() -> None:
    world = World()
    world.host()
    world.join("lawyer")
    assert world.told("lawyer") == []
    assert world.told("host") == [
        ParticipantJoined(participant=pid("lawyer"), name="Lawyer", how="invited")
    ]
    assert world.reply().facts == (("participant", pid("lawyer")),)


def test_people_inside_hear_a_knock_without_a_name() -> None:
    world = World()
    world.consultation()
    world.join("late")
    assert world.told("host") == world.told("lawyer") == [KnockReceived(at_door=1)]
    assert world.inside("host").at_door == world.inside("lawyer").at_door == 1
    assert world.inside("host").knocks == world.inside("lawyer").knocks == ()


# -- what Start needs -------------------------------------------------------------------------


def test_a_session_joins_once() -> None:
    world = World()
    world.join("lawyer")
    with pytest.raises(AlreadyJoined):
        world.join("lawyer")


def test_a_name_is_needed_for_each_person() -> None:
    world = World()
    for names in ((" ",), ("Aide", ""), ("\u200b",)):
        with pytest.raises(NameMissing):
            world.join("lawyer", persons=names)


def test_this_rooms_declaration_is_needed() -> None:
    world = World()
    with pytest.raises(DeclarationNeeded):
        world.join("lawyer", declaration="social-1")


def test_a_closed_room_lets_nobody_start() -> None:
    world = World(room=make_room(is_closed=True))
    for role in (Role.GUEST, Role.HOST):
        with pytest.raises(RoomClosed):
            world.join("somebody", role)


def test_only_so_many_wait_at_one_room() -> None:
    world = World(numbers=Numbers(at_door=2))
    world.join("a", invited=False)
    world.join("host", Role.HOST)
    with pytest.raises(LobbyFull):
        world.join("b", invited=False)
    world.join("a", invited=False, page="a2")


# -- one device, one knock --------------------------------------------------------------------


def test_many_knocks_by_one_device_are_one_with_a_count() -> None:
    world = World()
    world.host()
    world.join("late", invited=False)
    for page in ("late2", "late3"):
        world.wait(10)
        world.join("late", invited=False, page=page)
        assert world.reply().facts == (("participant", pid("late")),)
    (knock,) = world.inside("host").knocks
    assert (knock.id, knock.count) == (pid("late"), 3)
    assert world.alerts() == [AlertDesk(kind=AlertKind.KNOCK, participant=pid("late"), count=3)]
    assert world.recorded() == ["knocked"]


def test_the_newest_page_of_a_device_has_its_knock() -> None:
    world = World()
    world.join("late", invited=False)
    world.join("late", invited=False, page="late2", persons=("Aide",))
    assert world.ended("late").code is EndCode.MOVED
    assert world.is_gone("late")
    assert world.waiting("late2").you == pid("late")


def test_a_quick_reload_is_not_another_knock() -> None:
    world = World()
    world.host()
    world.join("late", invited=False)
    world.join("late", invited=False, page="late2")
    assert world.inside("host").knocks[0].count == 1
    assert world.alerts() == []
    assert world.recorded() == []


def test_somebody_who_waits_for_the_host_and_reloads_still_waits() -> None:
    world = World()
    world.join("lawyer")
    world.do(SocketLost(session=session("lawyer")))
    world.wait(20)
    world.join("lawyer", page="lawyer2")
    assert not world.waiting("lawyer2").knocking
    assert world.alerts() == []


def test_who_reloads_and_comes_in_meanwhile_leaves_nobody_waiting() -> None:
    world = World()
    world.join("lawyer")
    world.join("other", device="d-other", persons=("Lawyer",), invite="i-other")
    for name in ("lawyer", "other"):
        world.do(SocketLost(session=session(name)))
    world.host()
    assert [one.id for one in world.inside("host").knocks] == [pid("lawyer"), pid("other")]
    world.join("lawyer", page="lawyer2")
    assert world.ended("lawyer").code is EndCode.MOVED
    assert world.inside("lawyer2").you == pid("lawyer")
    assert world.reply().facts == (("participant", pid("lawyer")),)
    assert [one.id for one in world.inside("host").knocks] == [pid("other")]
    with pytest.raises(AlreadyAnswered):
        world.admit("lawyer")


def test_after_an_unlock_a_knocker_who_reloads_still_waits() -> None:
    world = World()
    world.locked()
    world.join("late")
    world.do(Unlock(by=session("host")))
    assert world.waiting("late").knocking
    world.join("late", page="late2")
    assert world.waiting("late2").knocking


def test_devices_that_prove_nothing_knock_apart() -> None:
    world = World()
    world.host()
    world.join("a", invited=False, device=None)
    world.join("a", invited=False, device="d-a", proven=False, page="a2")
    assert len(world.inside("host").knocks) == 2
    assert len(world.alerts()) == 1


def test_a_device_that_comes_and_goes_is_heard_only_so_often() -> None:
    world = World()
    world.host()
    world.join("late", invited=False)
    world.do(Leave(session=session("late")))
    world.join("late", invited=False, page="late2")
    assert world.alerts() == []
    assert world.inside("host").at_door == 1
    world.do(Leave(session=session("late2")))
    world.wait(10)
    world.join("late", invited=False, page="late3")
    assert len(world.alerts()) == 1


# -- knocking again ---------------------------------------------------------------------------


def test_a_knock_may_be_repeated_after_a_while() -> None:
    world = World()
    world.host()
    world.join("late", invited=False)
    assert world.waiting("late").may_knock_at == world.now + 10
    with pytest.raises(KnockTooSoon):
        world.do(KnockAgain(session=session("late")))
    world.wait(10)
    world.do(KnockAgain(session=session("late")))
    assert world.waiting("late").knock_count == 2
    assert world.told("host") == [KnockReceived(at_door=1)]
    assert world.recorded() == ["knocked"]


def test_only_who_knocks_knocks_again() -> None:
    world = World()
    world.join("lawyer")
    world.join("host", Role.HOST)
    for name, error in (
        ("lawyer", NotKnocking),
        ("host", NotKnocking),
        ("nobody", NotHere),
    ):
        with pytest.raises(error):
            world.do(KnockAgain(session=session(name)))


# -- how waiting ends -------------------------------------------------------------------------


def test_without_a_host_a_guest_is_let_go_with_a_way_back() -> None:
    world = World()
    world.join("lawyer")
    world.wait(899)
    assert world.waiting("lawyer")
    world.wait(1)
    ended = world.ended("lawyer")
    assert (ended.code, ended.can_return) == (EndCode.WAITED_TOO_LONG, True)
    assert world.recorded() == ["knock_expired"]


def test_with_a_host_a_guest_waits_on() -> None:
    world = World()
    world.host()
    world.join("late", invited=False)
    world.wait(2000)
    assert world.waiting("late")


def test_a_knock_ends_a_minute_after_its_page_has_gone() -> None:
    world = World()
    world.host()
    world.join("late", invited=False)
    world.do(SocketLost(session=session("late")))
    assert world.inside("host").knocks[0].page_gone
    world.wait(59)
    assert world.inside("host").at_door == 1
    world.wait(1)
    assert world.inside("host").at_door == 0
    assert world.ended("late").code is EndCode.CONNECTION_LOST


def test_a_page_that_comes_back_keeps_its_knock() -> None:
    world = World()
    world.join("late", invited=False)
    world.do(SocketLost(session=session("late")))
    world.do(SocketBack(session=session("late")))
    world.wait(300)
    assert world.waiting("late")


# -- waiting for the meeting only -------------------------------------------------------------


def test_who_came_while_paused_comes_in_when_it_goes_on() -> None:
    world = World()
    world.host()
    world.do(Pause(by=session("host"), reason="a concern"))
    world.join("lawyer")
    assert not world.waiting("lawyer").knocking
    world.do(Resume(by=session("host")))
    assert "lawyer" in world.who()


def test_who_waited_through_a_pause_knocks_when_the_room_was_locked_in_it() -> None:
    world = World()
    world.host()
    world.do(Pause(by=session("host"), reason="a concern"))
    world.join("lawyer")
    world.lock()
    assert world.waiting("lawyer").knocking
    assert world.recorded() == ["locked", "knocked"]
    assert [alert.kind for alert in world.alerts()] == [AlertKind.KNOCK]


def test_two_pages_of_one_personal_link_on_two_devices_need_a_decision_for_the_second() -> None:
    world = World()
    world.join("lawyer")
    world.join("forwarded", invite="i-lawyer")
    world.host()
    assert world.who() == {"host", "lawyer"}
    assert world.waiting("forwarded").knocking


# -- in the meeting already -------------------------------------------------------------------


def test_a_second_tab_is_told_to_move_and_moves() -> None:
    world = World()
    world.join("lawyer")
    world.host()
    with pytest.raises(AlreadyInside):
        world.join("lawyer", page="tab2")
    world.join("lawyer", page="tab2", move=True)
    assert world.ended("lawyer").code is EndCode.MOVED
    assert world.inside("tab2").you == pid("lawyer")
    assert world.recorded() == ["moved"]
    assert world.told("host") == []


def test_a_room_that_admits_each_lets_nobody_in_at_its_opening() -> None:
    world = World(PolicyName.COMPASSIONATE)
    world.join("mother")
    world.host()
    assert world.who() == {"host"}
    assert world.waiting("mother").knocking


# -- answers ----------------------------------------------------------------------------------


def test_answers_are_remembered_only_so_long() -> None:
    world = World(numbers=Numbers())
    world.host()
    refusals: list[type[MeetingError]] = []
    for number in range(ANSWERED_KEPT + 1):
        world.join(f"g{number}", invited=False)
        world.do(Refuse(by=session("host"), participant=pid(f"g{number}"), reason="no"))
    for number in (0, 1):
        with pytest.raises(MeetingError) as raised:
            world.do(Refuse(by=session("host"), participant=pid(f"g{number}"), reason="no"))
        refusals.append(raised.type)
    assert refusals[0] is NoSuchKnock
    assert refusals[1] is not NoSuchKnock


def test_the_record_says_how_many_persons_came_however_they_came() -> None:
    """When the names are deleted, how many there were stays."""
    world = World()
    world.join("lawyer", persons=["Interpreter"])
    said = world.records()
    world.host("host")
    said += world.records()
    world.join("late", invited=False, persons=["A", "B"])
    said += world.records()
    world.admit("late")
    said += world.records()
    asked = World()
    asked.join("officer", Role.HOST)
    said += asked.records()
    persons = [(one.what, dict(one.facts).get("persons")) for one in said]
    assert [one for one in persons if one[0] != "opened"] == [
        ("waited", 2), ("joined", 1), ("joined", 2), ("knocked", 3), ("admitted", 3),
        ("pin_asked", 1),
    ]  # fmt: skip
