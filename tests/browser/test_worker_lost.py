"""A media worker is killed in a locked meeting: pictures are back, and nothing else has moved."""

import asyncio
import os
import re
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Invite, World
from tests.browser.eventually import eventually
from tests.browser.monitor import MonitorPage
from tests.browser.network import UdpRelay
from tests.browser.person import Person
from tests.browser.rooms import make_room
from tests.browser.server_process import ServerProcess
from tests.browser.steps import all_see_and_hear, hand_over, locked_meeting

BACK_S = 3.0
WALL_ROOM = "Visits"
# Resolves with the wall clock when a peer connection made from now on has decoded a picture.
WATCH = """() => {
  const old = vmrTest.peers.length;
  const decodes = async () => {
    for (const peer of vmrTest.peers.slice(old)) {
      if (peer.connectionState === "closed") continue;
      for (const stat of (await peer.getStats()).values()) {
        if (stat.type === "inbound-rtp" && stat.kind === "video" && stat.framesDecoded) return true;
      }
    }
    return false;
  };
  window.vmrBack = (async () => {
    while (!(await decodes())) await new Promise((done) => setTimeout(done, 20));
    return Date.now();
  })();
}"""


async def _seats(person: Person) -> list[tuple[Any, ...]]:
    """Who is inside, as this page shows it."""
    tiles = await person.page.evaluate(
        """() => [...document.querySelectorAll('[data-participant][data-kind]')]
            .map(tile => [tile.dataset.participant, tile.dataset.kind, tile.dataset.self])"""
    )
    return sorted(map(tuple, tiles))


def _worker_pid(server: ServerProcess) -> int:
    """The process that carries the first room."""
    (found, *_) = re.findall(r"a media worker runs number=1 process=(\d+)", server.log_text())
    return int(found)


async def _kill_worker(world: World, *people: Person) -> list[float]:
    """Seconds from `kill -9` to each person's first new picture."""
    for person in people:
        await person.page.evaluate(WATCH)
    os.kill(_worker_pid(world.server), signal.SIGKILL)
    killed_at = time.time()
    return [
        float(await asyncio.wait_for(person.page.evaluate("vmrBack"), 30)) / 1000 - killed_at
        for person in people
    ]


@pytest.mark.parametrize("workers", [1, 2])
async def test_a_killed_media_worker_costs_a_locked_meeting_three_seconds_of_picture(
    people: Invite, tmp_path: Path, workers: int
) -> None:
    server = ServerProcess(tmp_path, {"VMR_MEDIA_WORKERS": str(workers)})
    world = World(server=server, relay=UdpRelay(("127.0.0.1", server.media_port)))
    await server.start()
    try:
        room = await make_room(server.database, "legal", "Worker")

        async def here(name: str, face: int) -> Person:
            return await people(name, face, world=world)

        guest, officer = await locked_meeting(room, here)
        await all_see_and_hear(guest, officer)
        await hand_over(officer)
        seats = [await _seats(guest), await _seats(officer)]
        back_s = await _kill_worker(world, guest, officer)
        print(f"\n{workers} workers: pictures back after {back_s[0]:.2f} and {back_s[1]:.2f} s")
        await all_see_and_hear(guest, officer)
        assert [await _seats(guest), await _seats(officer)] == seats
        await _nothing_else_moved(world, guest, officer)
        await guest.page.close()
        await officer.page.close()
        assert max(back_s) < BACK_S
    finally:
        await server.stop()
    assert "Traceback" not in server.log_text()


async def _nothing_else_moved(world: World, *people: Person) -> None:
    for person in people:
        await person.stage("locked")
        assert (await person.views())[-1] == "meeting"
        for event in ("knock.received", "participant.left", "session.ended", "meeting.unlocked"):
            assert not await person.was_told(f'"{event}"'), (person.name, event)

    async def is_whole() -> bool:
        health = await world.server.health()
        counters = health["counters"]
        told = (health["endpoints"], health["transports"], counters["worker_deaths"])
        return told == (2, 2, 1) and counters["worker_restarts"] == 1

    await eventually("two transports, and the worker was started again", is_whole)


async def test_the_wall_shows_its_rooms_again_by_itself_and_still_no_sound_leaves_for_it(
    people: Invite, tmp_path: Path
) -> None:
    server = ServerProcess(tmp_path, {"VMR_MEDIA_WORKERS": "2", "VMR_SOCIAL_UNRECORDED": "true"})
    world = World(server=server, relay=UdpRelay(("127.0.0.1", server.media_port)))
    await server.start()
    try:
        room = await make_room(server.database, "social", WALL_ROOM)
        hale = await people("M. Hale", 1, world=world)
        url = f"http://127.0.0.1:{hale.proxy.port}"
        monitor = await MonitorPage.add(world, room.address, hale.page, url, hale.name)
        await monitor.sign_in()
        await monitor.watch(WALL_ROOM)
        await monitor.is_watching(WALL_ROOM)
        officer = await people("Officer", 4, world=world)
        await officer.open(room.host_path)
        await officer.start()
        await officer.enter_pin(room.pin)
        await officer.in_view("meeting")
        await monitor.shows(WALL_ROOM)
        connections = await hale.peer_connections()

        (back_s,) = await _kill_worker(world, hale)
        print(f"\nthe wall's picture was back after {back_s:.2f} s")
        await monitor.is_watching(WALL_ROOM)
        await monitor.shows(WALL_ROOM)
        assert await hale.peer_connections() > connections
        assert (await hale.views())[-1] == "wall"

        sound = (await server.health())["counters"]["packets_in_audio"]

        async def speaks() -> bool:
            counters = (await server.health())["counters"]
            assert counters["out_packets_audio_tap"] == 0
            assert counters["worker_deaths"] == 1
            return bool(counters["packets_in_audio"] > sound + 50)

        await eventually("the officer's sound comes to the new worker", speaks)
        await officer.page.close()
        await hale.page.close()
        assert back_s < BACK_S
    finally:
        await server.stop()
    assert "Traceback" not in server.log_text()
