"""The web application: pages, sockets and the meetings behind them, as one owner.

Wiring (vmr/cli/serve.py) makes one, gives `process_engine_event` to the engine it makes, starts
the engine and serves `create_app(engine)`:

    signalling = Signalling(store=store, numbers=numbers, clock=clock, config=config)
    engine = MediaEngine(on_event=signalling.process_engine_event)
    await engine.start(engine_config)
    runner = aiohttp.web.AppRunner(signalling.create_app(engine)); await runner.setup(); ...
    await runner.cleanup(); await engine.close(); await store.close()

The application's start-up restores the live meetings; its clean-up ends tasks and sockets and
leaves the meetings' snapshots for the next start. Store and engine belong to the wiring.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator

from aiohttp import web

from media.messages import EngineEvent
from signalling.config import SignallingConfig
from signalling.errors import error_ack
from signalling.guarded import GuardedServer
from signalling.headers import add_security_headers
from signalling.pages import Pages
from signalling.pins import PinChecker
from signalling.requests import Requests
from signalling.rooms import Rooms
from signalling.seams import Clock, Engine, Store
from signalling.sessions import Sessions
from signalling.sockets import Sockets
from vmr.numbers import Numbers

SWEEP_S = 5.0
SOCKETS_PATH = "/socket.io/"
REQUEST_BYTES_MAX = 256 * 1024

log = logging.getLogger(__name__)


class Signalling:
    """Everything between the browsers and the rules, for one process."""

    def __init__(
        self, *, store: Store, numbers: Numbers, clock: Clock, config: SignallingConfig
    ) -> None:
        self._store = store
        self._numbers = numbers
        self._clock = clock
        self._config = config
        self._counters: Counter[str] = Counter()
        self._sessions = Sessions(limit=config.max_sessions)
        self._rooms: Rooms | None = None

    def process_engine_event(self, event: EngineEvent) -> None:
        """Take an event of the engine; never waits, never raises."""
        if self._rooms is None:
            return
        try:
            self._rooms.process(event)
        except Exception as error:  # the engine's loop must not suffer for our bugs
            self._counters["internal_errors"] += 1
            log.error("event %s: %s", type(event).__name__, type(error).__name__)

    def create_app(self, engine: Engine) -> web.Application:
        """The application; to be called once."""
        rooms = self._rooms = Rooms(
            store=self._store,
            engine=engine,
            sessions=self._sessions,
            numbers=self._numbers,
            clock=self._clock,
            counters=self._counters,
            limit=self._config.max_meetings,
        )
        pins = PinChecker(
            at_once=self._config.pin_checks_at_once, waiting=self._config.pin_checks_waiting
        )
        requests = Requests(store=self._store, rooms=rooms, pins=pins, clock=self._clock)
        sockets = Sockets(
            sessions=self._sessions,
            requests=requests,
            config=self._config,
            clock=self._clock,
            counters=self._counters,
        )
        server = GuardedServer(
            counters=self._counters,
            binary_ack=error_ack("bad_message"),
            origins=self._config.origins,
        )
        server.register_namespace(sockets)

        async def stop(_app: web.Application) -> None:
            await rooms.close()
            await sockets.close()

        async def live(_app: web.Application) -> AsyncIterator[None]:
            await rooms.restore()
            sweeper = asyncio.create_task(self._sweep(requests), name="sweeper")
            yield
            sweeper.cancel()
            await asyncio.gather(sweeper, return_exceptions=True)
            await rooms.close()  # again: start-up may have failed half-way
            await server.shutdown()
            pins.close()

        app = web.Application(client_max_size=REQUEST_BYTES_MAX)
        app.on_response_prepare.append(add_security_headers)
        app.router.add_route("*", SOCKETS_PATH, sockets.handle_http)
        Pages(
            store=self._store,
            numbers=self._numbers,
            is_live=rooms.is_live,
            health=lambda: self._health(engine, rooms),
        ).add_to(app)
        app.on_shutdown.append(stop)
        app.cleanup_ctx.append(live)
        return app

    async def _sweep(self, requests: Requests) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            self._sessions.sweep(self._clock())
            requests.sweep(self._sessions)

    def _health(self, engine: Engine, rooms: Rooms) -> dict[str, object]:
        counters = {**self._counters, **engine.counters()}
        return {
            "endpoints": counters.pop("endpoints", 0),
            "transports": counters.pop("transports", 0),
            "meetings": len(rooms),
            "sessions": len(self._sessions),
            "counters": counters,
        }
