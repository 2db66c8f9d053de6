"""A restart of the server: what a meeting keeps."""

import json

import pytest

from lobby.commands import Leave, Pause, Refuse
from lobby.meeting import Meeting
from tests.lobby.world import OFFICER, START, World, make_room, pid, session
from vmr.policies import PolicyName
from vmr.roles import Role, Stage


def test_locked_stays_locked_and_the_attested_come_back_without_knocking() -> None:
    world = World()
    world.consultation()
    world.restart()
    assert world.meeting.stage is Stage.LOCKED
    world.join("lawyer", page="again")
    assert world.inside("again").you == pid("lawyer")
    assert world.recorded() == ["server_restarted", "returned"]
    assert dict(world.records()[0].facts) == {
        "seats_kept": 2, "kept": "host:p-host,guest:p-lawyer",
    }  # fmt: skip
    world.join("host", Role.HOST, page="terminal")
    assert world.inside("terminal").is_handed_over


def test_everybody_else_knocks() -> None:
    world = World(PolicyName.HEARING)
    world.join("lawyer")
    world.host()
    world.lock()
    world.restart()
    world.join("lawyer", page="again")
    assert world.waiting("again").knocking


def test_who_waited_joins_again() -> None:
    world = World()
    world.join("lawyer")
    world.restart()
    assert world.is_gone("lawyer")
    assert world.meeting.is_idle(world.now)


def test_seats_are_kept_for_five_minutes_from_the_restart() -> None:
    world = World()
    world.locked()
    world.now += 1000
    world.restart()
    world.wait(299)
    assert len(world.meeting.snapshot()["seats"]) == 2
    world.wait(1)
    assert world.meeting.is_over


def test_a_deadline_without_a_host_that_ran_before_runs_on() -> None:
    world = World()
    world.locked()
    world.do(Leave(session=session("host")))
    world.now += 30
    world.restart()
    world.wait(29)
    assert not world.meeting.is_over
    world.wait(1)
    assert world.meeting.is_over


def test_what_was_counted_and_voided_stays_so() -> None:
    world = World()
    world.consultation()
    world.pin(right=False)
    world.join("late")
    world.do(Refuse(by=OFFICER, participant=pid("late"), reason="no"))
    world.do(Pause(by=OFFICER, reason="a concern"))
    before = json.loads(json.dumps(world.meeting.snapshot()))
    world.restart()
    after = world.meeting.snapshot()
    assert {**before, "hostless_until": None} == {**after, "hostless_until": None}
    assert after["voided_devices"] == ["d-late"]
    assert after["voided_invites"] == ["i-late"]
    assert len(after["pins"]["wrong_at"]) == 1
    assert after["seats"][0]["wrong_pins"] == 1


def test_a_policy_is_fixed_for_a_meeting_once_it_has_started() -> None:
    world = World()
    world.locked()
    changed = make_room(PolicyName.HEARING)
    meeting = Meeting.restore(world.meeting.snapshot(), changed, world.numbers, world.now)
    assert meeting.snapshot()["policy"] == "legal"


def test_a_snapshot_of_another_version_is_refused() -> None:
    snapshot = {**World().meeting.snapshot(), "version": 0}
    with pytest.raises(ValueError, match="version"):
        Meeting.restore(snapshot, make_room(), World().numbers, START)
