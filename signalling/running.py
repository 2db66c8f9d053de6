"""The parts of one application: made together, started and ended in order.

What each of them needs of the others is said here, once, by the constructors. Which pages and
forms lead to them is `signalling.app`'s. Store and engine belong to the wiring.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress

from aiohttp import web

from media.messages import EngineEvent
from signalling.addresses import network_of
from signalling.bookings.door_bans import DoorBans
from signalling.bookings.letters import Letters
from signalling.bookings.outcome_keeper import OutcomeKeeper
from signalling.bookings.reminders import Reminders
from signalling.bookings.service import BookingService
from signalling.bookings.slot_book import SlotBook
from signalling.bookings.slot_pins import SlotPins
from signalling.certificate import Certificate
from signalling.config import SignallingConfig
from signalling.desk.board import RING_LOOK_S, Board
from signalling.desk.requests import DeskRequests
from signalling.desk.sockets import DeskSockets
from signalling.errors import error_ack
from signalling.guarded import GuardedServer
from signalling.known import Known
from signalling.load_watch import LoadWatch
from signalling.mail.delivery import SmtpDelivery
from signalling.mail.sender import Sender
from signalling.metrics.families import Figures
from signalling.metrics.reading import read_figures
from signalling.metrics.timings import LoopWatch
from signalling.monitor.sockets import MonitorSockets
from signalling.monitor.terminals import JUDGE_S, Terminals
from signalling.monitor.whep import PATH as WHEP_PATH
from signalling.monitor.whep import Players
from signalling.nodes.alone import Alone
from signalling.nodes.estate import Estate
from signalling.overload import Overload
from signalling.pins import PinChecker
from signalling.readiness import Readiness
from signalling.refusals import Refusals
from signalling.render import Renderer
from signalling.requests import Requests
from signalling.rooms import Rooms
from signalling.sdp_http import SdpOverHttp
from signalling.seams import Clock, Engine, Rights, Store
from signalling.sessions import Sessions
from signalling.sockets import Sockets
from signalling.staff.cookies import Cookies
from signalling.staff.sessions import StaffSessions
from signalling.staff.tickets import Tickets
from signalling.staff_namespace import StaffRoom
from signalling.tallies import Tallies
from signalling.whip import PATH as WHIP_PATH
from signalling.whip import Encoders
from signalling.wire import JsonObject
from vmr.numbers import Numbers
from vmr.store import StoreError

SWEEP_S = 5.0

log = logging.getLogger(__name__)


class Running:
    """The parts of one application: made together, started and ended in order."""

    def __init__(
        self,
        *,
        store: Store,
        engine: Engine,
        numbers: Numbers,
        clock: Clock,
        config: SignallingConfig,
        renderer: Renderer,
        estate: Estate | None,
        certificate: Certificate | None,
    ) -> None:
        self._estate = estate
        self.rights: Rights = Alone() if estate is None else estate.keeper
        self._engine = engine
        self._store = store
        self._clock = clock
        self.counters: Counter[str] = Counter()
        self.overload = Overload()
        self.refusals = Refusals(clock=clock, counters=self.counters)
        self.readiness = Readiness(
            store=store, engine=engine, rights=self.rights, clock=clock, certificate=certificate
        )
        self.sessions = Sessions(limit=config.max_sessions)
        self.terminals = Terminals()
        self.tallies = Tallies()
        self.base_url = ""
        self.mail = Sender(
            outbox=store.outbox,
            delivery=SmtpDelivery(config.mail) if config.mail.is_set_up else None,
            clock=clock,
            counters=self.counters,
        )
        self.letters = Letters(
            renderer,
            early_min=config.bookings.link_early_min,
            base_url=lambda: self.base_url,
        )
        self._slots = SlotBook(
            bookings=store.bookings,
            self_tests=store.self_tests,
            clock=clock,
            numbers=config.bookings,
            letters=self.letters,
            on_letters=self.mail.wake,
        )
        self.board = Board(
            store=store, clock=clock, repeat_s=numbers.alert_repeat_s, slots=self._slots
        )
        self.rooms = Rooms(
            store=store,
            engine=engine,
            sessions=self.sessions,
            numbers=numbers,
            clock=clock,
            counters=self.counters,
            limit=config.max_meetings,
            desk=self.board,
            taps=self.terminals,
            slots=self._slots,
            rights=self.rights,
            overload=self.overload,
        )
        self.bookings = BookingService(
            store=store,
            clock=clock,
            numbers=config.bookings,
            base_url=lambda: self.base_url,
            letters=self.letters,
            mail=config.mail,
            on_letters=self.mail.wake,
        )
        self.reminders = Reminders(
            store=store,
            letters=self.letters,
            clock=clock,
            before_h=config.mail.reminder_h,
            on_letters=self.mail.wake,
        )
        self.outcomes = OutcomeKeeper(store=store, clock=clock)
        self._pins = PinChecker(
            at_once=config.pin_checks_at_once, waiting=config.pin_checks_waiting
        )
        self.slot_pins = SlotPins(
            store=store,
            slots=self._slots,
            pins=self._pins,
            clock=clock,
            digits=numbers.pin_digits_default,
        )
        self._encoders = Encoders(turn=config.turn, clock=clock, limit=config.max_encoders)
        self.whip = SdpOverHttp(
            path=WHIP_PATH,
            backend=self._encoders,
            config=config,
            clock=clock,
            refusals=self.refusals,
        )
        self._players = Players(turn=config.turn, clock=clock)
        self.whep = SdpOverHttp(
            path=WHEP_PATH,
            backend=self._players,
            config=config,
            clock=clock,
            refusals=self.refusals,
        )
        self.known = Known(store, self.rooms)
        self._requests = Requests(
            store=store,
            known=self.known,
            rooms=self.rooms,
            pins=self._pins,
            encoders=self._encoders,
            turn=config.turn,
            clock=clock,
            slots=self._slots,
            bans=DoorBans(bookings=store.bookings, entitlements=store.entitlements, clock=clock),
            board=self.board,
            rights=self.rights,
        )
        self.cookies = Cookies(is_secure=config.staff.is_secure)
        self.staff = StaffSessions(
            store=store.staff, clock=clock, limits=config.staff.limits, cookies=self.cookies
        )
        self.sockets = Sockets(
            sessions=self.sessions,
            requests=self._requests,
            config=config,
            clock=clock,
            counters=self.counters,
            staff=self.staff,
            refusals=self.refusals,
        )
        self._server = GuardedServer(
            counters=self.counters,
            binary_ack=error_ack("bad_message"),
            client_of=lambda request: network_of(request, config.proxies),
            origins=config.origins,
            urls=tuple if estate is None else lambda: estate.keeper.urls,
        )
        self._server.register_namespace(self.sockets)
        self.loop = LoopWatch(self.counters)
        self.load = LoadWatch(
            self.overload,
            engine=engine,
            loop=self.loop,
            sockets=lambda: self._server.transports / config.max_sockets,
            is_on=config.overload_protection,
        )
        staff_room = StaffRoom(
            board=self.board,
            rooms=self.rooms,
            staff=self.staff,
            numbers=numbers,
            config=config,
            clock=clock,
            counters=self.counters,
        )
        self._desk_requests = DeskRequests(
            board=self.board,
            rooms=self.rooms,
            slots=self._slots,
            staff=store.staff,
            elsewhere=None if estate is None else estate.desk(self.board, self.tallies),
        )
        self._server.register_namespace(DeskSockets(staff_room, requests=self._desk_requests))
        self._server.register_namespace(
            MonitorSockets(
                staff_room,
                terminals=self.terminals,
                players=self._players,
                rights=self.rights,
                tickets=Tickets(
                    store=store.staff,
                    clock=clock,
                    limits=config.staff.limits,
                    purpose="monitor",
                    server=self.rights.url,
                ),
            )
        )

    def process(self, event: EngineEvent) -> None:
        try:
            self.rooms.process(event)
        except Exception as error:  # the engine's loop must not suffer for our bugs
            self.counters["internal_errors"] += 1
            names = type(event).__name__, type(error).__name__
            log.error("an event of media broke kind=%s error=%s", *names)

    def page_urls(self) -> tuple[str, ...]:
        """Where pages of rooms and walls may open sockets to, beside here."""
        return () if self._estate is None else self._estate.page_urls

    def health(self) -> dict[str, object]:
        """What there is now, and what was counted since the start."""
        counters = {**self.counters, **self._engine.counters()}
        return {
            **({} if self._estate is None else {"estate": self._estate.keeper.health()}),
            "endpoints": counters.pop("endpoints", 0),
            "transports": counters.pop("transports", 0),
            "full": [strain.value for strain in self.overload.strains],
            "meetings": len(self.rooms),
            "desks": len(self.board),
            "monitors": len(self.terminals),
            "sessions": len(self.sessions),
            "letters": self.mail.open,
            "counters": counters,
        }

    def figures(self) -> Figures:
        """What metrics are made of."""
        return read_figures(
            rooms=self.rooms,
            counters={**self.counters, **self._engine.counters()},
            faults=self.readiness.faults(),
            strains=self.overload.strains,
            notes=self.readiness.notes(),
            sessions=len(self.sessions),
            desks=len(self.board),
            letters=self.mail.open,
            journal=self._store.journal,
        )

    def sweep(self) -> None:
        """Forget what is over; tell pages where they may go."""
        self.sessions.sweep(self._clock())
        if self.rights.url:
            servers: JsonObject = {"servers": [self.rights.url, *self.rights.others]}
            self.sessions.tell("servers.updated", servers, self._clock())
        self._requests.sweep(self.sessions)
        self.whip.sweep()
        self.whep.sweep()
        self._encoders.sweep()

    async def live(self, _app: web.Application) -> AsyncIterator[None]:
        """For `cleanup_ctx`."""
        if self._estate is None:
            await self.rooms.restore()
        else:
            await self._estate.start(self.rooms, self._desk_requests.do)
        sweeper = asyncio.create_task(self._keep_swept(), name="sweeper")
        ringer = asyncio.create_task(self._keep_ringing(), name="desk ringer")
        judge = asyncio.create_task(self._keep_judging(), name="monitor judge")
        yield
        for task in (sweeper, ringer, judge):
            task.cancel()
        await asyncio.gather(sweeper, ringer, judge, return_exceptions=True)
        await self._server.shutdown()
        self._pins.close()

    async def stop(self, _app: web.Application) -> None:
        """For `on_shutdown`: meetings first, so that closed sockets are no departures."""
        self.readiness.drain()
        if self._estate is not None:
            await self._estate.move_out()
            await self._estate.stop()
        await self.rooms.close()
        if self._estate is not None:
            await self._estate.leave()
        await self._server.close_all()

    async def _keep_swept(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            self.sweep()
            with suppress(StoreError):  # the next look will do
                await self.rooms.refresh_all()
                await self.board.refresh_all()

    async def _keep_ringing(self) -> None:
        while True:
            await asyncio.sleep(RING_LOOK_S)
            self.board.note_journal(self._store.journal.is_behind)
            self.board.ring()

    async def _keep_judging(self) -> None:
        while True:
            await asyncio.sleep(JUDGE_S)
            try:
                self.terminals.judge()
            except Exception as error:  # our bug must not leave every other terminal unjudged
                self.counters["internal_errors"] += 1
                log.error("terminals were not judged error=%s", type(error).__name__)
