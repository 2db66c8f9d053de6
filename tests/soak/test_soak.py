"""The soak finds what is left over, and a short one of the real server leaves nothing."""

import asyncio

import pytest

from signalling.sessions import Sessions
from tests.soak.census import CONNECTIONS, census, left_over
from tests.soak.soak import SCENES_MIN, Outcome, faults, soak


async def test_an_entry_a_task_and_a_timer_that_stay_are_left_over() -> None:
    sessions = Sessions(limit=10)
    before = census()
    sessions.open(0.0)
    task = asyncio.create_task(asyncio.sleep(60.0), name="forgotten 17")
    await asyncio.sleep(0)
    left = left_over(before, census())
    task.cancel()
    assert left["entries signalling.sessions.Sessions._sessions"] == 1
    assert left["class signalling.sessions.Session"] == 1
    assert left["task forgotten"] == 1
    assert left["timers"] == 1


async def test_what_is_gone_again_is_not() -> None:
    sessions = Sessions(limit=10)
    before = census()
    sessions.open(0.0)
    sessions.sweep(1e9)
    assert left_over(before, census()) == {}


def test_connections_of_the_store_are_opened_as_they_are_needed_up_to_so_many() -> None:
    file = "file /srv/vmr.db-wal"
    assert left_over({file: 2}, {file: CONNECTIONS}) == {}
    assert left_over({file: 2}, {file: CONNECTIONS + 1}) == {file: CONNECTIONS - 1}
    assert left_over({}, {"file /srv/other": 1}) == {"file /srv/other": 1}


def test_memory_that_grows_with_each_scene_is_a_fault() -> None:
    sizes = [100.0 + at for at in range(11)]
    grown = Outcome(scenes=SCENES_MIN, rss_mb=sizes, worker_rss_mb=[1.0], left={}, counters={})
    assert faults(grown) == ["memory grew by 22.5 kB a scene"]
    flat = Outcome(scenes=SCENES_MIN, rss_mb=[100.0] * 9, worker_rss_mb=[1.0], left={}, counters={})
    assert faults(flat) == []


@pytest.mark.timeout(400)
async def test_when_everybody_has_gone_nothing_is_left_of_them() -> None:
    outcome = await soak(seconds=0.0, rooms=4, seed=1, rounds_min=1)
    assert outcome.scenes == 6
    assert faults(outcome) == []
