"""Checking Host PINs and passwords without stopping the loop: argon2id in a small pool of threads.

Only whether one is right; what follows from it is the Meeting's, or sign-in's. No hash at all
costs the same time as one.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from signalling.errors import RequestError
from vmr.store.secrets import hash_of_nothing, hash_pin, verify_pin

T = TypeVar("T")


class PinChecker:
    """`at_once` threads; `waiting` more may queue, then `busy`."""

    def __init__(self, *, at_once: int, waiting: int) -> None:
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="pin")
        self._free = at_once + waiting

    async def check(self, pin_hash: str | None, pin: str) -> bool:
        """Whether the PIN is the one hashed; raises RequestError `busy` when too many wait."""
        return await self._run(verify_pin, pin_hash, pin)

    async def warm_up(self) -> None:
        """Make the hash that is compared where there is none, before somebody measures it."""
        await self._run(hash_of_nothing)

    async def hash(self, password: str) -> str:
        """The PHC string to keep; raises RequestError `busy` when too many wait."""
        return await self._run(hash_pin, password)

    async def _run(self, work: Callable[..., T], *arguments: object) -> T:
        if self._free == 0:
            raise RequestError("busy")
        loop = asyncio.get_running_loop()
        self._free -= 1
        task = loop.run_in_executor(self._pool, work, *arguments)
        task.add_done_callback(self._freed)
        return await asyncio.shield(task)  # a thread cannot be stopped: it counts until it ends

    def close(self) -> None:
        """Idempotent. Waits for no check: their threads end with the process or the check."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _freed(self, _check: object) -> None:
        self._free += 1
