"""The time a call may take."""

from dataclasses import replace

import pytest

from lobby.alerts import AlertKind
from lobby.commands import Extend, Pause
from lobby.errors import BadExtension, NoEndTime
from lobby.events import EndCode, SlotEnding, SlotExtended
from lobby.slot import end_of_call
from tests.lobby.world import OFFICER, START, World, make_room
from vmr.ids import BookingId
from vmr.policies import POLICIES, PolicyName
from vmr.roles import Stage
from vmr.rooms import Room, Slot

LEGAL, HEARING = POLICIES[PolicyName.LEGAL], POLICIES[PolicyName.HEARING]


def ending(ends_at: float | None, slot: Slot | None = None) -> Room:
    return replace(make_room(), ends_at=ends_at, slot=slot)


def test_a_call_ends_at_the_earlier_of_the_rooms_end_and_the_longest_call() -> None:
    assert end_of_call(LEGAL, ending(None), 100.0) == 100.0 + 75 * 60
    assert end_of_call(LEGAL, ending(200.0), 100.0) == 200.0
    assert end_of_call(LEGAL, ending(1e6), 100.0) == 100.0 + 75 * 60
    assert end_of_call(HEARING, ending(200.0), 100.0) == 200.0
    assert end_of_call(HEARING, ending(None), 100.0) is None


def test_a_call_in_a_slot_ends_with_it_however_early_the_room_was_opened() -> None:
    slot = Slot(booking=BookingId("b1"), starts_at=1_000.0, ends_at=5_500.0)
    assert end_of_call(LEGAL, ending(None, slot), 400.0) == 5_500.0
    assert end_of_call(LEGAL, ending(5_000.0, slot), 400.0) == 5_000.0


def test_everybody_inside_is_warned_and_the_server_ends_the_slot_on_time() -> None:
    world = World()
    world.locked()
    for wait, minutes in ((65 * 60, 10), (5 * 60, 5), (4 * 60, 1)):
        world.wait(wait)
        assert world.told("lawyer") == world.told("host") == [SlotEnding(minutes_left=minutes)]
        assert [alert.kind for alert in world.alerts()] == [AlertKind.SLOT_ENDING]
    world.wait(59)
    assert world.inside("lawyer")
    world.wait(1)
    assert world.meeting.stage is Stage.ENDED
    assert world.ended("lawyer").code is EndCode.SLOT_OVER
    assert [(h.what, h.actor) for h in world.records()] == [("ended", "server")]


def test_a_slot_that_begins_late_gives_only_the_warnings_ahead() -> None:
    world = World(room=replace(make_room(), ends_at=START + 7 * 60))
    world.host()
    world.wait(60)
    assert world.told("host") == []
    world.wait(60)
    assert world.told("host") == [SlotEnding(minutes_left=5)]


def test_of_warnings_that_come_late_together_the_most_urgent_is_given() -> None:
    world = World(room=replace(make_room(), ends_at=START + 30 * 60))
    world.host()
    world.now = START + 29.5 * 60
    world.wait(0)
    assert world.told("host") == [SlotEnding(minutes_left=1)]


def test_an_officer_extends_the_slot_and_warnings_come_again() -> None:
    world = World(room=replace(make_room(), ends_at=START + 20 * 60))
    world.host()
    world.wait(15 * 60)
    world.do(Extend(by=OFFICER, minutes=10))
    assert world.told("host") == [SlotExtended(minutes=10)]
    assert world.recorded() == ["extended"]
    assert world.inside("host").ends_at == START + 30 * 60
    world.wait(5 * 60)
    assert world.told("host") == [SlotEnding(minutes_left=10)]


def test_minutes_must_make_sense_and_there_must_be_an_end() -> None:
    world = World(PolicyName.HEARING)
    world.host()
    for minutes in (0, -5, 241):
        with pytest.raises(BadExtension):
            world.do(Extend(by=OFFICER, minutes=minutes))
    with pytest.raises(NoEndTime):
        world.do(Extend(by=OFFICER, minutes=5))


def test_while_paused_the_slot_clock_runs() -> None:
    world = World()
    world.host()
    world.do(Pause(by=OFFICER, reason="a concern"))
    world.wait(75 * 60)
    assert world.meeting.stage is Stage.ENDED
