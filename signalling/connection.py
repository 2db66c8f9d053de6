"""One socket of one session: carries its notifications in order, and closes it when it is over.

A client that does not read is closed at BACKLOG_MAX packets; it can resume.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from signalling.guarded import GuardedServer
from signalling.limits import TokenBucket
from signalling.seams import Clock
from signalling.sessions import Session
from signalling.wire import JsonObject

BACKLOG_MAX = 512
FLUSH_S = 5.0


class Connection:
    """The outlet of a session while its socket lives."""

    def __init__(
        self,
        *,
        server: GuardedServer,
        sid: str,
        session: Session,
        bucket: TokenBucket,
        clock: Clock,
    ) -> None:
        self.session = session
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
        self._task: asyncio.Task[None] | None = None

    def start(self, opening: Sequence[tuple[str, JsonObject]], after: int) -> None:
        """Send the opening, then every notification after number `after`."""
        self._task = asyncio.create_task(self._carry(opening, after), name="connection")

    def wake(self) -> None:
        """The session has something to send, or is over."""
        if self._is_gone:
            return
        self._idle.clear()
        self._woken.set()

    def leave(self) -> None:
        """Close the socket: another has taken the session, or the client misbehaves."""
        self._is_leaving = True
        self.wake()

    async def stop(self) -> None:
        """The socket is closed. Idempotent."""
        self._is_gone = True
        self._idle.set()
        if self._task is not None and self._task is not asyncio.current_task():
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """One request at a time; what it made us tell this session goes out before its ack."""
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

    async def _flush(self) -> None:
        try:
            async with asyncio.timeout(FLUSH_S):
                await self._idle.wait()
        except TimeoutError:
            self.leave()

    async def _carry(self, opening: Sequence[tuple[str, JsonObject]], after: int) -> None:
        for event, data in opening:
            await self._emit(event, {"n": 0, "at": self._clock(), "data": data})
        while not self._is_leaving:
            self._woken.clear()
            after = await self._send_after(after)
            if self._woken.is_set():
                continue
            if self.session.is_over or self._is_leaving:
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

    async def _send_after(self, after: int) -> int:
        news = self.session.after(after)
        if news is None:  # it was told too much at once: the state as it is now
            after = self.session.resume(after, self._clock())
            news = self.session.after(after) or ()
        for notification in news:
            if self._is_leaving or self._server.backlog(self._sid) >= BACKLOG_MAX:
                self._is_leaving = True
                break
            await self._emit(notification.event, notification.envelope())
            after = notification.n
        return after

    async def _emit(self, event: str, envelope: JsonObject) -> None:
        await self._server.emit(event, envelope, to=self._sid)
