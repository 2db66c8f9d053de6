"""One of several signalling servers, in a process of its own with a fake engine:
`python -m tests.signalling.nodes.serving DATABASE_URL REDIS_URL PORT`.

It says `ready` when it serves, and ends in good order on SIGTERM.
"""

import asyncio
import sys
import time

from aiohttp import web

from signalling.app import Signalling
from signalling.nodes.keeper import Keeper
from signalling.nodes.registry import Registry
from tests.signalling.fakes.engine import FakeEngine
from tests.signalling.house import CONFIG
from vmr.cli.serve import steady_clock, stop_signals
from vmr.numbers import Numbers
from vmr.store import Store

HOST = "127.0.0.1"


async def main(database: str, redis: str, port: str) -> None:
    stop = stop_signals()
    store = await Store.open(database)
    await store.owners.claim()
    clock = steady_clock()
    keeper = Keeper(
        name=f"at-{port}",
        url=f"http://{HOST}:{port}",
        registry=Registry(redis),
        owners=store.owners,
        now=time.monotonic,
        wall_clock=clock,
    )
    signalling = Signalling(
        store=store, numbers=Numbers(), clock=clock, config=CONFIG, keeper=keeper
    )
    engine = FakeEngine(signalling.process_engine_event)
    runner = web.AppRunner(signalling.create_app(engine), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, HOST, int(port)).start()
    print("ready", flush=True)
    await stop.wait()
    await runner.cleanup()
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
