"""`kill -9` between decision and effect, and a disk that is full: nothing told is unrecorded."""

import asyncio
import resource
import subprocess
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.signalling.client import Client, Refused
from tests.signalling.house import PIN
from vmr.ids import MeetingId
from vmr.store import LiveMeeting, Store

ROOT = Path(__file__).parents[2]


class Dying:
    """The server of `killed_server`, on a database under `folder`, and pages on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "engine.log"
        self.database = f"sqlite:///{folder}/vmr.db"
        self._process: subprocess.Popen[str] | None = None
        self._clients: list[Client] = []
        self.url = self.room = ""

    async def start(self, when: str = "never", what: str = "") -> None:
        self._process = spawn(self.database, str(self.log), when, what)
        assert self._process.stdout is not None
        line = await asyncio.to_thread(self._process.stdout.readline)
        self.url, self.room = line.split()

    async def client(self) -> Client:
        client = await Client(self.url).connect()
        self._clients.append(client)
        return client

    async def host(self) -> Client:
        host = await self.client()
        await host.join(self.room, "Officer", role="host")
        await host.request("host.enter_pin", pin=PIN, confirmed=[])
        await host.wait_place("inside")
        return host

    async def guest(self) -> Client:
        guest = await self.client()
        await guest.join(self.room, "Ann")
        return guest

    async def wait_for_death(self) -> None:
        assert self._process is not None
        code = await asyncio.to_thread(self._process.wait, 20)
        assert code == -9

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def close(self) -> None:
        for client in self._clients:
            await client.close()
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    async def record(self) -> tuple[LiveMeeting, list[str]]:
        """The live meeting as its last commit left it, and what its record says, proven."""
        store = await Store.open(self.database)
        (live,) = await store.live_meetings()
        await store.verify(live.meeting)
        whats = [kept.entry.what for kept in await store.record(MeetingId(live.meeting))]
        await store.close()
        return live, whats

    def is_granted_media(self, client: Client) -> bool:
        return client.participant in self.log.read_text()


def spawn(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.signalling.killed_server", *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@asynccontextmanager
async def dying(folder: Path) -> AsyncIterator[Dying]:
    server = Dying(folder)
    try:
        yield server
    finally:
        await server.close()


async def dies(server: Dying, asking: Coroutine[Any, Any, object]) -> None:
    """Ask for what kills it; no answer ever comes."""
    asked = asyncio.create_task(asking)
    await server.wait_for_death()
    done, _ = await asyncio.wait([asked], timeout=0.2)
    if done:
        assert asked.exception() is not None
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)


@pytest.mark.parametrize(("when", "is_recorded"), [("before", False), ("after", True)])
async def test_a_server_killed_around_an_admission_has_told_nobody_of_it(
    tmp_path: Path, when: str, is_recorded: bool
) -> None:
    async with dying(tmp_path) as server:
        await server.start(when, "admitted")
        host, guest = await server.host(), await server.guest()
        await dies(server, host.request("knock.admit", participant=guest.participant))
        assert guest.place != "inside"
        assert guest.participant not in str(host.view.get("participants"))
        assert not server.is_granted_media(guest)
        live, whats = await server.record()
        assert ("admitted" in whats) is is_recorded
        seats = str(live.snapshot["seats"])
        assert (guest.participant in seats) is is_recorded, "state and record are one"
        await server.close()
        await server.start()
        assert await server.host(), "the next start goes on with the meeting"


@pytest.mark.parametrize(("when", "is_recorded"), [("before", False), ("after", True)])
async def test_a_server_killed_around_a_lock_has_told_nobody_of_it(
    tmp_path: Path, when: str, is_recorded: bool
) -> None:
    async with dying(tmp_path) as server:
        await server.start(when, "locked")
        host = await server.host()
        await dies(server, host.request("room.lock"))
        assert host.view["stage"] != "locked"
        live, whats = await server.record()
        assert ("locked" in whats) is is_recorded
        assert (live.snapshot["stage"] == "locked") is is_recorded


async def test_on_a_full_disk_what_restricts_works_and_what_grants_is_refused(
    tmp_path: Path,
) -> None:
    async with dying(tmp_path) as server:
        await server.start()
        host, guest = await server.host(), await server.guest()
        other = await server.guest()
        fill_disk(server.pid)
        with pytest.raises(Refused) as refused:
            await host.request("knock.admit", participant=guest.participant)
        assert refused.value.code == "record_unavailable"
        assert guest.place != "inside"
        assert not server.is_granted_media(guest)
        await host.request("room.lock")
        assert host.view["stage"] == "locked"
        await host.request("knock.refuse", participant=other.participant, reason="not expected")
        with pytest.raises(Refused) as refused:
            await host.request("room.unlock")
        assert refused.value.code == "record_unavailable"
        _, whats = await server.record()
        assert "locked" not in whats
        free_disk(server.pid)
        await host.request("room.unlock")
        await host.request("knock.admit", participant=guest.participant)
        await guest.wait_place("inside")
        _, whats = await server.record()
        told = [what for what in whats if what in ("locked", "refused", "unlocked", "admitted")]
        assert told == ["locked", "refused", "unlocked", "admitted"]


def fill_disk(pid: int) -> None:
    """No file of the process can grow any more: SQLite gets an error from its write."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))


def free_disk(pid: int) -> None:
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
