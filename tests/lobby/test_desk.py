"""Alerts at the duty desk, what officers do about them, and their words to a room."""

import json

import pytest

from lobby.alerts import AlertKind
from lobby.commands import (
    AcknowledgeAlert,
    Admit,
    CallStaff,
    CloseAlert,
    ConcernCategory,
    EnterPin,
    Extend,
    Leave,
    Lock,
    MessageRoom,
    NoteQuality,
    Officer,
    Quality,
    RaiseConcern,
    ReadyToLeave,
    Refuse,
    Remove,
    ReportWatching,
    ResetPin,
    ResetStepUp,
    SetOwnMedia,
    TakeOverAlert,
    Watch,
)
from lobby.errors import (
    AlertNotTaken,
    AlertStands,
    AlreadyAcknowledged,
    MessageMissing,
    NoSuchAlert,
    NotPermitted,
    PinNotClosed,
    TakeOverTooSoon,
)
from lobby.events import StaffCalled, StaffMessage
from tests.lobby.world import MONITOR, OFFICER, SECOND_OFFICER, World, pid, session
from vmr.ids import OfficerId
from vmr.numbers import Numbers
from vmr.policies import PolicyName
from vmr.roles import Role

KNOCK, CALL, READY = AlertKind.KNOCK, AlertKind.STAFF_CALLED, AlertKind.READY_TO_LEAVE


def knocked() -> World:
    """A locked room with somebody outside."""
    world = World()
    world.locked()
    world.join("late", invited=False)
    return world


def watched() -> World:
    """A running room that must be watched, and is."""
    world = World(PolicyName.SOCIAL, numbers=Numbers(social_unrecorded=True))
    world.do(Watch(session=session("wall"), participant=pid("wall"), officer=MONITOR))
    world.do(ReportWatching(session=session("wall"), why_not=None))
    world.host()
    return world


def acknowledge(world: World, kind: AlertKind = KNOCK, by: Officer = OFFICER) -> None:
    world.do(AcknowledgeAlert(by=by, alert=world.alert(kind).id))


def owner(world: World, kind: AlertKind = KNOCK) -> str | None:
    found = world.alert(kind).owner
    return None if found is None else found.name


# -- what raises and ends an alert ------------------------------------------------------------


def test_a_knock_is_an_alert_until_it_is_decided() -> None:
    world = knocked()
    assert world.at_desk() == [(KNOCK, pid("late"), 1)]
    world.do(Refuse(by=OFFICER, participant=pid("late"), reason="Not expected"))
    assert world.at_desk() == []


def test_a_knock_that_is_repeated_is_one_alert_with_a_count() -> None:
    world = knocked()
    for page in range(19):
        world.wait(10)
        world.join("late", invited=False, page=f"late{page}")
    assert world.at_desk() == [(KNOCK, pid("late"), 20)]


def test_who_comes_and_goes_is_one_alert_that_ends_soon_after_they_are_gone() -> None:
    world = knocked()
    world.do(Leave(session=session("late")))
    assert world.at_desk() == [(KNOCK, pid("late"), 1)]
    world.wait(9)
    world.join("late", invited=False, page="again")
    assert world.at_desk() == [(KNOCK, pid("again"), 2)]
    world.do(Leave(session=session("again")))
    world.wait(10)
    assert world.at_desk() == []


def test_somebody_without_a_device_who_goes_leaves_nothing() -> None:
    world = knocked()
    world.join("stranger", invited=False, device=None)
    assert len(world.at_desk()) == 2
    world.do(Leave(session=session("stranger")))
    assert world.at_desk() == [(KNOCK, pid("late"), 1)]


def test_a_guest_and_a_prisoner_may_call_staff() -> None:
    world = World()
    world.consultation()
    world.do(CallStaff(session=session("lawyer")))
    assert StaffCalled() in world.told("host")
    world.do(CallStaff(session=session("host")))
    world.do(ReadyToLeave(session=session("host")))
    assert world.at_desk() == [
        (CALL, pid("lawyer"), 1),
        (CALL, pid("host"), 1),
        (READY, pid("host"), 1),
    ]
    world.do(CallStaff(session=session("host")))
    assert (CALL, pid("host"), 2) in world.at_desk()


def test_who_waits_may_not_call_staff() -> None:
    world = knocked()
    with pytest.raises(NotPermitted):
        world.do(CallStaff(session=session("late")))


def test_a_call_ends_when_the_caller_is_gone() -> None:
    world = World()
    world.consultation()
    world.do(CallStaff(session=session("lawyer")))
    world.do(Leave(session=session("lawyer")))
    assert world.at_desk() == []


def test_too_many_wrong_pins_are_an_alarm_until_the_entry_opens() -> None:
    world = World()
    for host in range(7):
        world.join(f"host{host}", Role.HOST)
        for _ in range(3):
            world.pin(f"host{host}", right=False)
    assert world.at_desk() == [(AlertKind.PIN_ALARM, None, 1)]
    world.wait(600)
    assert world.at_desk() == []


def test_a_closed_step_up_is_an_alert_until_it_is_reset() -> None:
    world = World()
    world.consultation()
    for _ in range(3):
        world.do(EnterPin(session=session("host"), is_correct=False))
    assert world.at_desk() == [(AlertKind.STEP_UP_CLOSED, pid("host"), 1)]
    world.do(ResetStepUp(by=OFFICER, participant=pid("host")))
    assert world.at_desk() == []


def test_the_end_of_the_slot_is_an_alert_until_it_is_extended() -> None:
    world = World()
    world.locked()
    world.wait(65 * 60)
    assert world.at_desk() == [(AlertKind.SLOT_ENDING, None, 1)]
    world.wait(5 * 60)
    assert world.at_desk() == [(AlertKind.SLOT_ENDING, None, 2)]
    world.do(Extend(by=OFFICER, minutes=30))
    assert world.at_desk() == []


def test_a_bad_connection_is_an_alert_until_it_is_fair() -> None:
    world = World()
    world.locked()
    for quality, alerts in (
        (Quality.POOR, 0), (Quality.BAD, 1), (Quality.POOR, 1), (Quality.FAIR, 0),
        (Quality.POOR, 0),
    ):  # fmt: skip
        world.do(NoteQuality(participant=pid("lawyer"), quality=quality))
        assert len(world.at_desk()) == alerts, quality
    assert world.meeting.desk_view().people[-1].quality == "poor"


def test_a_room_that_must_be_watched_and_is_not_is_an_alert_until_it_is() -> None:
    world = watched()
    assert world.at_desk() == []
    world.do(ReportWatching(session=session("wall"), why_not="hidden"))
    assert world.at_desk() == [(AlertKind.MONITOR_LOST, None, 1)]
    assert world.meeting.desk_view().is_unwatched
    with pytest.raises(AlertStands):
        world.do(CloseAlert(by=OFFICER, alert=world.alert(AlertKind.MONITOR_LOST).id))
    world.do(ReportWatching(session=session("wall"), why_not=None))
    assert world.at_desk() == []


def test_a_prisoners_camera_that_is_switched_off_is_an_alert_until_it_is_on() -> None:
    world = watched()
    world.do(SetOwnMedia(session=session("host"), camera=False))
    assert world.at_desk() == [(AlertKind.CAMERA_OFF, pid("host"), 1)]
    world.do(SetOwnMedia(session=session("host"), camera=True))
    assert world.at_desk() == []


def test_a_concern_for_the_desk_stays_until_an_officer_closes_it() -> None:
    world = watched()
    concern = RaiseConcern(
        by=MONITOR,
        category=ConcernCategory.DISTRESS,
        incident="",
        note="Weeping",
        follow_up="",
        tells_desk=True,
    )
    world.do(concern)
    world.do(concern)
    assert world.at_desk() == [(AlertKind.CONCERN, None, 2)]
    world.do(CloseAlert(by=OFFICER, alert=world.alert(AlertKind.CONCERN).id))
    assert world.at_desk() == []


def test_the_quality_of_somebody_who_is_away_is_not_known() -> None:
    world = World()
    world.locked()
    world.do(NoteQuality(participant=pid("lawyer"), quality=Quality.BAD))
    world.lose("lawyer")
    assert world.at_desk() == []
    world.do(NoteQuality(participant=pid("nobody"), quality=Quality.BAD))
    assert world.at_desk() == []


def test_the_end_of_the_meeting_ends_its_alerts() -> None:
    world = knocked()
    world.wait(75 * 60)
    assert world.meeting.is_over
    assert world.at_desk() == []


# -- acknowledging and taking over ------------------------------------------------------------


def test_an_acknowledgement_is_the_officers_and_in_the_record() -> None:
    world = knocked()
    acknowledge(world)
    assert owner(world) == "A. Reed"
    (record,) = world.records()
    assert (record.what, record.actor) == ("alert_acknowledged", "officer:o1")
    assert record.personal == (("officer", "A. Reed"),)
    assert record.facts[0] == ("kind", "knock")


def test_only_the_first_acknowledgement_counts() -> None:
    world = knocked()
    acknowledge(world)
    with pytest.raises(AlreadyAcknowledged):
        acknowledge(world, by=SECOND_OFFICER)
    assert owner(world) == "A. Reed"


def test_an_officer_who_presses_acknowledge_twice_has_acknowledged_once() -> None:
    world = knocked()
    acknowledge(world)
    assert world.recorded() == ["alert_acknowledged"]
    world.wait(1)
    acknowledge(world)
    assert owner(world) == "A. Reed"
    assert world.recorded() == []


def test_another_officer_takes_over_after_a_minute_without_action() -> None:
    world = knocked()
    alert = world.alert(KNOCK).id
    with pytest.raises(AlertNotTaken):
        world.do(TakeOverAlert(by=SECOND_OFFICER, alert=alert))
    acknowledge(world)
    world.wait(59)
    with pytest.raises(TakeOverTooSoon):
        world.do(TakeOverAlert(by=SECOND_OFFICER, alert=alert))
    world.wait(1)
    with pytest.raises(AlreadyAcknowledged):
        world.do(TakeOverAlert(by=OFFICER, alert=alert))
    world.do(TakeOverAlert(by=SECOND_OFFICER, alert=alert))
    assert owner(world) == "B. Shaw"
    assert world.recorded() == ["alert_taken_over"]


def test_an_officer_who_acts_in_the_room_keeps_the_alert() -> None:
    world = knocked()
    acknowledge(world)
    world.wait(50)
    world.do(MessageRoom(by=OFFICER, text="Somebody will come"))
    world.wait(50)
    with pytest.raises(TakeOverTooSoon):
        world.do(TakeOverAlert(by=SECOND_OFFICER, alert=world.alert(KNOCK).id))
    world.do(MessageRoom(by=SECOND_OFFICER, text="Another voice"))
    world.wait(10)
    world.do(TakeOverAlert(by=SECOND_OFFICER, alert=world.alert(KNOCK).id))
    assert owner(world) == "B. Shaw"


def test_what_happens_again_rings_anew_when_its_owner_has_left_it_alone() -> None:
    world = World()
    world.consultation()
    world.do(CallStaff(session=session("host")))
    acknowledge(world, CALL)
    world.do(CallStaff(session=session("host")))
    assert owner(world, CALL) == "A. Reed"
    world.wait(60)
    world.do(CallStaff(session=session("host")))
    assert owner(world, CALL) is None
    assert world.alert(CALL).count == 3


def test_an_officer_closes_what_has_happened_but_not_what_stands() -> None:
    world = knocked()
    world.do(CallStaff(session=session("lawyer")))
    with pytest.raises(AlertStands):
        world.do(CloseAlert(by=OFFICER, alert=world.alert(KNOCK).id))
    call = world.alert(CALL).id
    world.do(CloseAlert(by=OFFICER, alert=call))
    assert world.recorded() == ["alert_closed"]
    assert world.at_desk() == [(KNOCK, pid("late"), 1)]
    with pytest.raises(NoSuchAlert):
        world.do(CloseAlert(by=OFFICER, alert=call))


# -- a restart of the server ------------------------------------------------------------------


def test_alerts_survive_a_restart_with_their_owners() -> None:
    world = World()
    world.consultation()
    world.do(CallStaff(session=session("host")))
    acknowledge(world, CALL)
    world.restart()
    assert owner(world, CALL) == "A. Reed"
    assert json.dumps(world.meeting.snapshot())


def test_a_knock_goes_on_unheard_when_its_page_is_back_after_a_restart() -> None:
    world = knocked()
    acknowledge(world)
    world.restart()
    assert world.at_desk() == [(KNOCK, pid("late"), 1)]
    world.join("late", invited=False, page="again")
    assert world.at_desk() == [(KNOCK, pid("late"), 1)]
    assert owner(world) == "A. Reed"


def test_a_knock_whose_page_does_not_come_back_after_a_restart_ends() -> None:
    world = knocked()
    world.restart()
    world.wait(59)
    assert len(world.at_desk()) == 1
    world.wait(1)
    assert world.at_desk() == []


def test_a_snapshot_from_before_there_were_alerts_is_read() -> None:
    world = knocked()
    snapshot = world.meeting.snapshot()
    for name in ("alerts", "alerts_made", "staged_at"):
        del snapshot[name]
    world.meeting = world.meeting.restore(snapshot, world.room, world.numbers, world.now)
    assert world.at_desk() == []
    world.join("late", invited=False, page="again")
    assert world.alert(KNOCK).id == 1


# -- the room's PIN entry, and words to a room ------------------------------------------------


def test_a_named_officer_opens_the_pin_entry_again() -> None:
    world = World()
    for host in range(7):
        world.join(f"host{host}", Role.HOST)
        for _ in range(3):
            world.pin(f"host{host}", right=False)
    world.join("host", Role.HOST)
    world.wait(100)
    world.do(ResetPin(by=OFFICER))
    assert world.records()[0].personal == (("officer", "A. Reed"),)
    assert world.recorded() == ["pin_entry_reset"]
    assert not world.prompt().is_closed
    assert world.prompt().deadline == world.now + 120
    world.pin()
    assert world.who() == {"host"}
    with pytest.raises(PinNotClosed):
        world.do(ResetPin(by=OFFICER))


def test_a_room_is_opened_from_the_desk_without_a_pin_and_with_all_confirmed() -> None:
    world = World(PolicyName.COMPASSIONATE)
    world.join("host", Role.HOST)
    view = world.meeting.desk_view()
    assert [terminal.id for terminal in view.terminals] == [pid("host")]
    world.do(Admit(by=OFFICER, participant=pid("host"), confirmed=frozenset(view.confirmations)))
    assert world.recorded() == ["opened", "admitted"]
    assert all(("officer", "A. Reed") in one.personal for one in world.records())


def test_words_of_the_desk_are_shown_to_those_inside_and_kept_beside_the_record() -> None:
    world = knocked()
    world.do(MessageRoom(by=OFFICER, text="Ms Shaw will come at ten"))
    assert (
        world.told("lawyer")
        == world.told("host")
        == [StaffMessage(text="Ms Shaw will come at ten")]
    )
    assert world.told("late") == []
    (record,) = world.records()
    assert record.personal == (("officer", "A. Reed"), ("message", "Ms Shaw will come at ten"))
    assert "Shaw" not in record.reason + repr(record.facts)
    with pytest.raises(MessageMissing):
        world.do(MessageRoom(by=OFFICER, text=" "))


# -- the desk's view --------------------------------------------------------------------------


def test_the_desk_sees_who_knocks_and_no_sealed_name() -> None:
    world = knocked()
    view = world.meeting.desk_view()
    (waiting,) = view.waiting
    assert (waiting.knock.name, waiting.is_knocking) == ("Late", True)
    assert view.needs_attestation
    assert "Verified" not in repr(view)
    assert [person.seat.persons[0].is_attested for person in view.people] == [False, True]


def test_the_desk_sees_since_when_a_stage_is_so() -> None:
    world = World()
    began = world.now
    world.join("lawyer")
    world.wait(60)
    assert world.meeting.desk_view().since == began
    world.host()
    assert world.meeting.desk_view().since == began + 60
    world.attest("lawyer")
    world.wait(5)
    world.do(Lock(by=OFFICER))
    assert world.meeting.desk_view().since == began + 65
    world.restart()
    assert world.meeting.desk_view().since == began + 65


def test_an_officer_removes_by_name() -> None:
    world = World()
    world.locked()
    world.do(
        Remove(by=Officer(id=OfficerId("o9"), name="C. Day"), participant=pid("lawyer"), reason="x")
    )
    assert world.records()[0].personal == (("officer", "C. Day"),)


def test_a_guest_and_a_host_who_knock_by_one_device_are_two_alerts() -> None:
    world = knocked()
    world.join("late", Role.HOST, page="terminal")
    world.pin("terminal")
    both = [(KNOCK, pid("late"), 1), (KNOCK, pid("terminal"), 1)]
    assert world.at_desk() == both
    world.do(Leave(session=session("late")))
    assert world.at_desk() == both, "one has left, the other still knocks"
    world.wait(10)
    assert world.at_desk() == both[1:]


def test_a_call_by_somebody_who_cannot_come_back_ends_with_the_restart() -> None:
    world = World(PolicyName.HEARING)
    world.join("lawyer")
    world.host()
    world.do(CallStaff(session=session("lawyer")))
    world.restart()
    assert world.at_desk() == []
