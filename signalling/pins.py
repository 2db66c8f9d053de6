"""Checking Host PINs without stopping the loop: argon2id in a small pool of threads.

Only whether a PIN is right; what follows from it is the Meeting's. A room without a hash costs
the same time as one with.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from signalling.errors import RequestError
from vmr.store.secrets import verify_pin


class PinChecker:
    """`at_once` threads; `waiting` more may queue, then `busy`."""

    def __init__(self, *, at_once: int, waiting: int) -> None:
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="pin")
        self._free = at_once + waiting

    async def check(self, pin_hash: str | None, pin: str) -> bool:
        """Whether the PIN is the one hashed; raises RequestError `busy` when too many wait."""
        if self._free == 0:
            raise RequestError("busy")
        loop = asyncio.get_running_loop()
        self._free -= 1
        check = loop.run_in_executor(self._pool, verify_pin, pin_hash, pin)
        check.add_done_callback(self._freed)
        return await asyncio.shield(check)  # a thread cannot be stopped: it counts until it ends

    def close(self) -> None:
        """Idempotent. Waits for no check: their threads end with the process or the check."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _freed(self, _check: object) -> None:
        self._free += 1
