"""The soak finds what is left over, and a short one of the real server leaves nothing."""

import asyncio
import socket
from dataclasses import replace

import pytest

from signalling.sessions import Sessions
from tests.soak.census import CONNECTIONS, census, left_over
from tests.soak.soak import SCENES_MIN, Kept, Outcome, faults, soak


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
    assert left_over({"file database": 2}, {"file database": CONNECTIONS}) == {}
    over = {"file database": CONNECTIONS + 1}
    assert left_over({"file database": CONNECTIONS}, over) == {"file database": 1}


async def test_a_connection_to_a_service_is_told_from_other_sockets() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        before = census({port: "registry"})
        with socket.create_connection(("127.0.0.1", port)), server.accept()[0]:
            after = census({port: "registry"})
    assert after["file registry"] == before["file registry"] + 1
    assert after["file socket"] == before["file socket"] + 1, "the other end"


def test_memory_that_grows_with_each_scene_is_a_fault() -> None:
    def of(sizes: list[float]) -> Outcome:
        kept = Kept(rss_mb=sizes, worker_rss_mb=[1.0], left={}, counters={})
        return Outcome(scenes=SCENES_MIN, moves=0, servers={"server": kept})

    assert faults(of([100.0 + at for at in range(11)])) == ["memory grew by 22.5 kB a scene"]
    assert faults(of([100.0] * 9)) == []


def test_a_fault_of_several_servers_names_the_one() -> None:
    well = Kept(rss_mb=[100.0] * 9, worker_rss_mb=[1.0], left={}, counters={})
    ill = replace(well, left={"task lease": 1}, counters={"internal_errors": 2})
    outcome = Outcome(scenes=10, moves=1, servers={"one": well, "two": ill})
    assert faults(outcome) == ["two: left over: 1 more of task lease", "two: 2 internal_errors"]


@pytest.mark.timeout(400)
async def test_nothing_is_left_of_people_who_have_gone_nor_where_meetings_were_moved() -> None:
    outcome = await soak(seconds=0.0, rooms=4, seed=1, nodes=2, rounds_min=1)
    assert outcome.scenes == 7
    assert outcome.moves >= 2, "each of two meetings was moved once at least"
    assert faults(outcome) == []
