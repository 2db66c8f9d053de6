"""One of several signalling servers, in a process of its own with a fake engine, with its journal
and the key that signs in a folder.

It tells when it serves, and ends in good order on SIGTERM. SIGUSR1 sets its clock forward by an
hour, SIGUSR2 back.
"""

# isort: off
from tests.signalling.nodes.wall_clock import WALL  # before anybody takes hold of the clock

# isort: on
import asyncio
import signal
from multiprocessing.connection import Connection
from pathlib import Path

from aiohttp import web

from media.messages import Negotiate, Reply, Request, TransportConnected
from signalling import overlap
from signalling.app import Signalling
from tests.signalling.fakes.engine import FakeEngine
from tests.signalling.house import CONFIG
from vmr.cli.serve import steady_clock, stop_signals
from vmr.cli.sharing import Sharing, claim, estate
from vmr.numbers import Numbers
from vmr.store import Store

HOST = "127.0.0.1"
HOUR_S = 3600.0
OVERLAP_S = 12.0
"""More than it takes pages to follow a move on a machine that is busy with other tests."""
STEPS = {signal.SIGUSR1: HOUR_S, signal.SIGUSR2: -HOUR_S}


class Engine(FakeEngine):
    """The transport of a monitor's tap comes up as soon as it is answered."""

    async def request(self, request: Request) -> Reply:
        reply = await super().request(request)
        if isinstance(request, Negotiate):
            endpoint = self.endpoints.get(request.endpoint)
            if endpoint is not None and endpoint.kind == "tap":
                connected = TransportConnected(endpoint=request.endpoint)
                asyncio.get_running_loop().call_soon(self.on_event, connected)
        return reply


def serve(told: Connection, database: str, redis: str, port: int, folder: str) -> None:
    asyncio.run(_serve(told, database, redis, port, folder))


async def _serve(told: Connection, database: str, redis: str, port: int, folder: str) -> None:
    overlap.OVERLAP_S = OVERLAP_S
    stop = stop_signals()
    for number, step in STEPS.items():
        asyncio.get_running_loop().add_signal_handler(number, WALL.step, step)
    sharing = Sharing(redis_url=redis, url=f"http://{HOST}:{port}", name=f"at-{port}")
    store = await Store.open(database, f"{folder}/key")
    await claim(store, sharing)
    await store.use_journal(Path(folder) / f"journal-{port}")
    clock = steady_clock()
    signalling = Signalling(
        store=store,
        numbers=Numbers(social_unrecorded=True),
        clock=clock,
        config=CONFIG,
        estate=estate(sharing, store, clock),
    )
    engine = Engine(signalling.process_engine_event)
    runner = web.AppRunner(signalling.create_app(engine), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, HOST, port).start()
    told.send("ready")
    await stop.wait()
    await signalling.move_out(runner)
    await runner.cleanup()
    await store.close()
