"""A restart of the server: what a meeting keeps."""

import json
from pathlib import Path
from unittest.mock import ANY

import pytest

from lobby.commands import Leave, Pause, Refuse
from lobby.meeting import Meeting
from lobby.snapshot import READABLE, VERSION, NewerSnapshot
from tests.lobby.world import OFFICER, START, World, make_room, pid, session
from vmr.ids import BookingId
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
        "seats_kept": 2, "kept": "host:p-host,guest:p-lawyer", "waiting": "",
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


def test_who_waited_keeps_their_place_and_is_not_heard_again() -> None:
    world = World()
    for name in ("first", "second"):
        world.join(name, invited=False)
        world.wait(5)
    world.host()
    before = world.inside("host").knocks
    assert [one.id for one in before] == [pid("first"), pid("second")]
    world.wait(20)
    world.restart()
    assert world.is_gone("first")
    world.join("host", Role.HOST, page="terminal")
    (restarted,) = [one for one in world.records() if one.what == "server_restarted"]
    assert dict(restarted.facts)["waiting"] == "guest:p-first,guest:p-second"
    assert [one.page_gone for one in world.inside("terminal").knocks] == [True, True]
    for name in ("second", "first"):
        world.join(name, invited=False, page=f"{name} again")
        assert "knocked" not in world.recorded()
    assert world.inside("terminal").knocks == before
    world.admit("first", by="terminal")
    assert world.inside("first again").you == pid("first")


def test_who_waited_without_a_device_that_proves_itself_asks_anew() -> None:
    world = World()
    world.join("lawyer", device=None)
    world.restart()
    assert world.meeting.is_idle(world.now)


def test_a_place_that_nobody_comes_back_to_is_given_up() -> None:
    world = World()
    world.join("lawyer")
    world.restart()
    assert not world.meeting.is_idle(world.now)
    world.wait(60)
    assert world.meeting.is_idle(world.now)


def test_who_waited_for_another_slot_is_not_named_in_a_snapshot() -> None:
    world = World()
    world.join("lawyer", booking=BookingId("another"))
    assert world.meeting.snapshot()["waiting"] == []


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


@pytest.mark.parametrize("version", [0, VERSION + 1])
def test_a_snapshot_of_a_version_that_is_not_known_is_refused(version: int) -> None:
    snapshot = {**World().meeting.snapshot(), "version": version}
    with pytest.raises(NewerSnapshot, match="version"):
        Meeting.restore(snapshot, make_room(), World().numbers, START)


def test_a_snapshot_of_the_version_before_is_read() -> None:
    old = json.loads((Path(__file__).parent / "snapshot_1.json").read_text(encoding="utf-8"))
    assert old["version"] == 1
    meeting = Meeting.restore(old, make_room(), World().numbers, START + 60)
    assert meeting.stage is Stage.LOCKED
    new = meeting.snapshot()
    assert new["version"] == VERSION
    assert new == {**old, "version": VERSION, "waiting": [], "hostless_until": ANY, "alerts": ANY}


def test_every_version_that_is_read_is_this_one_or_the_one_before() -> None:
    assert READABLE == (VERSION, VERSION - 1)
