"""Processes that write to one chain at once: it does not fork, and no entry is lost."""

import asyncio
import asyncio.subprocess as subprocess
import contextlib
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from tests.store.places import Place
from tests.store.proving import proven
from tests.store.writing import MEETING, ROUND
from vmr.establishment_record import head_in
from vmr.rooms import Room
from vmr.store import KeptEntry, Store

ROUNDS = 6
COUNT = ROUNDS * ROUND
TIMEOUT_S = 60.0
NAMES = ("one", "two")


async def test_two_processes_extend_one_chain_together(
    store: Store, room: Room, place: Place
) -> None:
    async with writers(place, room) as processes:
        for _ in range(ROUNDS):
            for process in processes:
                assert process.stdin is not None
                process.stdin.write(b"go\n")
            for process in processes:
                await is_ready(process)
    everything = len(NAMES) * COUNT
    assert await store.verify(MEETING) == everything
    assert await proven(store.staff, room.establishment.id) == everything + 1
    assert_whole(await store.record(MEETING))
    kept = await store.staff.record(room.establishment.id)
    (head,) = [one for one in kept if head_in(one.entry) is not None]
    assert_whole([one for one in kept if one is not head])


def assert_whole(entries: Sequence[KeptEntry]) -> None:
    """Each process's entries are all there, in its order, with their personal fields."""
    numbers = defaultdict(list)
    for one in entries:
        numbers[one.entry.actor].append(int(one.entry.subject))
        assert one.personal == (("name", f"{one.entry.actor} {one.entry.subject}"),)
    assert numbers == {name: list(range(COUNT)) for name in NAMES}


@contextlib.asynccontextmanager
async def writers(place: Place, room: Room) -> AsyncIterator[list[subprocess.Process]]:
    """Both are ready to write; afterwards both have ended."""
    processes = []
    try:
        for name in NAMES:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.store.writing", place.url, name, room.id,
                cwd=Path(__file__).parents[2], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )  # fmt: skip
            processes.append(process)
        for process in processes:
            await is_ready(process)
        yield processes
    finally:
        for process in processes:
            if process.returncode is None:
                process.kill()
                await process.communicate()


async def is_ready(process: subprocess.Process) -> None:
    assert process.stdout is not None
    said = await asyncio.wait_for(process.stdout.readline(), TIMEOUT_S)
    if said != b"ready\n":
        _, errors = await process.communicate()
        raise AssertionError(errors.decode())
