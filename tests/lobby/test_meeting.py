"""The Meeting as a whole: dispatch, replies, copies, and the consultation from start to end."""

from typing import get_args

import pytest

from lobby.commands import (
    Command,
    HandOver,
    Leave,
    Lock,
    MuteOther,
    Officer,
    Pause,
    Refuse,
    SetOwnMedia,
    SocketLost,
    Tick,
    Unlock,
)
from lobby.effects import Disconnect, OpenMedia, Reply, Send
from lobby.errors import MeetingError, MeetingOver, NotPermitted
from lobby.events import SessionEnded
from lobby.meeting import HANDLERS
from tests.lobby.world import OFFICER, World, pid, session
from vmr.policies import PolicyName
from vmr.roles import Role, Stage


def test_every_command_has_a_handler() -> None:
    assert set(HANDLERS) == set(get_args(Command))


def test_a_legal_consultation_from_start_to_end() -> None:
    world = World()
    world.join("lawyer")
    world.join("interpreter")
    world.join("stranger", invited=False)
    world.join("host", Role.HOST)
    world.pin(right=False)
    world.pin()
    assert world.who() == {"host", "lawyer", "interpreter"}
    world.admit("stranger")
    for name in ("lawyer", "interpreter", "stranger"):
        world.attest(name)
    world.lock()
    world.hand_over()
    with pytest.raises(NotPermitted):
        world.do(Unlock(by=session("host")))
    world.join("late", invited=False)
    world.pin()
    world.do(Refuse(by=session("host"), participant=pid("late"), reason="not expected"))
    world.do(HandOver(session=session("host")))
    world.lose("lawyer")
    world.join("lawyer", page="lawyer2")
    assert world.who("lawyer2") == {"host", "lawyer", "interpreter", "stranger"}
    world.do(Leave(session=session("lawyer2")))
    world.do(Leave(session=session("host")))
    world.wait(60)
    assert world.meeting.stage is Stage.ENDED


def test_a_refused_command_changes_nothing() -> None:
    world = World()
    world.host()
    before = world.meeting._state.copy()
    with pytest.raises(MeetingError):
        world.do(HandOver(session=session("host")))
    assert world.meeting._state == before


def test_a_copy_goes_its_own_way() -> None:
    world = World()
    world.locked()
    before = world.meeting.copy()
    world.do(Pause(by=OFFICER, reason="a concern"))
    world.join("late")
    world.do(SetOwnMedia(session=session("lawyer"), microphone=False))
    assert before.snapshot()["paused"] is None
    assert before.view(session("late")) is None
    assert before.snapshot()["seats"][1]["microphone"]


def test_what_went_wrong_at_the_disk_can_be_taken_back_and_done_again() -> None:
    """The mailbox puts a copy back when a commit fails: the next effects are whole again."""
    world = World()
    world.host()
    before = world.meeting.copy()
    world.join("lawyer")
    first = [effect for effect in world.effects if isinstance(effect, OpenMedia)]
    world.meeting = before
    world.join("lawyer")
    assert [effect for effect in world.effects if isinstance(effect, OpenMedia)] == first


def test_a_command_is_answered_once_to_who_asked() -> None:
    world = World()
    world.host()
    assert world.reply() == Reply(session=session("host"))
    world.do(Lock(by=OFFICER))
    assert world.reply() == Reply(session=None)


def test_what_nobody_awaits_gets_no_reply() -> None:
    world = World()
    world.locked()
    for command in (Tick(), SocketLost(session=session("lawyer"))):
        assert not any(isinstance(effect, Reply) for effect in world.do(command))


def test_a_page_is_told_why_before_it_is_disconnected() -> None:
    world = World()
    world.locked()
    world.do(Leave(session=session("lawyer")))
    told = next(
        index
        for index, effect in enumerate(world.effects)
        if isinstance(effect, Send) and isinstance(effect.message, SessionEnded)
    )
    assert told < world.effects.index(Disconnect(session=session("lawyer")))


def test_a_command_that_comes_after_the_slots_end_finds_the_meeting_over() -> None:
    world = World()
    world.host()
    world.now += 75 * 60
    with pytest.raises(MeetingOver):
        world.do(Lock(by=session("host")))
    assert not world.meeting.is_over
    world.do(Tick())
    assert world.meeting.is_over


def test_the_participant_of_a_session_is_known_only_inside() -> None:
    world = World()
    world.join("lawyer")
    assert world.meeting.participant(session("lawyer")) is None
    world.host()
    assert world.meeting.participant(session("lawyer")) == pid("lawyer")


def test_a_meeting_is_idle_when_nobody_is_there_and_nothing_counts() -> None:
    world = World()
    assert world.meeting.is_idle(world.now)
    world.join("host", Role.HOST)
    assert not world.meeting.is_idle(world.now)
    world.pin(right=False)
    world.do(Leave(session=session("host")))
    assert not world.meeting.is_idle(world.now)
    assert world.meeting.next_deadline() == world.now + 600
    world.wait(600)
    assert world.meeting.is_idle(world.now)
    assert world.meeting.next_deadline() is None
    opened = World(PolicyName.HEARING)
    opened.host()
    assert not opened.meeting.is_idle(opened.now)


def test_an_officers_name_is_personal_and_never_the_actor() -> None:
    world = World()
    world.locked()
    by = Officer(id=OFFICER.id, name="A. Reed")
    world.do(MuteOther(by=by, participant=pid("lawyer")))
    (happening,) = world.records()
    assert happening.actor == "officer:o1"
    assert happening.personal == (("officer", "A. Reed"),)


def test_the_meeting_knows_its_id() -> None:
    assert World().meeting.id == "m1"
