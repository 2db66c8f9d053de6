"""A meeting in a slot: whom it expects, whose link counts, and who comes for another slot."""

from dataclasses import replace
from typing import Any

import pytest

from lobby.commands import AdmitExpected, ChangeRoom, End, SendBack
from lobby.errors import NobodyExpected, TooManyPersons
from lobby.events import EndCode
from lobby.meeting import Meeting
from lobby.views import ExpectedView, InsideView, WaitingView
from tests.lobby.world import OFFICER, START, World, make_room, pid, session
from vmr.ids import BookingId, ExpectedId, InviteId
from vmr.numbers import Numbers
from vmr.policies import PolicyName
from vmr.rooms import ExpectedPerson, Room, Slot
from vmr.self_test import SelfTest

ADA = ExpectedPerson(id=ExpectedId("x1"), name="Ada Law", part="lawyer", invite=InviteId("i-ada"))
TOM = ExpectedPerson(id=ExpectedId("x2"), name="Tom Tongue", part="interpreter", is_under_18=True)
CHAPLAIN = ExpectedPerson(id=ExpectedId("x3"), name="Rev Peace", part="chaplain", is_inside=True)
SLOT = Slot(
    booking=BookingId("b1"), starts_at=START + 60, ends_at=START + 3_600,
    expected=(ADA, TOM, CHAPLAIN),
)  # fmt: skip


def world(policy: PolicyName = PolicyName.LEGAL, **values: Any) -> World:
    return World(room=replace(make_room(policy), slot=replace(SLOT, **values)))


def come(
    world: World, name: str, booking: str = "b1", at: float = START + 60, **values: Any
) -> None:
    world.join(name, booking=booking, slot_starts_at=at, **values)


def waiting(world: World, name: str) -> WaitingView:
    view = world.meeting.view(session(name))
    assert isinstance(view, WaitingView)
    return view


def is_inside(world: World, name: str) -> bool:
    return isinstance(world.meeting.view(session(name)), InsideView)


def host_view(world: World) -> InsideView:
    view = world.meeting.view(session("host"))
    assert isinstance(view, InsideView)
    return view


def test_a_personal_link_of_this_slot_opens_the_door_when_the_host_opens() -> None:
    meeting = world()
    come(meeting, "ada")
    meeting.host()
    assert is_inside(meeting, "ada")


def test_a_link_of_another_slot_opens_nothing_and_is_not_heard() -> None:
    meeting = world()
    meeting.host()
    come(meeting, "eve", "b2", START + 7_200)
    assert not is_inside(meeting, "eve")
    assert meeting.alerts() == []
    assert host_view(meeting).knocks == ()
    assert host_view(meeting).at_door == 0
    view = waiting(meeting, "eve")
    assert (view.host_arrived, view.knocking, view.slot_starts_at) == (False, False, START + 7_200)
    assert (view.expected, view.arrived) == (0, 0)


def test_who_comes_for_another_slot_is_not_named_in_the_record_of_this_one() -> None:
    meeting = world()
    meeting.host()
    come(meeting, "eve", "b2", START + 7_200)
    assert [(one.what, one.personal) for one in meeting.records()] == [("waited", ())]


def test_who_waits_for_the_next_slot_goes_on_to_it_when_the_meeting_ends() -> None:
    meeting = world()
    meeting.host()
    come(meeting, "ada")
    come(meeting, "eve", "b2", START + 3_600)
    meeting.wait(3_600)
    assert meeting.ended("ada").code is EndCode.SLOT_OVER
    assert (meeting.ended("eve").code, meeting.ended("eve").can_return) == (EndCode.NEXT_SLOT, True)


def test_the_room_ends_for_the_next_slot_also_when_staff_end_it() -> None:
    meeting = world()
    meeting.host()
    come(meeting, "eve", "b2", START + 3_600)
    meeting.do(End(by=OFFICER, reason="Fire"))
    assert meeting.ended("eve").code is EndCode.NEXT_SLOT
    assert meeting.ended("eve").reason == ""


def test_nobody_is_admitted_as_expected_who_is_expected_elsewhere() -> None:
    meeting = world()
    meeting.host()
    come(meeting, "eve", "b2", START + 3_600)
    with pytest.raises(NobodyExpected):
        meeting.do(AdmitExpected(by=session("host")))


def test_a_link_of_no_slot_counts_as_before_and_one_of_a_slot_not_in_a_meeting_without() -> None:
    meeting = world()
    meeting.join("old")
    meeting.host()
    assert is_inside(meeting, "old")
    without = World()
    without.host()
    come(without, "ada")
    assert not is_inside(without, "ada")


def test_a_wait_counts_from_the_slot_and_not_from_an_early_arrival() -> None:
    meeting = world(starts_at=START + 1_800)
    come(meeting, "ada", at=START + 1_800)
    assert waiting(meeting, "ada").deadline == START + 1_800 + 900
    meeting.wait(1_800 + 899)
    assert waiting(meeting, "ada")
    meeting.wait(1)
    assert meeting.ended("ada").code is EndCode.WAITED_TOO_LONG


def test_staff_see_expected_against_arrived_and_who_waits_only_numbers() -> None:
    meeting = world()
    come(meeting, "ada")
    come(meeting, "tongue", invite="i-other", persons=["Tom Tongue"])
    view = waiting(meeting, "ada")
    assert (view.arrived, view.expected) == (2, 2)
    assert "Tongue" not in str(view)
    meeting.host()
    ada, tom, chaplain = host_view(meeting).expected
    assert ada == ExpectedView(
        name="Ada Law", part="lawyer", is_under_18=False, arrived_as=pid("ada"), is_inside=True,
        is_sure=True, is_attested=False,
    )  # fmt: skip
    assert (tom.arrived_as, tom.is_sure, tom.is_under_18) == (pid("tongue"), False, True)
    assert chaplain.arrived_as is None
    assert meeting.meeting.desk_view().expected == (ada, tom, chaplain)
    assert meeting.meeting.desk_view().slot == (SLOT.starts_at, SLOT.ends_at)


def test_the_desk_alone_sees_what_a_self_test_found() -> None:
    failed = SelfTest(at=5.0, browser="Chrome", version=140, problems=("udp",))
    meeting = world(expected=(replace(ADA, self_test=failed), TOM))
    assert [one.self_test for one in meeting.meeting.desk_view().expected] == [failed, None]
    meeting.host()
    assert [one.self_test for one in host_view(meeting).expected] == [None, None]
    assert [one.self_test for one in meeting.meeting.desk_view().expected] == [failed, None]


def test_who_holds_only_the_rooms_link_or_was_sent_back_is_told_no_numbers() -> None:
    meeting = world()
    come(meeting, "ada")
    meeting.join("stranger", invited=False)
    assert (waiting(meeting, "stranger").expected, waiting(meeting, "stranger").arrived) == (0, 0)
    meeting.host()
    meeting.do(SendBack(by=session("host"), participant=pid("ada"), reason="Wait"))
    assert (waiting(meeting, "ada").expected, waiting(meeting, "ada").arrived) == (0, 0)


def test_a_handed_over_terminal_does_not_see_who_is_expected() -> None:
    meeting = world()
    meeting.consultation()
    assert host_view(meeting).is_handed_over
    assert host_view(meeting).expected == ()


def test_a_knock_without_a_link_shows_whose_name_it_is_like() -> None:
    meeting = world()
    meeting.host()
    meeting.join("tom", invited=False, persons=["tom tonque"])
    (knock,) = host_view(meeting).knocks
    assert (knock.is_expected, knock.like) == (False, ("Tom Tongue",))
    assert not is_inside(meeting, "tom")


def test_a_name_like_a_banned_one_is_a_hint_for_who_may_admit_and_one_entry() -> None:
    meeting = world(PolicyName.COMPASSIONATE)
    meeting.host()
    meeting.join("max", invited=False, like_banned=True)
    assert [one.what for one in meeting.records()] == ["knocked", "like_banned"]
    (knock,) = host_view(meeting).knocks
    assert knock.is_like_banned
    assert "banned" not in repr(waiting(meeting, "max"))
    meeting.join("max", page="max2", device="d-max", invited=False)
    assert "like_banned" not in [one.what for one in meeting.records()]
    assert host_view(meeting).knocks[0].is_like_banned


def test_a_name_like_a_banned_one_for_another_slot_is_not_in_this_record() -> None:
    meeting = world(PolicyName.COMPASSIONATE)
    meeting.host()
    come(meeting, "max", "b2", START + 7_200, like_banned=True)
    assert [one.what for one in meeting.records()] == ["waited"]
    (waits,) = meeting.meeting.desk_view().waiting
    assert waits.knock.is_like_banned


def test_a_named_exception_lets_more_persons_in_than_the_policy() -> None:
    social = world(PolicyName.COMPASSIONATE)
    five = ["B", "C", "D", "E"]
    with pytest.raises(TooManyPersons):
        come(social, "ada", persons=five)
    more = world(PolicyName.COMPASSIONATE, persons_outside=5)
    come(more, "ada", persons=five)
    assert waiting(more, "ada")


def test_a_meeting_that_waits_follows_the_next_slot_and_one_that_runs_keeps_its_own() -> None:
    meeting = world()
    later = replace(make_room(), slot=replace(SLOT, booking=BookingId("b2")))
    come(meeting, "eve", "b2")
    meeting.do(ChangeRoom(room=later))
    meeting.host()
    assert is_inside(meeting, "eve")
    meeting.do(ChangeRoom(room=replace(later, slot=SLOT)))
    come(meeting, "ada")
    assert not is_inside(meeting, "ada")


def test_the_slot_of_a_meeting_survives_a_restart() -> None:
    meeting = world()
    meeting.host()
    snapshot = meeting.meeting.snapshot()
    room: Room = make_room()
    again = Meeting.restore(snapshot, room, Numbers(), meeting.now)
    assert again.desk_view().slot == (SLOT.starts_at, SLOT.ends_at)
    assert [one.name for one in again.desk_view().expected] == [
        "Ada Law",
        "Tom Tongue",
        "Rev Peace",
    ]
