"""The media plane as signalling sees it: workers in processes of their own, led from here.

`request` and events are those of `media.engine`. A room is wholly on one worker, the one with the
fewest endpoints when its first came. When a worker ends, its rooms are placed again, exactly as
they were asked for (`media.book`), and `TransportLost` with the reason worker_lost tells of each
transport there was. While a room is on no worker nothing of it is forwarded, so whatever narrows
is in force, and what is asked is noted and done at once.
Nothing here touches a packet, and the forwarding unit itself is not loaded.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from media.addresses import parse_announced
from media.backoff import Backoff
from media.book import Book
from media.config import Config
from media.frames import Started
from media.messages import (
    AddEndpoint,
    Answer,
    Done,
    EngineEvent,
    Negotiate,
    OpenProbe,
    Refused,
    RemoveEndpoint,
    Reply,
    Request,
)
from media.paths import PortError
from media.totals import Totals
from media.worker_process import WorkerBroke, WorkerError, WorkerLost, WorkerProcess

__all__ = ["Config", "MediaWorkers", "PortError", "WorkerError"]

NONE_S = 4.0
"""How long an offer waits for a worker where there is none."""
TRIES = 2
"""Workers that are asked for one answer: an offer on which a worker ends may end the next too."""

logger = logging.getLogger(__name__)


class Worker(Protocol):
    """What is needed of a `WorkerProcess`."""

    counters: dict[str, int]

    async def start(self, config: Config) -> Started: ...

    async def ask(self, request: Request) -> Reply: ...

    def tell(self, requests: Sequence[Request]) -> None: ...

    def kill(self) -> None: ...

    async def close(self) -> None: ...

    @property
    def pid(self) -> int: ...


class MakeWorker(Protocol):
    def __call__(
        self, number: int, *, on_event: Callable[[EngineEvent], None], on_end: Callable[[], None]
    ) -> Worker: ...


class MediaWorkers:
    """`start` it, then `request` each message of `media.messages`; events come by `on_event`.

    `on_event` is called from the event loop, must return at once and must not raise.
    """

    def __init__(
        self,
        on_event: Callable[[EngineEvent], None],
        make_worker: MakeWorker = WorkerProcess,
        make_backoff: Callable[[], Backoff] = Backoff,
    ) -> None:
        self._on_event = on_event
        self._make_worker = make_worker
        self._make_backoff = make_backoff
        self._made: dict[int, Worker] = {}
        self._workers: dict[int, Worker] = {}
        self._alive = asyncio.Event()
        self._ended: dict[int, asyncio.Event] = {}
        self._keepers: set[asyncio.Task[None]] = set()
        self._totals = Totals()
        self._deaths = self._restarts = self._probes = 0

    # -- life -----------------------------------------------------------------------------------

    async def start(self, config: Config, count: int) -> tuple[Started, ...]:
        """Start `count` workers on as many ports, upwards from those of `config`.

        Raises PortError, ValueError (a setting) or WorkerError; then none is left.
        """
        self._book = Book(config.max_endpoints)
        configs = {number: config_of(config, number) for number in range(1, count + 1)}
        starting = [self._run(number, one) for number, one in configs.items()]
        said = await asyncio.gather(*starting, return_exceptions=True)
        errors = [one for one in said if isinstance(one, BaseException)]
        if errors:
            await self.close()
            raise errors[0]
        for number, one in configs.items():
            keeper = asyncio.create_task(self._keep(number, one), name=f"media worker {number}")
            self._keepers.add(keeper)
        return tuple(one for one in said if isinstance(one, Started))

    async def close(self) -> None:
        """End the workers, in order. May be called twice."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        self._alive.clear()
        made, self._made, self._workers = self._made, {}, {}
        await asyncio.gather(*(worker.close() for worker in made.values()))

    def counters(self) -> dict[str, int]:
        """What all workers counted since the start, ended ones too; half a second old."""
        for number, worker in self._workers.items():
            self._totals.report(number, worker.counters)
        return {
            **self._totals.sum(),
            "endpoints": len(self._book),
            "workers": len(self._workers),
            "worker_deaths": self._deaths,
            "worker_restarts": self._restarts,
        }

    @property
    def pids(self) -> dict[int, int]:
        """The processes of the living workers, by number."""
        return {number: worker.pid for number, worker in self._workers.items()}

    async def _run(self, number: int, config: Config) -> Started:
        """Start one worker, and give it the rooms that are on none."""
        self._ended[number] = asyncio.Event()
        worker = self._made[number] = self._make_worker(
            number,
            on_event=lambda event: self._hear(number, event),
            on_end=lambda: self._bury(number),
        )
        started = await worker.start(config)
        self._workers[number] = worker
        logger.info("a media worker runs number=%d process=%d", number, worker.pid)
        self._place_waiting()
        return started

    async def _keep(self, number: int, config: Config) -> None:
        """Start this worker again whenever it has ended."""
        clock, backoff = asyncio.get_running_loop().time, self._make_backoff()
        while True:
            began = clock()
            await self._ended[number].wait()
            wait_s = backoff.wait_s(clock() - began)
            while not await self._could_run(number, config, wait_s):
                wait_s = backoff.wait_s(0.0)
            self._restarts += 1

    async def _could_run(self, number: int, config: Config, wait_s: float) -> bool:
        await asyncio.sleep(wait_s)
        try:
            await self._run(number, config)
        except (WorkerError, OSError, ValueError) as error:
            logger.error("a media worker does not start number=%d reason=%s", number, error)
            return False
        return True

    # -- requests -------------------------------------------------------------------------------

    async def request(self, request: Request) -> Reply:
        """Do what signalling asks. Raises WorkerError where an offer could not be answered."""
        if isinstance(request, OpenProbe):
            return await self._open_probe(request)
        if isinstance(request, AddEndpoint):
            room: str | None = request.room
        else:
            room = self._book.room_of(request.endpoint)
        number, turn = (None, 0) if room is None else self._book.place_of(room)
        refused = self._book.note(request)
        if refused is not None:
            return refused
        if room is None:
            return Done()  # removed before
        if isinstance(request, Negotiate):
            return await self._negotiate(request, room)
        if number is None:
            self._place_waiting()  # the first of a room, or nobody is there to forward anything
            return Done()
        await self._obey(request, room, number, turn)
        return Done()

    async def _open_probe(self, request: OpenProbe) -> Reply:
        """On each worker in turn. Nothing is noted of it: with its worker it ends."""
        await self._wait_for_workers()
        self._probes += 1
        numbers = sorted(self._workers)
        return await self._workers[numbers[self._probes % len(numbers)]].ask(request)

    async def _obey(self, request: Request, room: str, number: int, turn: int) -> None:
        """Have a worker do it; return when it is in force, be it by the worker's end."""
        worker, ended = self._workers.get(number), self._ended[number]
        if worker is None:
            return  # closed
        try:
            reply = await worker.ask(request)
        except WorkerLost:
            return  # it forwards nothing any more, and the next one was told all of it
        except WorkerBroke:
            logger.error(
                "a media worker broke number=%d request=%s", number, type(request).__name__
            )
        else:
            if isinstance(reply, Done):
                return
            names = type(request).__name__, type(reply).__name__
            logger.error("a media worker refused number=%d request=%s reply=%s", number, *names)
        if isinstance(request, RemoveEndpoint):
            worker.kill()  # it may go on sending to whoever was removed
            await ended.wait()
        elif self._book.place_of(room) == (number, turn):
            self._renew(room, worker)

    def _renew(self, room: str, worker: Worker) -> None:
        """A fault has met this room: make it anew from what was asked; the others stay."""
        worker.tell([RemoveEndpoint(endpoint=one) for one in self._book.endpoints_in(room)])
        lost = self._book.lose(room)
        self._place_waiting()
        self._emit(lost)

    async def _negotiate(self, request: Negotiate, room: str) -> Reply:
        """An answer of the worker that has the room when it is given."""
        for _ in range(TRIES):
            await self._wait_for_workers()
            number, turn = self._book.place_of(room)
            if number is None or self._book.room_of(request.endpoint) != room:
                return Refused(code="unknown_endpoint", message="There is no such endpoint.")
            try:
                reply = await self._workers[number].ask(request)
            except WorkerLost:
                continue
            if self._book.place_of(room) != (number, turn):
                continue  # the transport it speaks of is gone
            if isinstance(reply, Answer) and self._book.room_of(request.endpoint) == room:
                self._book.answered(request)
            return reply
        raise WorkerLost("no worker gave an answer")

    async def _wait_for_workers(self) -> None:
        try:
            async with asyncio.timeout(NONE_S):
                await self._alive.wait()
        except TimeoutError:
            raise WorkerLost("there is no worker") from None

    # -- where rooms are ------------------------------------------------------------------------

    def _place_waiting(self) -> None:
        """Rooms that are on no worker go to the emptiest ones, if there is any."""
        if not self._workers:
            return
        self._alive.set()
        for room in self._book.rooms_on(None):
            number = min(sorted(self._workers), key=self._book.load)
            self._workers[number].tell(self._book.place(room, number))

    def _bury(self, number: int) -> None:
        """A worker has ended for certain: its rooms go to the living, and their people are told."""
        worker = self._workers.pop(number)
        self._totals.report(number, worker.counters)
        self._totals.end(number)
        self._deaths += 1
        lost = [event for room in self._book.rooms_on(number) for event in self._book.lose(room)]
        if not self._workers:
            self._alive.clear()
        self._place_waiting()
        self._ended[number].set()
        self._emit(lost)

    def _hear(self, number: int, event: EngineEvent) -> None:
        if self._book.hear(event, number):
            self._emit([event])

    def _emit(self, events: Sequence[EngineEvent]) -> None:
        for event in events:
            try:
                self._on_event(event)
            except Exception:  # the listener's fault must not cost a worker
                logger.exception("a listener for media events failed")


def config_of(config: Config, number: int) -> Config:
    """The settings of worker `number`, from 1: each port is one above that of the worker before.

    Raises ValueError.
    """
    above = number - 1
    return replace(
        config,
        port=_port(config.port, above),
        tcp_port=None if config.tcp_port is None else _port(config.tcp_port, above),
        announced=tuple(_announced(text, above) for text in config.announced),
    )


def _port(port: int, above: int) -> int:
    """0 stays 0: any port."""
    if port and port + above > 65535:
        raise ValueError(f"there are not enough ports from {port} on")
    return port + above if port else 0


def _announced(text: str, above: int) -> str:
    """An announced port is the first of as many as there are workers."""
    told = parse_announced(text, 0)
    if not told.port:
        return text
    host = f"[{told.host}]" if ":" in told.host else told.host
    return f"{host}:{_port(told.port, above)}"
