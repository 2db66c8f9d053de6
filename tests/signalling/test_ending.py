"""Tasks end, also where a cancellation is lost, and nobody ends them in another way."""

import asyncio
import re
from pathlib import Path

import pytest

from signalling import ending
from signalling.ending import end

SIGNALLING = Path(ending.__file__).parent
CANCEL = re.compile(r"(?<!timer)\.cancel\(\)")
CANCELS = {
    "ending.py": 1,
    "readiness.py": 1,  # nobody waits for it
}


class Deaf:
    """Loses so many cancellations, then ends."""

    def __init__(self, losses: int) -> None:
        self.losses = losses

    async def run(self) -> None:
        while True:
            try:
                await asyncio.sleep(3600.0)
            except asyncio.CancelledError:
                if not self.losses:
                    raise
                self.losses -= 1


async def failing() -> None:
    raise ValueError


async def test_a_task_that_lost_its_cancellation_is_told_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ending, "AGAIN_S", 0.01)
    tasks = [asyncio.create_task(Deaf(losses).run()) for losses in (0, 1, 3)]
    await asyncio.sleep(0)
    async with asyncio.timeout(30.0):
        await end(tasks)
    assert all(one.cancelled() for one in tasks)


async def test_what_has_ended_by_itself_is_no_matter_however_it_did() -> None:
    failed = asyncio.create_task(failing())
    await asyncio.wait([failed])
    await end([failed])
    await end([])


def test_nothing_else_cancels_a_task_of_the_server() -> None:
    found = {
        path.relative_to(SIGNALLING).as_posix(): len(CANCEL.findall(path.read_text("utf-8")))
        for path in SIGNALLING.rglob("*.py")
    }
    assert {name: count for name, count in found.items() if count} == CANCELS
