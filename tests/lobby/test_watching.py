"""Rooms that must be watched, and those who watch."""

from typing import get_args, get_type_hints

import pytest

from lobby.alerts import AlertKind
from lobby.commands import (
    Actor,
    AddPerson,
    Admit,
    AdmitExpected,
    AllowPresenting,
    Attest,
    Command,
    ConcernCategory,
    End,
    EndCheck,
    Lock,
    LowerHand,
    MuteOther,
    Pause,
    PictureProblem,
    RaiseConcern,
    Refuse,
    Remove,
    ReportPicture,
    Resume,
    SendBack,
    SetOwnMedia,
    Tick,
    Unlock,
    Unwatch,
    Watch,
)
from lobby.effects import BindTap, CloseMedia, OpenTap
from lobby.errors import AlreadyWatching, MonitorRequired, NotHere, NotPermitted, Paused
from lobby.events import MonitorBack, MonitorLost
from lobby.meeting import Meeting
from lobby.watching import FOLLOW_S
from tests.lobby.world import MONITOR, OFFICER, World, claim, pid, session
from vmr.numbers import Numbers
from vmr.policies import PolicyName
from vmr.roles import Role


def social() -> World:
    return World(PolicyName.SOCIAL, numbers=Numbers(social_unrecorded=True))


def call() -> World:
    """A family and an officer in a watched social room."""
    world = social()
    world.watch()
    world.host()
    world.join("mother")
    world.admit("mother")
    return world


def taps(world: World) -> list[BindTap]:
    return [effect for effect in world.effects if isinstance(effect, BindTap)]


def test_a_tile_alone_opens_no_social_room() -> None:
    world = social()
    world.watch(is_watching=False)
    world.join("host", Role.HOST)
    with pytest.raises(MonitorRequired):
        world.pin()
    world.judge(None)
    world.pin()
    assert world.inside("host").presence.monitors == 1


def test_when_the_last_monitor_is_lost_nothing_flows_and_everybody_is_told() -> None:
    world = call()
    world.judge("hidden")
    assert world.recorded() == ["not_watching", "paused_unwatched"]
    assert world.told("mother") == world.told("host") == [MonitorLost()]
    assert [alert.kind for alert in world.alerts()] == [AlertKind.MONITOR_LOST]
    assert world.inside("mother").is_unwatched
    assert world.inside("mother").presence.seen_by == ()
    assert world.inside("mother").presence.monitors == 1, "the tile still shows the room"


def test_the_room_goes_on_when_a_monitor_is_back() -> None:
    world = call()
    world.judge("silent")
    world.judge(None)
    assert world.recorded() == ["watching", "resumed_watched"]
    assert world.told("mother") == [MonitorBack()]
    assert not world.inside("mother").is_unwatched
    assert world.inside("mother").presence.heard_by == (pid("host"),)


def test_a_second_terminal_keeps_the_room_going() -> None:
    world = call()
    world.watch("other")
    world.judge("silent")
    assert world.recorded() == ["not_watching"]
    assert not world.inside("mother").is_unwatched


def test_a_pause_by_a_person_outlives_the_return_of_the_monitor() -> None:
    world = call()
    world.do(Pause(by=MONITOR, reason="a concern"))
    world.judge("hidden")
    world.judge(None)
    assert world.inside("mother").paused == "a concern"
    assert world.inside("mother").presence.heard_by == ()
    world.do(Resume(by=OFFICER))
    assert world.inside("mother").presence.heard_by == (pid("host"),)


def test_resuming_without_a_monitor_lets_nothing_flow() -> None:
    world = call()
    world.do(Pause(by=OFFICER, reason="a concern"))
    world.judge("hidden")
    world.do(Resume(by=OFFICER))
    assert world.inside("mother").is_unwatched
    assert world.inside("mother").presence.seen_by == ()


def test_nobody_is_admitted_to_a_room_nobody_watches() -> None:
    world = call()
    world.judge("hidden")
    world.join("father")
    with pytest.raises(Paused):
        world.admit("father")


def test_a_legal_room_goes_on_unwatched() -> None:
    world = World()
    world.watch()
    world.locked()
    world.judge("silent")
    assert world.recorded() == ["not_watching"]
    assert world.inside("lawyer").presence.heard_by == (pid("host"),)


def test_a_closed_tile_closes_the_tap_and_is_recorded_by_name() -> None:
    world = call()
    world.do(Unwatch(session=session("monitor"), reason="closed"))
    assert CloseMedia(participant=pid("monitor")) in world.effects
    first = world.records()[0]
    assert (first.what, first.actor, first.reason) == ("watch_ended", "officer:o2", "closed")
    assert first.personal == (("officer", "M. Hale"),)
    assert world.inside("mother").is_unwatched
    assert world.inside("mother").presence.monitors == 0


def test_a_tap_is_opened_with_nothing_and_shown_who_comes() -> None:
    world = social()
    world.watch()
    assert OpenTap(session=session("monitor"), participant=pid("monitor")) in world.do(
        Watch(session=session("m2"), participant=pid("monitor2"), officer=MONITOR)
    ) or not taps(world)
    world.host()
    assert {picture.participant for bind in taps(world) for picture in bind.pictures} == {
        pid("host")
    }


def test_the_end_closes_every_tap() -> None:
    world = call()
    world.do(End(by=MONITOR, reason="a threat"))
    assert CloseMedia(participant=pid("monitor")) in world.effects
    assert world.records()[0].actor == "officer:o2"


def test_one_terminal_shows_a_room_once() -> None:
    world = call()
    with pytest.raises(AlreadyWatching):
        world.watch()
    with pytest.raises(NotHere):
        world.do(Unwatch(session=session("nobody"), reason="closed"))


def test_the_desk_cannot_watch_and_a_monitor_cannot_lock() -> None:
    world = call()
    with pytest.raises(NotPermitted):
        world.do(Watch(session=session("desk"), participant=pid("desk"), officer=OFFICER))
    with pytest.raises(NotPermitted):
        world.do(Lock(by=MONITOR))


def test_a_concern_is_recorded_with_its_note_beside_the_chain() -> None:
    world = call()
    concern = RaiseConcern(
        by=MONITOR,
        category=ConcernCategory.DISTRESS,
        incident="2026/117",
        note="The child cries",
        follow_up="Call the wing",
        tells_desk=True,
    )
    world.do(concern)
    (record,) = world.records()
    assert record.facts == (("category", "distress"), ("incident", "2026/117"))
    assert ("note", "The child cries") in record.personal
    assert [alert.kind for alert in world.alerts()] == [AlertKind.CONCERN]


def test_a_prisoners_camera_switched_off_in_a_watched_room_is_told_to_the_desk() -> None:
    world = call()
    for name, count in (("mother", 0), ("host", 1), ("host", 0)):
        world.do(SetOwnMedia(session=session(name), camera=False))
        assert len(world.alerts()) == count


def look(world: World, who: str, problem: PictureProblem | None, by: str = "monitor") -> None:
    world.do(ReportPicture(session=session(by), participant=pid(who), problem=problem))


def pictures_at_desk(world: World) -> list[AlertKind]:
    return [kind for kind, _, _ in world.at_desk() if kind.value.startswith("picture_")]


def test_a_picture_that_is_amiss_is_an_alert_until_it_is_well() -> None:
    world = call()
    look(world, "host", PictureProblem.COVERED)
    assert world.recorded() == ["picture_covered"]
    assert pictures_at_desk(world) == [AlertKind.PICTURE_COVERED]
    look(world, "host", PictureProblem.COVERED)
    assert world.recorded() == [], "the same is told once"
    look(world, "host", PictureProblem.FROZEN)
    assert pictures_at_desk(world) == [AlertKind.PICTURE_FROZEN]
    look(world, "host", None)
    assert world.recorded() == ["picture_well"]
    assert pictures_at_desk(world) == []


def test_nothing_is_amiss_with_a_picture_that_nobody_sends_or_looks_at() -> None:
    world = call()
    look(world, "host", PictureProblem.MISSING)
    world.do(SetOwnMedia(session=session("host"), camera=False))
    assert pictures_at_desk(world) == []
    look(world, "mother", PictureProblem.FROZEN)
    world.judge("hidden")
    assert pictures_at_desk(world) == [], "a paused room sends none"


def test_only_a_terminal_that_has_the_room_can_say_so_and_only_of_who_is_inside() -> None:
    world = call()
    look(world, "host", PictureProblem.COVERED, by="somebody")
    look(world, "nobody", PictureProblem.COVERED)
    assert pictures_at_desk(world) == []


def test_who_is_on_camera_is_told_with_who_sits_at_a_terminal() -> None:
    world = call()
    assert world.meeting.on_camera() == {pid("host"): True, pid("mother"): False}
    world.do(SetOwnMedia(session=session("mother"), camera=False))
    assert world.meeting.on_camera() == {pid("host"): True}
    assert world.meeting.is_watching(session("monitor")) is True
    assert world.meeting.is_watching(session("host")) is None
    world.judge("hidden")
    assert world.meeting.on_camera() == {}
    assert world.meeting.is_watching(session("monitor")) is False


def test_after_a_restart_a_social_room_waits_for_its_monitor() -> None:
    world = call()
    world.attest("mother")
    world.restart()
    world.wait(1)
    world.join("mother")
    assert world.inside("mother").is_unwatched
    assert world.inside("mother").presence.monitors == 0
    world.watch("back")
    assert not world.inside("mother").is_unwatched


# -- a planned move ---------------------------------------------------------------------------


def moved(watched_s_ago: float = 0.0) -> World:
    """A watched call that another server goes on with."""
    world = call()
    world.attest("mother")
    world.move(world.now - watched_s_ago)
    world.do(Tick())
    return world


def test_a_moved_room_goes_on_until_its_wall_has_followed() -> None:
    world = moved()
    assert world.recorded() == ["moved_to_another_server"]
    world.wait(FOLLOW_S - 0.1)
    world.join("mother")
    view = world.inside("mother")
    assert (view.is_unwatched, view.presence.monitors) == (False, 1)
    world.watch()
    assert world.inside("mother").presence.monitors == 1
    assert world.wait(FOLLOW_S) == []
    assert "paused_unwatched" not in world.recorded()
    assert not world.inside("mother").is_unwatched


@pytest.mark.parametrize("watched_s_ago", [0.0, 1.0, 2.9])
def test_a_moved_room_pauses_5_s_after_it_was_last_watched(watched_s_ago: float) -> None:
    world = moved(watched_s_ago)
    world.join("mother")
    due = world.meeting.next_deadline()
    assert due == pytest.approx(world.now + 5 - watched_s_ago)
    world.wait(5 - watched_s_ago - 0.1)
    assert not world.inside("mother").is_unwatched
    world.wait(0.2)
    assert world.inside("mother").is_unwatched
    assert world.inside("mother").presence.monitors == 0


def test_a_monitor_lost_after_it_followed_is_lost_at_once() -> None:
    world = moved()
    world.join("mother")
    world.watch()
    world.judge("hidden")
    assert world.inside("mother").is_unwatched


@pytest.mark.parametrize("ahead_s", [-3600.0, 3600.0])
def test_a_server_with_another_clock_waits_5_s_at_most(ahead_s: float) -> None:
    """`ahead_s`: how far its clock is ahead of that of the server before."""
    world = moved(watched_s_ago=ahead_s)
    world.wait(FOLLOW_S)
    world.do(Tick())
    world.join("mother")
    assert world.inside("mother").is_unwatched


def test_nobody_follows_to_a_room_that_nobody_watched_before_the_move() -> None:
    world = call()
    world.attest("mother")
    world.judge("hidden")
    world.move(None)
    world.join("mother")
    assert world.inside("mother").is_unwatched
    assert world.inside("mother").presence.monitors == 0


def test_a_second_move_makes_the_time_no_longer() -> None:
    world = moved()
    world.wait(1)
    world.move(None)
    world.join("mother")
    assert world.inside("mother").is_unwatched


def test_a_server_that_is_lost_after_a_move_leaves_nobody_who_follows() -> None:
    world = moved()
    world.restart()
    world.do(Tick())
    world.join("mother")
    assert world.inside("mother").is_unwatched


def test_who_follows_resumes_no_call_that_was_paused_unwatched() -> None:
    world = call()
    world.attest("mother")
    world.watch("second")
    world.judge("hidden")
    world.judge("hidden", name="second")
    left = world.meeting.snapshot_to_move(world.now)
    left["moved"]["watching"] = [MONITOR.id]
    world.meeting = Meeting.restore(left, world.room, world.numbers, world.now)
    world.join("mother")
    assert world.inside("mother").is_unwatched


def test_who_follows_opens_no_room() -> None:
    world = social()
    world.watch()
    world.move(world.now)
    with pytest.raises(MonitorRequired):
        world.host()


def test_a_watched_meeting_nobody_opened_is_not_dropped() -> None:
    world = social()
    assert world.meeting.is_idle(world.now)
    world.watch()
    assert not world.meeting.is_idle(world.now)


# -- a monitor's row --------------------------------------------------------------------------

MOTHER = pid("mother")
NOT_A_MONITORS: list[Command] = [
    Admit(by=MONITOR, participant=MOTHER),
    AdmitExpected(by=MONITOR),
    AddPerson(by=MONITOR, participant=MOTHER, name="A"),
    Refuse(by=MONITOR, participant=MOTHER, reason="no"),
    EndCheck(by=MONITOR, participant=MOTHER),
    Attest(by=MONITOR, participant=MOTHER, claim=claim("mother")),
    SendBack(by=MONITOR, participant=MOTHER, reason="no"),
    Remove(by=MONITOR, participant=MOTHER, reason="no"),
    MuteOther(by=MONITOR, participant=MOTHER),
    LowerHand(by=MONITOR, participant=MOTHER),
    AllowPresenting(by=MONITOR, is_allowed=False),
    Lock(by=MONITOR),
    Unlock(by=MONITOR),
]


@pytest.mark.parametrize("command", NOT_A_MONITORS, ids=lambda c: type(c).__name__)
def test_a_monitor_is_refused_what_is_a_hosts_or_the_desks(command: Command) -> None:
    world = call()
    before = world.meeting.snapshot()
    with pytest.raises(NotPermitted):
        world.do(command)
    assert world.meeting.snapshot() == before


def test_every_command_an_actor_can_send_is_a_monitors_or_refused_to_it() -> None:
    """Whatever is added later must say which of the two it is."""
    of_actors = {kind for kind in get_args(Command) if get_type_hints(kind).get("by") == Actor}
    assert {type(command) for command in NOT_A_MONITORS} == of_actors - {Pause, Resume, End}
