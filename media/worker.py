"""A media worker, as a process: `python -m media.worker FD`, one engine behind a socket.

Started by `media.worker_process` and by nobody else. It does what it is told line by line, in
order, tells what happens, and ends when the socket does or when the process that started it does.
A terminal's Ctrl-C and a polite end are the leader's business, who then ends the workers in order.
It knows endpoints, not people, and loads no page, rule or database.
"""

import asyncio
import ctypes
import logging
import signal
import socket
import sys
from typing import get_args

from media import logs, messages
from media.engine import MediaEngine
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
from media.paths import PortError

_PR_SET_PDEATHSIG = 1

logger = logging.getLogger(__name__)


class Worker:
    """The worker's end of the socket, and its engine."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._lines = Lines(self._waiting.put_nowait, lambda: self._waiting.put_nowait(None))
        self._engine = MediaEngine(lambda event: self._say(0, event))

    async def run(self, connected: socket.socket) -> None:
        """Until the leader's end closes."""
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: self._lines, sock=connected)
        try:
            if await self._start():
                await self._serve()
        finally:
            await self._engine.close()
            self._lines.close()

    async def _start(self) -> bool:
        """Whether the engine runs: the first line says how."""
        line = await self._waiting.get()
        if line is None:
            return False
        number, start = parse_line(line)
        assert isinstance(start, Start)
        form = logs.Form(start.log_form)
        logs.set_up(level=start.log_level, form=form, always={"worker": start.number})
        try:
            await self._engine.start(start.config)
        except PortError as error:
            reason = error.strerror or ""
            refused = NotStarted(
                errno=error.errno, is_udp=error.is_udp, port=error.port, reason=reason
            )
        except ValueError as error:
            refused = NotStarted(errno=None, is_udp=False, port=0, reason=str(error))
        else:
            self._say(number, _started(self._engine))
            return True
        self._say(number, refused)
        return False

    async def _serve(self) -> None:
        while (line := await self._waiting.get()) is not None:
            number, frame = parse_line(line)
            if isinstance(frame, Look):
                counters = self._engine.counters()
                names, values = tuple(counters), tuple(counters.values())
                self._say(number, Counted(names=names, values=values))
            elif isinstance(frame, get_args(messages.Request)):
                self._say(number, await self._do(frame))
            else:
                raise AssertionError(f"nobody asks a worker for {type(frame).__name__}")

    async def _do(self, request: messages.Request) -> Frame:
        try:
            return await self._engine.request(request)
        except Exception:  # a fault of ours that one room meets must not cost the others theirs
            logger.exception("a request broke request=%s", type(request).__name__)
            return Broke()

    def _say(self, number: int, frame: Frame) -> None:
        self._lines.send(build_line(number, frame))


def _started(engine: MediaEngine) -> Started:
    return Started(
        udp_port=engine.port,
        tcp_port=engine.tcp_port,
        receive_buffer_bytes=engine.counters()["receive_buffer_bytes"],
    )


def _die_with_parent() -> None:
    """SIGKILL when the leader is gone, even for a worker that is stopped or hangs (Linux)."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    _die_with_parent()
    connected = socket.socket(fileno=int(sys.argv[1]))
    connected.setblocking(False)
    asyncio.run(Worker().run(connected))


if __name__ == "__main__":
    main()
