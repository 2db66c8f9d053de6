"""The web application: pages, sockets and the meetings behind them, as one owner.

Wiring (vmr/cli/serve.py) makes one, gives `process_engine_event` to the engine it makes, starts
the engine and serves `create_app(engine)`:

    signalling = Signalling(store=store, numbers=numbers, clock=clock, config=config)
    engine = MediaWorkers(on_event=signalling.process_engine_event)
    await engine.start(engine_config, count)
    runner = aiohttp.web.AppRunner(signalling.create_app(engine)); await runner.setup(); ...
    signalling.served_at(base_url)
    await runner.cleanup(); await engine.close(); await store.close()

What the parts are made of is `signalling.ground`'s, the parts are `signalling.running`'s.
The application's start-up restores the live meetings; its clean-up ends tasks and sockets and
leaves the meetings' snapshots for the next start. Store and engine belong to the wiring.
"""

from aiohttp import web

from media.messages import EngineEvent
from signalling.api.app import Api
from signalling.bookings.app import BookingOffice
from signalling.bookings.request_app import RequestApp
from signalling.certificate import Certificate
from signalling.check.app import CheckApp
from signalling.check.prober import Prober
from signalling.check.results import Results
from signalling.config import SignallingConfig
from signalling.gate import Gate
from signalling.ground import Ground
from signalling.headers import security_headers
from signalling.metrics.app import metrics_app
from signalling.nodes.estate import Estate
from signalling.pages import Pages
from signalling.running import Running
from signalling.seams import Clock, Engine, Store
from signalling.staff.app import StaffApp
from signalling.staff.console_pages import ConsolePages
from signalling.staff.edge import Edge
from signalling.texts import LANGUAGES
from signalling.webhooks import Webhooks
from vmr.numbers import Numbers

SOCKETS_PATH = "/socket.io/"
REQUEST_BYTES_MAX = 256 * 1024


class Signalling:
    """Everything between the browsers and the rules, for one process."""

    def __init__(
        self,
        *,
        store: Store,
        numbers: Numbers,
        clock: Clock,
        config: SignallingConfig,
        estate: Estate | None = None,
        certificate: Certificate | None = None,
    ) -> None:
        """`estate`: this is one of several servers. `certificate`: its own, without a proxy."""
        self._estate = estate
        self._certificate = certificate
        self._store = store
        self._numbers = numbers
        self._clock = clock
        self._config = config
        self.running: Running | None = None
        self.staff: StaffApp | None = None
        self.requests: RequestApp | None = None

    def process_engine_event(self, event: EngineEvent) -> None:
        """Take an event of the engine; never waits, never raises."""
        if self.running is not None:
            self.running.process(event)

    def served_at(self, base_url: str) -> None:
        """What links begin with: known when the pages are served, before anybody can ask."""
        if self.running is not None:
            self.running.ground.base_url = base_url

    def create_app(self, engine: Engine) -> web.Application:
        """The application; to be called once."""
        ground = Ground(
            store=self._store,
            engine=engine,
            numbers=self._numbers,
            clock=self._clock,
            config=self._config,
            estate=self._estate,
            certificate=self._certificate,
        )
        running = self.running = Running(ground)
        webhooks = Webhooks(
            store=ground.store.webhooks,
            clock=ground.clock,
            is_private_allowed=ground.config.api.webhooks_to_private,
        )
        self.staff = StaffApp(ground, running=running, webhooks=webhooks)
        self.requests = RequestApp(ground, running.bookings)
        app = web.Application(client_max_size=REQUEST_BYTES_MAX)
        _add_guards(app, running)
        _add_meetings(app, running)
        _add_self_test(app, ground)
        self.staff.add_to(app)
        _add_offices(app, running, self.staff.edge)
        self.requests.add_to(app)
        _add_api(app, running, webhooks)
        app.on_shutdown.append(running.stop)
        app.cleanup_ctx.extend(running.lives)
        return app

    async def move_out(self, runner: web.AppRunner) -> None:
        """Before `runner.cleanup`, which hears no socket any more: take no new connection, and let
        the meetings go to other servers while their pages are heard."""
        for site in [*runner.sites]:
            await site.stop()
        if self.running is not None:
            await self.running.move_out()

    def create_metrics_app(self) -> web.Application:
        """`/metrics`, for a port of its own; after `create_app`."""
        assert self.running is not None
        return metrics_app(self.running.figures)


def _add_guards(app: web.Application, running: Running) -> None:
    """What every request goes through, and every answer."""
    ground = running.ground
    gate = Gate(config=ground.config, clock=ground.clock, refusals=ground.refusals)
    app.middlewares.append(gate.guard)
    app.on_response_prepare.append(
        security_headers(running.page_urls, is_https=ground.config.is_https)
    )


def _add_meetings(app: web.Application, running: Running) -> None:
    """Pages of rooms, sockets, encoders and players."""
    ground, meetings = running.ground, running.meetings
    app.router.add_route("*", SOCKETS_PATH, running.sockets.people.handle_http)
    meetings.whip.add_to(app)
    meetings.whep.add_to(app)
    Pages(
        store=ground.store,
        languages=ground.languages,
        numbers=ground.numbers,
        known=meetings.known,
        is_shut=meetings.rooms.is_shut,
        health=running.health,
        rights=ground.rights,
        has_relays=bool(ground.config.turn.urls),
    ).add_to(app)
    app.router.add_get("/readyz", running.readiness.answer)


def _add_self_test(app: web.Application, ground: Ground) -> None:
    prober = Prober(
        engine=ground.engine,
        turn=ground.config.turn,
        clock=ground.clock,
        counters=ground.counters,
        overload=ground.overload,
    )
    CheckApp(
        prober=prober,
        results=Results(store=ground.store, clock=ground.clock),
        languages=ground.languages,
        config=ground.config,
        clock=ground.clock,
        refusals=ground.refusals,
    ).add_to(app)


def _add_offices(app: web.Application, running: Running, edge: Edge) -> None:
    """What signed-in staff open: the booking office, the documents of desk and terminal."""
    ground = running.ground
    BookingOffice(
        edge=edge,
        store=ground.store,
        service=running.bookings.service,
        slot_pins=running.meetings.slot_pins,
        numbers=ground.config.bookings,
        renderer=ground.renderer,
        clock=ground.clock,
    ).add_to(app)
    ConsolePages(edge=edge, lang=LANGUAGES[0]).add_to(app)


def _add_api(app: web.Application, running: Running, webhooks: Webhooks) -> None:
    ground = running.ground
    Api(
        store=ground.store,
        bookings=running.bookings.service,
        webhooks=webhooks,
        texts=ground.renderer.texts,
        clock=ground.clock,
        config=ground.config.api,
        counters=ground.counters,
        proxies=ground.config.proxies,
    ).add_to(app)
