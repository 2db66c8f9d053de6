"""Ending tasks that somebody owns, for good."""

import asyncio
from collections.abc import Iterable
from typing import Any

AGAIN_S = 1.0


async def end(tasks: Iterable["asyncio.Task[Any]"]) -> None:
    """Cancel them and wait until each has ended, however it did.

    Whoever is in the middle of a question to the registry or the database may miss that it is to
    end (Python 3.11 loses a cancellation that meets an answer): it is told again.
    """
    ending = list(tasks)
    running = {one for one in ending if not one.done()}
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=AGAIN_S)
    await asyncio.gather(*ending, return_exceptions=True)
