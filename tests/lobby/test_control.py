"""Lock, unlock, pause, resume."""

from dataclasses import replace

import pytest

from lobby.commands import AddPerson, ChangeRoom, Lock, Pause, Resume, Unlock
from lobby.effects import Bind, Gate
from lobby.errors import (
    AlreadyLocked,
    AlreadyPaused,
    AttestationMissing,
    NotHere,
    NotLocked,
    NotPaused,
    NotPermitted,
    TerminalNotEnrolled,
)
from lobby.events import (
    EndCode,
    MeetingLocked,
    MeetingPaused,
    MeetingResumed,
    MeetingUnlocked,
    SessionEnded,
)
from tests.lobby.world import OFFICER, World, person, pid, session
from vmr.policies import PolicyName
from vmr.roles import Role, Stage


def opened(policy: PolicyName = PolicyName.LEGAL) -> World:
    world = World(policy)
    world.join("lawyer")
    world.host()
    return world


def test_a_legal_room_is_locked_when_every_person_is_attested() -> None:
    world = opened()
    world.do(AddPerson(by=session("host"), participant=pid("lawyer"), name="Interpreter"))
    world.attest("lawyer")
    with pytest.raises(AttestationMissing):
        world.lock()
    assert world.inside("host").unattested == (person("lawyer", 2),)
    world.attest("lawyer", 2)
    world.lock()
    assert world.meeting.stage is Stage.LOCKED
    assert world.told("lawyer") == [MeetingLocked(by="host")]
    assert world.recorded() == ["locked"]


def test_the_officer_needs_no_attestation() -> None:
    world = World()
    world.host()
    world.lock()
    assert world.inside("host").was_locked


def test_other_rooms_are_locked_without_attestations() -> None:
    world = opened(PolicyName.HEARING)
    world.lock()
    assert world.meeting.stage is Stage.LOCKED


def test_unlocking_admits_nobody() -> None:
    world = World()
    world.locked()
    world.join("late")
    world.do(Unlock(by=OFFICER))
    assert world.told("lawyer") == [MeetingUnlocked(by="staff")]
    assert world.waiting("late").knocking
    world.join("later")
    assert world.waiting("later").knocking


def test_doing_what_is_already_so_is_a_plain_error() -> None:
    world = opened(PolicyName.HEARING)
    with pytest.raises(NotLocked):
        world.do(Unlock(by=session("host")))
    world.lock()
    with pytest.raises(AlreadyLocked):
        world.do(Lock(by=OFFICER))


def test_guests_and_people_outside_neither_lock_nor_unlock() -> None:
    world = opened()
    with pytest.raises(NotPermitted):
        world.do(Lock(by=session("lawyer")))
    with pytest.raises(NotHere):
        world.do(Lock(by=session("nobody")))


def test_while_paused_nothing_flows_and_everybody_is_told_why() -> None:
    world = opened()
    world.do(Pause(by=OFFICER, reason="a concern"))
    assert world.told("lawyer") == world.told("host") == [MeetingPaused(reason="a concern")]
    for name in ("host", "lawyer"):
        assert Bind(participant=pid(name), sources=()) in world.effects
        closed = Gate(participant=pid(name), microphone=False, camera=False, screen=False)
        assert closed in world.effects
        assert world.inside(name).presence.heard_by == ()
    assert world.recorded() == ["paused"]


def test_resuming_lets_everything_flow_again() -> None:
    world = opened()
    world.do(Pause(by=session("host"), reason="a concern"))
    world.do(Resume(by=session("host")))
    assert world.told("lawyer") == [MeetingResumed()]
    assert world.inside("lawyer").presence.heard_by == (pid("host"),)
    assert world.recorded() == ["resumed"]


def test_a_meeting_is_paused_once_and_resumed_once() -> None:
    world = opened()
    with pytest.raises(NotPaused):
        world.do(Resume(by=OFFICER))
    world.do(Pause(by=OFFICER, reason="a concern"))
    with pytest.raises(AlreadyPaused):
        world.do(Pause(by=OFFICER, reason="another"))


def test_while_paused_the_attested_still_come_back() -> None:
    world = World()
    world.locked()
    world.lose("lawyer")
    world.do(Pause(by=session("host"), reason="a concern"))
    world.join("lawyer", page="again")
    assert world.inside("again").presence.heard_by == ()


def test_a_meeting_that_waits_follows_a_change_of_its_room() -> None:
    world = World(PolicyName.LEGAL)
    world.join("lawyer")
    ends_at = world.now + 600
    world.do(ChangeRoom(room=replace(world.room, ends_at=ends_at)))
    world.host()
    assert world.inside("host").ends_at == ends_at


def test_a_room_closed_while_people_wait_lets_them_go() -> None:
    world = World(PolicyName.LEGAL)
    world.join("lawyer")
    world.do(ChangeRoom(room=replace(world.room, is_closed=True)))
    assert world.meeting.is_over
    assert world.told("lawyer") == [SessionEnded(code=EndCode.MEETING_ENDED, can_return=False)]


def test_who_waits_begins_anew_under_another_policy() -> None:
    world = World(PolicyName.LEGAL)
    world.join("lawyer")
    world.do(ChangeRoom(room=replace(world.room, policy=PolicyName.SOCIAL)))
    assert world.meeting.is_over, "nobody is inside on another declaration than they accepted"
    assert world.told("lawyer") == [SessionEnded(code=EndCode.ROOM_CHANGED, can_return=False)]


def test_a_meeting_that_runs_keeps_its_policy() -> None:
    world = opened()
    world.do(ChangeRoom(room=replace(world.room, policy=PolicyName.SOCIAL)))
    assert world.meeting.snapshot()["stage"] == "open"
    assert world.inside("host").room.policy == "legal"


def test_a_meeting_keeps_the_room_it_was_opened_in() -> None:
    world = opened()
    before = world.meeting.snapshot()
    world.do(ChangeRoom(room=replace(world.room, is_closed=True, ends_at=world.now + 1)))
    assert world.meeting.snapshot() == before


def test_where_hosts_may_join_from_holds_at_once_in_a_meeting_that_runs() -> None:
    world = opened()
    world.want_terminals()
    with pytest.raises(TerminalNotEnrolled):
        world.join("second", Role.HOST)
    world.join("terminal", Role.HOST, enrolled=True)
    world.pin("terminal", enrolled=True)
    assert world.inside("terminal")
    assert world.inside("host"), "who is inside stays"
    world.want_terminals(False)
    world.join("third", Role.HOST)
    assert world.recorded() == ["pin_asked"]
