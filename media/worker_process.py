"""One media worker as its leader sees it: a process of its own that is asked, watched, ended.

Invariant: `on_end` is called once, when the process is gone for certain (killed and reaped), and
only after that do questions under way end with WorkerLost. So whatever it forwarded, it forwards
no more when anybody hears of its end. A worker that gives no sign of life is killed, one that is
only starved of a processor later than one that hangs.

    WorkerError
    ├── WorkerLost       it has ended
    ├── WorkerBroke      it could not do what was asked, by a fault of its own
    └── WorkerNotStarted no process, or one that said nothing
"""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

import media
from media.config import Config
from media.frames import (
    Broke,
    Counted,
    Frame,
    Look,
    NotStarted,
    Start,
    Started,
    build_line,
    parse_line,
)
from media.lines import Lines
from media.logs import form_in_use
from media.messages import EngineEvent, Refused, Reply, Request
from media.paths import PortError
from media.run_queue import waited_s
from media.serial import MessageError

EVENT, STARTED = 0, 1
"""Numbers of lines that answer nothing, and of the first answer."""
START_S = 40.0
STOP_S = 5.0
LOOK_S = 0.5
SILENT_LOOKS = 4
"""Looks in a row without an answer after which a worker counts as dead: 2 s. They are counted, not
timed, so that a leader that was stopped itself does not kill its workers when it goes on."""
STARVED_LOOKS = 20
"""As many when in half of each look it stood ready and got no processor: 10 s. Killed, its rooms
would start anew on the same machine, which makes things worse."""
STARVED_SHARE = 0.5

logger = logging.getLogger(__name__)


class WorkerError(Exception):
    """What went wrong with a worker."""


class WorkerLost(WorkerError):
    pass


class WorkerBroke(WorkerError):
    pass


class WorkerNotStarted(WorkerError):
    pass


class WorkerProcess:
    """`start` it once, then `ask` and `tell`; when it ends, but by `close`, `on_end` is called."""

    def __init__(
        self,
        number: int,
        *,
        on_event: Callable[[EngineEvent], None],
        on_end: Callable[[], None],
    ) -> None:
        """`number` is of its place, from 1, and stands in the logs."""
        self.counters: dict[str, int] = {}
        self._number = number
        self._on_event = on_event
        self._on_end = on_end
        self._lines = Lines(self._take, self._lose_line)
        self._asked: dict[int, asyncio.Future[Frame]] = {}
        self._last = STARTED
        self._is_up = False
        self._is_ended = False
        self._is_closing = False
        self._unseen = 0
        self._reaper: asyncio.Task[None] | None = None
        self._watcher: asyncio.Task[None] | None = None

    # -- life -----------------------------------------------------------------------------------

    async def start(self, config: Config) -> Started:
        """Run the process. Raises PortError, ValueError (a setting) or WorkerNotStarted."""
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = await _spawn(theirs)
            except OSError as error:
                ours.close()
                raise WorkerNotStarted(str(error)) from error
        self._reaper = loop.create_task(self._reap())
        ours.setblocking(False)
        await loop.create_connection(lambda: self._lines, sock=ours)  # it closes `ours`
        answer = self._expect(STARTED)
        self._send(STARTED, self._first(config))
        try:
            async with asyncio.timeout(START_S):
                said = await answer
        except (TimeoutError, WorkerLost) as error:
            self.kill()
            await self.close()
            raise WorkerNotStarted("it did not say that it runs") from error
        if not isinstance(said, Started):
            await self.close()
            raise _error_of(said)
        self._is_up = not self._is_ended
        if self._is_ended:
            raise WorkerNotStarted("it ended at once")
        self._watcher = loop.create_task(self._watch())
        return said

    def _first(self, config: Config) -> Start:
        """It logs as this process does."""
        level = logger.getEffectiveLevel()
        form = form_in_use().value
        return Start(number=self._number, config=config, log_level=level, log_form=form)

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """End it at once; nothing it does could prevent that. Idempotent.

        By its id: `Process.kill` looks first whether it has ended, and so takes its exit code
        from the event loop, which then reports 255.
        """
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)

    async def close(self) -> None:
        """Let it say goodbye to its peers and end; `on_end` is not called. May be called twice."""
        self._is_closing = True
        self._lines.close()
        if self._watcher is not None:
            self._watcher.cancel()
            await asyncio.gather(self._watcher, return_exceptions=True)
        if self._reaper is None:
            return
        try:
            async with asyncio.timeout(STOP_S):
                await asyncio.shield(self._reaper)
        except TimeoutError:
            logger.warning("a media worker did not stop and is killed number=%d", self._number)
            self.kill()
            await self._reaper

    # -- questions ------------------------------------------------------------------------------

    async def ask(self, request: Request) -> Reply:
        """Raises WorkerLost or WorkerBroke."""
        if self._is_ended:
            raise WorkerLost
        self._last += 1
        number = self._last
        answer = self._expect(number)
        self._send(number, request)
        try:
            said = await answer
        finally:
            self._asked.pop(number, None)
        if isinstance(said, Broke):
            raise WorkerBroke(type(request).__name__)
        return said  # type: ignore[return-value]

    def tell(self, requests: Sequence[Request]) -> None:
        """Ask all of this, in order and before whatever is asked later; it must be done.

        A worker that refuses or breaks anything of it holds we know not what, and is killed.
        """
        for request in requests:
            self._last += 1
            answer = self._expect(self._last)
            answer.add_done_callback(self._check_told)
            self._send(self._last, request)

    def _check_told(self, answer: "asyncio.Future[Frame]") -> None:
        if answer.cancelled() or answer.exception() is not None:
            return
        said = answer.result()
        if isinstance(said, Broke | Refused):
            name = type(said).__name__
            logger.error("a media worker did not take over number=%d reply=%s", self._number, name)
            self.kill()

    def _expect(self, number: int) -> "asyncio.Future[Frame]":
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        return answer

    def _send(self, number: int, frame: Frame) -> None:
        self._lines.send(build_line(number, frame))

    def _take(self, line: bytes) -> None:
        if self._is_ended:
            return  # written before it ended, and undone by that
        try:
            number, frame = parse_line(line)
        except MessageError:
            logger.exception("a media worker said what nobody understands number=%d", self._number)
            self.kill()
            return
        if isinstance(frame, Counted):
            self._unseen = 0
            self.counters = dict(zip(frame.names, frame.values, strict=True))
        elif number == EVENT:
            self._on_event(cast(EngineEvent, frame))
        else:
            answer = self._asked.pop(number, None)
            if answer is not None and not answer.done():
                answer.set_result(frame)

    # -- its end --------------------------------------------------------------------------------

    async def _watch(self) -> None:
        """Kill it when it hangs: what it should not forward any more it must not forward."""
        hung = 0
        while hung < SILENT_LOOKS and self._unseen < STARVED_LOOKS:
            self._unseen += 1
            self._send(EVENT, Look())
            before = waited_s(self.pid)
            await asyncio.sleep(LOOK_S)
            is_starved = waited_s(self.pid) - before > STARVED_SHARE * LOOK_S
            hung = 0 if not self._unseen else hung + (not is_starved)
        logger.error("a media worker gives no sign of life and is killed number=%d", self._number)
        self.kill()

    def _lose_line(self) -> None:
        if not self._is_closing:
            self.kill()

    async def _reap(self) -> None:
        code = await self._process.wait()
        self._is_ended = True
        self._lines.close()
        if self._watcher is not None:
            self._watcher.cancel()
        if self._is_up and not self._is_closing:
            logger.error(
                "a media worker has ended number=%d reason=%s", self._number, _reason(code)
            )
            self._on_end()
        asked, self._asked = self._asked, {}
        for answer in asked.values():
            if not answer.done():
                answer.set_exception(WorkerLost())
                answer.exception()  # nobody may be waiting for it


async def _spawn(theirs: socket.socket) -> asyncio.subprocess.Process:
    """The worker of this very checkout, in a process group of its own: Ctrl-C is not for it."""
    home = str(Path(media.__file__).parents[1])
    path = os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH"))))
    return await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "media.worker", str(theirs.fileno()),
        stdin=asyncio.subprocess.DEVNULL, pass_fds=(theirs.fileno(),),
        env={**os.environ, "PYTHONPATH": path}, process_group=0,
    )  # fmt: skip


def _error_of(said: Frame) -> Exception:
    if not isinstance(said, NotStarted):
        return WorkerNotStarted(f"it said {type(said).__name__}")
    if said.errno is None:
        return ValueError(said.reason)
    return PortError(OSError(said.errno, said.reason), is_udp=said.is_udp, port=said.port)


def _reason(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
