"""Waiting for something to become true, with a deadline and the reason it is waited for."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
DEADLINE_S = 60.0
POLL_S = 0.1


async def eventually(
    reason: str, probe: Callable[[], Awaitable[T]], timeout_s: float = DEADLINE_S
) -> T:
    """The first true value of `probe`; AssertionError with the last one when time is up."""
    deadline = time.monotonic() + timeout_s
    while True:
        value = await probe()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not in {timeout_s:g} s: {reason}; the last answer: {value!r}")
        await asyncio.sleep(POLL_S)  # a browser has no event for it: ask again until the deadline
