"""The web application: pages, sockets and the meetings behind them, as one owner.

Wiring (vmr/__main__.py) makes one, gives `process_engine_event` to the engine it makes, starts
the engine and serves `create_app(engine)`:

    signalling = Signalling(store=store, numbers=numbers, clock=clock, config=config)
    engine = MediaEngine(on_event=signalling.process_engine_event)
    await engine.start(engine_config)
    runner = aiohttp.web.AppRunner(signalling.create_app(engine)); await runner.setup(); ...
    await runner.cleanup(); await engine.close(); await store.close()

The application's start-up restores the live meetings; its clean-up ends tasks and sockets and
leaves the meetings' snapshots for the next start. Store and engine belong to the wiring.
"""

from aiohttp import web

from media.messages import EngineEvent
from signalling.config import SignallingConfig
from signalling.seams import Clock, Engine, Store
from vmr.numbers import Numbers


class Signalling:
    def __init__(
        self, *, store: Store, numbers: Numbers, clock: Clock, config: SignallingConfig
    ) -> None: ...

    def process_engine_event(self, event: EngineEvent) -> None:
        """Take an event of the engine; never waits, never raises."""

    def create_app(self, engine: Engine) -> web.Application:
        """The application; may be called once."""
        raise NotImplementedError
