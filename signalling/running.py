"""The parts of one application: made together, started and ended in order.

What each of them needs of the others is said where a group of them is made: `ground` (what all
share), `bookings.parts`, `meetings`, `socket_server`. Which pages and forms lead to them is
`signalling.app`'s. Store and engine belong to the wiring.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from aiohttp import web

from media.messages import EngineEvent
from signalling.bookings.parts import BookingParts
from signalling.desk.board import RING_LOOK_S
from signalling.ending import end
from signalling.ground import Ground
from signalling.load_watch import LoadWatch
from signalling.meetings import Meetings
from signalling.metrics.families import Figures
from signalling.metrics.qualities import note_qualities
from signalling.metrics.reading import read_figures
from signalling.metrics.timings import LoopWatch
from signalling.monitor.terminals import JUDGE_S
from signalling.readiness import Readiness
from signalling.socket_server import SocketServer
from signalling.staff.cookies import Cookies
from signalling.staff.sessions import StaffSessions
from signalling.wire import JsonObject
from vmr.store import StoreError

SWEEP_S = 5.0
QUALITY_LOOK_S = 10.0

log = logging.getLogger(__name__)


class Running:
    """The parts of one application: made together, started and ended in order."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self._estate = ground.estate
        self.readiness = Readiness(
            store=ground.store,
            engine=ground.engine,
            rights=ground.rights,
            clock=ground.clock,
            certificate=ground.certificate,
        )
        self.bookings = BookingParts(ground)
        self.meetings = Meetings(ground, self.bookings.slots)
        staff = ground.config.staff
        self.cookies = Cookies(is_secure=staff.is_secure)
        self.staff = StaffSessions(
            store=ground.store.staff, clock=ground.clock, limits=staff.limits, cookies=self.cookies
        )
        self.sockets = SocketServer(
            ground, meetings=self.meetings, slots=self.bookings.slots, staff=self.staff
        )
        self._loop = LoopWatch(ground.counters)
        self._load = LoadWatch(
            ground.overload,
            engine=ground.engine,
            loop=self._loop,
            sockets=lambda: self.sockets.transports / ground.config.max_sockets,
            is_on=ground.config.overload_protection,
        )

    @property
    def lives(self) -> tuple[Callable[[web.Application], AsyncIterator[None]], ...]:
        """For `cleanup_ctx`, in this order."""
        return (
            self._live,
            self.readiness.live,
            self._loop.live,
            self._load.live,
            self.staff.live,
            *self.bookings.lives,
        )

    def process(self, event: EngineEvent) -> None:
        try:
            self.meetings.news.process(event)
        except Exception as error:  # the engine's loop must not suffer for our bugs
            self.ground.counters["internal_errors"] += 1
            names = type(event).__name__, type(error).__name__
            log.error("an event of media broke kind=%s error=%s", *names)

    def page_urls(self) -> tuple[str, ...]:
        """Where pages of rooms and walls may open sockets to, beside here."""
        return () if self._estate is None else self._estate.page_urls

    def health(self) -> dict[str, object]:
        """What there is now, and what was counted since the start."""
        counters = {**self.ground.counters, **self.ground.engine.counters()}
        return {
            **({} if self._estate is None else {"estate": self._estate.keeper.health()}),
            "endpoints": counters.pop("endpoints", 0),
            "transports": counters.pop("transports", 0),
            "full": [strain.value for strain in self.ground.overload.strains],
            "meetings": len(self.meetings.rooms),
            "desks": len(self.meetings.board),
            "monitors": len(self.meetings.terminals),
            "sessions": len(self.ground.sessions),
            "letters": self.bookings.mail.open,
            "counters": counters,
        }

    def figures(self) -> Figures:
        """What metrics are made of."""
        return read_figures(
            rooms=self.meetings.rooms,
            counters={**self.ground.counters, **self.ground.engine.counters()},
            faults=self.readiness.faults(),
            strains=self.ground.overload.strains,
            notes=self.readiness.notes(),
            sessions=len(self.ground.sessions),
            desks=len(self.meetings.board),
            letters=self.bookings.mail.open,
            journal=self.ground.store.journal,
        )

    def sweep(self) -> None:
        """Forget what is over; tell pages where they may go."""
        rights, sessions, now = self.ground.rights, self.ground.sessions, self.ground.clock()
        sessions.sweep(now)
        if rights.url:
            servers: JsonObject = {"servers": [rights.url, *rights.others]}
            sessions.tell("servers.updated", servers, now)
        self.meetings.sweep()

    def note_qualities(self) -> None:
        """Of everybody inside, for the histogram."""
        for runner in self.meetings.rooms.runners():
            note_qualities(self.ground.counters, runner.meeting.qualities())

    async def _live(self, _app: web.Application) -> AsyncIterator[None]:
        if self._estate is None:
            await self.meetings.rooms.restore()
        else:
            await self._estate.start(self.meetings.rooms, self.sockets.desk_requests.do)
        tasks = [
            asyncio.create_task(self._keep_swept(), name="sweeper"),
            asyncio.create_task(self._keep_ringing(), name="desk ringer"),
            asyncio.create_task(self._keep_judging(), name="monitor judge"),
            asyncio.create_task(self._keep_noting(), name="quality notes"),
        ]
        yield
        await end(tasks)
        await self.sockets.end()
        self.meetings.close()

    async def move_out(self) -> None:
        """Let other servers take the meetings, as far as there are such."""
        self.readiness.drain()
        if self._estate is not None:
            await self._estate.move_out()

    async def stop(self, _app: web.Application) -> None:
        """For `on_shutdown`: meetings first, so that closed sockets are no departures."""
        self.readiness.drain()
        if self._estate is not None:
            await self._estate.stop()
        await self.meetings.rooms.close()
        if self._estate is not None:
            await self._estate.leave()
        await self.sockets.close()

    async def _keep_swept(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            self.sweep()
            with suppress(StoreError):  # the next look will do
                await self.meetings.rooms.refresh_all()
                await self.meetings.board.refresh_all()

    async def _keep_noting(self) -> None:
        while True:
            await asyncio.sleep(QUALITY_LOOK_S)
            self.note_qualities()

    async def _keep_ringing(self) -> None:
        while True:
            await asyncio.sleep(RING_LOOK_S)
            self.meetings.board.note_journal(self.ground.store.journal.is_behind)
            self.meetings.board.ring()

    async def _keep_judging(self) -> None:
        while True:
            await asyncio.sleep(JUDGE_S)
            try:
                self.meetings.terminals.judge()
            except Exception as error:  # our bug must not leave every other terminal unjudged
                self.ground.counters["internal_errors"] += 1
                log.error("terminals were not judged error=%s", type(error).__name__)
