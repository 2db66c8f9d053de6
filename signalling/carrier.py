"""A socket's outgoing side: sends in order, lets an acknowledgement wait for its news, closes.

What there is to send is the subclass's; a client that does not read is its business too.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import ClassVar, Protocol

from signalling.ending import end
from signalling.limits import TokenBucket
from signalling.seams import Clock
from signalling.wire import JsonObject

BACKLOG_MAX = 512
"""Packets a client may leave unread."""
FLUSH_S = 5.0

Opening = Sequence[tuple[str, JsonObject]]


class Outgoing(Protocol):
    """The server, as one namespace's sockets see it (`GuardedServer`, or a part of it)."""

    def backlog(self, sid: str) -> int: ...

    async def send_event(self, event: str, envelope: str, *, to: str) -> None:
        """`envelope` is JSON."""

    async def drop(self, sid: str) -> None: ...


class Carrier(ABC):
    """One socket. `waiting` and `excess` count its requests: at hand, and over the limit."""

    KIND: ClassVar[str]
    """What the log calls it."""

    def __init__(self, *, server: Outgoing, sid: str, bucket: TokenBucket, clock: Clock) -> None:
        self.bucket = bucket
        self.waiting = 0
        self.excess = 0
        self._server = server
        self._sid = sid
        self._clock = clock
        self._order = asyncio.Lock()
        self._woken = asyncio.Event()
        self._idle = asyncio.Event()
        self._quiet = asyncio.Event()
        self._is_leaving = False
        self._is_gone = False
        self.is_disconnected = False
        """The other side is gone: what it had asked for may still wait for its turn."""
        self._task: asyncio.Task[None] | None = None

    @property
    def is_leaving(self) -> bool:
        """Whether the socket is about to close: nothing more is done for it."""
        return self._is_leaving

    @property
    @abstractmethod
    def id(self) -> str:
        """Whose socket it is, for the log: an id, never a name."""

    @abstractmethod
    async def _open(self) -> None:
        """Send what comes first."""

    @abstractmethod
    async def _send_news(self) -> None:
        """Send what there is, in order; stop early once `_is_leaving`."""

    @property
    def _is_over(self) -> bool:
        """Whether the socket is closed when all is sent."""
        return False

    def wake(self) -> None:
        """There is something to send, or it is over."""
        if self._is_gone:
            return
        self._idle.clear()
        self._woken.set()

    def leave(self) -> None:
        """Close the socket: its time is over, or the client misbehaves."""
        self._is_leaving = True
        self.wake()

    async def stop(self) -> None:
        """The socket is closed. Idempotent."""
        self._is_gone = True
        self._idle.set()
        if self._task is not None and self._task is not asyncio.current_task():
            await end([self._task])

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """One request at a time; what it made us tell this socket goes out before its ack."""
        self.waiting += 1
        self._quiet.clear()
        try:
            async with self._order:
                try:
                    yield
                finally:
                    await self._flush()
        finally:
            self.waiting -= 1
            if not self.waiting:
                self._quiet.set()

    def _begin(self) -> None:
        self._task = asyncio.create_task(self._carry(), name="carrier")

    async def _flush(self) -> None:
        try:
            async with asyncio.timeout(FLUSH_S):
                await self._idle.wait()
        except TimeoutError:
            self.leave()

    async def _carry(self) -> None:
        await self._open()
        while not self._is_leaving:
            self._woken.clear()
            await self._send_news()
            if self._is_gone:  # it was found dead as we sent
                return
            if self._woken.is_set():
                continue
            if self._is_over or self._is_leaving:
                break
            self._idle.set()
            await self._woken.wait()
        await self._close()

    async def _close(self) -> None:
        """Only after the acks of the requests at hand have gone out."""
        self._is_gone = True
        self._idle.set()
        if self.waiting:
            await self._quiet.wait()
        await self._server.drop(self._sid)

    def _is_full(self) -> bool:
        """Whether the client has left too much unread; then the socket is about to close."""
        if self._server.backlog(self._sid) >= BACKLOG_MAX:
            self._is_leaving = True
        return self._is_leaving

    async def _emit(self, event: str, envelope: str) -> None:
        await self._server.send_event(event, envelope, to=self._sid)
