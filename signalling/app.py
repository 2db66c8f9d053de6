"""The web application: pages, sockets and the meetings behind them, as one owner.

Wiring (vmr/cli/serve.py) makes one, gives `process_engine_event` to the engine it makes, starts
the engine and serves `create_app(engine)`:

    signalling = Signalling(store=store, numbers=numbers, clock=clock, config=config)
    engine = MediaWorkers(on_event=signalling.process_engine_event)
    await engine.start(engine_config, count)
    runner = aiohttp.web.AppRunner(signalling.create_app(engine)); await runner.setup(); ...
    signalling.served_at(base_url)
    await runner.cleanup(); await engine.close(); await store.close()

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
from signalling.headers import security_headers
from signalling.languages import Languages
from signalling.metrics.app import metrics_app
from signalling.nodes.estate import Estate
from signalling.pages import Pages
from signalling.running import Running
from signalling.seams import Clock, Engine, Store
from signalling.staff.app import StaffApp
from signalling.staff.console_pages import ConsolePages
from signalling.texts import FILES, LANGUAGES
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
            self.running.base_url = base_url

    def create_app(self, engine: Engine) -> web.Application:
        """The application; to be called once."""
        languages = Languages(FILES)
        renderer = languages.staff
        running = self.running = Running(
            store=self._store,
            engine=engine,
            numbers=self._numbers,
            clock=self._clock,
            config=self._config,
            renderer=renderer,
            estate=self._estate,
            certificate=self._certificate,
        )
        pages = Pages(
            store=self._store,
            languages=languages,
            numbers=self._numbers,
            known=running.known,
            is_shut=running.rooms.is_shut,
            health=running.health,
            rights=running.rights,
            has_relays=bool(self._config.turn.urls),
        )
        app = web.Application(client_max_size=REQUEST_BYTES_MAX)
        gate = Gate(config=self._config, clock=self._clock, refusals=running.refusals)
        app.middlewares.append(gate.guard)
        app.on_response_prepare.append(
            security_headers(running.page_urls, is_https=self._config.is_https)
        )
        app.router.add_route("*", SOCKETS_PATH, running.sockets.handle_http)
        running.whip.add_to(app)
        running.whep.add_to(app)
        pages.add_to(app)
        app.router.add_get("/readyz", running.readiness.answer)
        results = Results(store=self._store, clock=self._clock)
        prober = Prober(
            engine=engine,
            turn=self._config.turn,
            clock=self._clock,
            counters=running.counters,
            overload=running.overload,
        )
        CheckApp(
            prober=prober,
            results=results,
            languages=languages,
            config=self._config,
            clock=self._clock,
            refusals=running.refusals,
        ).add_to(app)
        webhooks = Webhooks(
            store=self._store.webhooks,
            clock=self._clock,
            is_private_allowed=self._config.api.webhooks_to_private,
        )
        self.staff = StaffApp(
            store=self._store.staff,
            terminals=self._store.terminals,
            records=self._store,
            office=self._store.office,
            self_tests=self._store.self_tests,
            api=self._store.api,
            webhook_store=self._store.webhooks,
            webhooks=webhooks,
            sessions=running.staff,
            cookies=running.cookies,
            renderer=renderer,
            clock=self._clock,
            config=self._config.staff,
            proxies=self._config.proxies,
            numbers=self._numbers,
            is_running=running.rooms.is_running,
            tallies=running.tallies,
        )
        self.staff.add_to(app)
        BookingOffice(
            edge=self.staff.edge,
            store=self._store,
            service=running.bookings,
            slot_pins=running.slot_pins,
            numbers=self._config.bookings,
            renderer=renderer,
            clock=self._clock,
        ).add_to(app)
        self.requests = RequestApp(
            store=self._store,
            service=running.bookings,
            letters=running.letters,
            languages=languages,
            clock=self._clock,
            config=self._config,
            on_letters=running.mail.wake,
            tallies=running.tallies,
        )
        self.requests.add_to(app)
        ConsolePages(edge=self.staff.edge, lang=LANGUAGES[0]).add_to(app)
        Api(
            store=self._store,
            bookings=running.bookings,
            webhooks=webhooks,
            texts=renderer.texts,
            clock=self._clock,
            config=self._config.api,
            counters=running.counters,
            proxies=self._config.proxies,
        ).add_to(app)
        app.on_shutdown.append(running.stop)
        app.cleanup_ctx.extend(
            (
                running.live,
                running.readiness.live,
                running.loop.live,
                running.load.live,
                running.staff.live,
                running.mail.live,
                running.reminders.live,
                running.outcomes.live,
            )
        )
        return app

    def create_metrics_app(self) -> web.Application:
        """`/metrics`, for a port of its own; after `create_app`."""
        assert self.running is not None
        return metrics_app(self.running.figures)
