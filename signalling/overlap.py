"""The time after a room was moved to another server in which this one goes on forwarding, so that
pages have their second connection before the first is closed.

Nothing is done here any more, and nobody gets more than they had. It ends when every page has said
that it needs nothing more of this server, when the new one has taken something away from somebody,
and after OVERLAP_S at the latest.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from vmr.ids import SessionId

OVERLAP_S = 5.0

Give = Callable[[Mapping[str, Any]], Awaitable[str]]
"""Make another server the owner of the room, and leave it this snapshot of the meeting; where
browsers reach it. Raises Overtaken, StoreError: then neither is done."""


class Overlap:
    """`staying` are the sessions whose pages follow by themselves."""

    def __init__(self, staying: Iterable[SessionId]) -> None:
        self._staying = set(staying)
        self._is_over = asyncio.Event()
        self._look()

    @property
    def is_over(self) -> bool:
        return self._is_over.is_set()

    def finish(self, session: SessionId) -> None:
        """This page needs nothing more from here."""
        self._staying.discard(session)
        self._look()

    def end(self) -> None:
        """Idempotent."""
        self._is_over.set()

    async def wait(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(OVERLAP_S):
                await self._is_over.wait()
        self.end()

    def _look(self) -> None:
        if not self._staying:
            self.end()
