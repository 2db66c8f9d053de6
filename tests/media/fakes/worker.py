"""A media worker without a process: it keeps what it is told, as the engine would, in one loop.

It answers at the next turn of the loop, or, while `is_held`, when it is let go. Checked against
the real engine by tests/media/test_workers.py.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from media.frames import Started
from media.messages import (
    AddEndpoint,
    Answer,
    Done,
    EngineEvent,
    Gate,
    Negotiate,
    OpenProbe,
    Refused,
    RemoveEndpoint,
    Reply,
    Request,
    SetGate,
    SetSources,
    Source,
)
from media.worker_process import WorkerBroke, WorkerLost, WorkerNotStarted
from media.workers import Config


@dataclass
class Held:
    """One endpoint as a worker holds it."""

    room: str
    kind: str
    gate: Gate = field(default_factory=Gate)
    sources: tuple[Source, ...] | None = None
    has_transport: bool = False


class FakeWorker:
    """`die` ends it as a kill would; `breaks` are types of requests that meet a fault."""

    def __init__(
        self, number: int, *, on_event: Callable[[EngineEvent], None], on_end: Callable[[], None]
    ) -> None:
        self.number = number
        self.counters: dict[str, int] = {"packets_in_audio": 0, "transports": 0}
        self.endpoints: dict[str, Held] = {}
        self.log: list[Request] = []
        self.breaks: set[type] = set()
        self.is_held = False
        self.is_closed = False
        self.is_up = False
        self.is_dead = False
        self.may_start: Exception | None = None
        self.config: Config | None = None
        self._on_event = on_event
        self._on_end = on_end
        self._waiting: deque[tuple[Request, asyncio.Future[Reply] | None]] = deque()

    @property
    def pid(self) -> int:
        return 1000 + self.number

    async def start(self, config: Config) -> Started:
        await asyncio.sleep(0)
        self.config = config
        if self.may_start is not None:
            raise self.may_start
        if self.is_dead:
            raise WorkerNotStarted("it ended at once")
        self.is_up = True
        return Started(udp_port=config.port or 1, tcp_port=config.tcp_port, receive_buffer_bytes=1)

    async def ask(self, request: Request) -> Reply:
        if self.is_dead:
            raise WorkerLost
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._put(request, answer)
        return await answer

    def tell(self, requests: Sequence[Request]) -> None:
        for request in requests:
            self._put(request, None)

    def kill(self) -> None:
        asyncio.get_running_loop().call_soon(self.die)

    async def close(self) -> None:
        self.is_closed = self.is_dead = True

    def let_go(self) -> None:
        """Do what was held, in order."""
        self.is_held = False
        while self._waiting and not self.is_dead:
            request, answer = self._waiting.popleft()
            self._do(request, answer)

    def die(self) -> None:
        """Gone, with everything it held; what it had not done is never done."""
        if self.is_dead:
            return
        self.is_dead = True
        self.endpoints.clear()
        if self.is_up:
            self._on_end()
        for _, answer in self._waiting:
            if answer is not None and not answer.done():
                answer.set_exception(WorkerLost())
        self._waiting.clear()

    def say(self, event: EngineEvent) -> None:
        if not self.is_dead:
            self._on_event(event)

    # -- inside -------------------------------------------------------------------------------

    def _put(self, request: Request, answer: "asyncio.Future[Reply] | None") -> None:
        self._waiting.append((request, answer))
        if not self.is_held:
            asyncio.get_running_loop().call_soon(self.let_go_if_free)

    def let_go_if_free(self) -> None:
        if not self.is_held:
            self.let_go()

    def _do(self, request: Request, answer: "asyncio.Future[Reply] | None") -> None:
        self.log.append(request)
        if type(request) in self.breaks:
            if answer is None:
                self.die()
            elif not answer.done():
                answer.set_exception(WorkerBroke())
            return
        reply = self._handle(request)
        if answer is None:
            assert isinstance(reply, Done), (request, reply)  # a replay is never refused
        elif not answer.done():
            answer.set_result(reply)

    def _handle(self, request: Request) -> Reply:
        if isinstance(request, OpenProbe):
            return Answer(sdp=f"answer of {self.number}", bindings=())
        if isinstance(request, AddEndpoint):
            self.endpoints.setdefault(request.endpoint, Held(room=request.room, kind=request.kind))
            return Done()
        if isinstance(request, RemoveEndpoint):
            self.endpoints.pop(request.endpoint, None)
            return Done()
        held = self.endpoints.get(request.endpoint)
        if held is None:
            return Refused(code="unknown_endpoint", message="There is no such endpoint.")
        match request:
            case SetGate(gate=gate):
                held.gate = gate
            case SetSources(sources=sources):
                if held.kind == "tap" and any(source.audio for source in sources):
                    return Refused(code="audio_to_tap", message="A monitor never hears anything.")
                held.sources = sources
            case Negotiate():
                held.has_transport = True
                return Answer(sdp=f"answer of {self.number}", bindings=())
        return Done()


class Stable:
    """Makes fake workers, and knows the living one of each number."""

    def __init__(self) -> None:
        self.made: list[FakeWorker] = []
        self.start_errors: list[Exception] = []

    def make(
        self, number: int, *, on_event: Callable[[EngineEvent], None], on_end: Callable[[], None]
    ) -> FakeWorker:
        worker = FakeWorker(number, on_event=on_event, on_end=on_end)
        if self.start_errors:
            worker.may_start = self.start_errors.pop(0)
        self.made.append(worker)
        return worker

    @property
    def living(self) -> list[FakeWorker]:
        return [one for one in self.made if not one.is_dead and one.may_start is None]

    def endpoints(self) -> dict[str, Held]:
        """What all living workers hold together; nobody is held by two."""
        held: dict[str, Held] = {}
        for worker in self.living:
            assert not held.keys() & worker.endpoints.keys()
            held |= worker.endpoints
        return held
