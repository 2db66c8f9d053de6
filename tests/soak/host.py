"""The server under observation: `python -m tests.soak.host DATABASE`, or one of several:
`python -m tests.soak.host DATABASE REDIS PORT FOLDER`, with its journal in the folder and the key
that signs beside it.

The real signalling with real media workers in a process that also answers what the soak asks, one
JSON line each way (`tests.bench.packet_cost.Child`):

    {"look": true}         -> {"rss_mb", "worker_rss_mb", "transports", "health", "counters"}
    {"count": true}        -> the same and {"census"}, which takes time
    {"skip": seconds}      -> {}, when its clock is so far ahead and everybody has looked at it
    {"kill_worker": true}  -> {}, when another has taken its place
    {"trace": true}        -> {}: from here on allocations are noted
    {"growth": true}       -> {"lines": [...]}: where most was allocated since
"""

import asyncio
import gc
import json
import os
import signal
import sys
import tracemalloc
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from media.config import Config
from media.workers import MediaWorkers
from signalling.app import Signalling
from signalling.config import SignallingConfig
from signalling.nodes import far_desk, keeper
from signalling.running import Running
from signalling.staff.config import StaffConfig
from tests.bench.cpu import children
from tests.bench.memory import rss_mb
from tests.browser.eventually import eventually
from tests.soak.census import census, worker_files
from vmr.cli import collector
from vmr.cli.serve import steady_clock
from vmr.cli.sharing import Sharing, claim, estate
from vmr.numbers import Numbers
from vmr.store import Store

HOST = "127.0.0.1"
NUMBERS = Numbers(social_unrecorded=True)
CONFIG = SignallingConfig(
    staff=StaffConfig(is_secure=False),
    max_sockets_per_address=2000,
    new_sockets_per_address_s=500.0,
    new_sockets_per_address_burst=2000,
    requests_per_session_burst=1000,
)
"""All people come from one address here."""
GROWTH_LINES = 25
EMPTY_S, TELL_AGAIN_S, FORGET_S = 2.0, 1.0, 4.0
"""How long servers keep an empty room, and what another has said of one: nobody here waits as long
as the product does."""
SETTLE_S = 300.0
"""Far longer than a worker takes to start on a machine that has time."""


class SkippingClock:
    """The steady clock, and what was skipped."""

    def __init__(self) -> None:
        self._clock = steady_clock()
        self.ahead_s = 0.0

    def __call__(self) -> float:
        return self._clock() + self.ahead_s


class Host:
    def __init__(self, store: Store, sharing: Sharing | None, services: Mapping[int, str]) -> None:
        """`services` are the ports of what several servers share, and what they are."""
        self._clock = SkippingClock()
        self._signalling = Signalling(
            store=store, numbers=NUMBERS, clock=self._clock, config=CONFIG,
            estate=estate(sharing, store, self._clock),
        )  # fmt: skip
        self._engine = MediaWorkers(on_event=self._signalling.process_engine_event)
        self._services = services
        self._snapshot: tracemalloc.Snapshot | None = None
        self.url = ""

    async def start(self, port: int) -> web.AppRunner:
        await self._engine.start(Config(host=HOST), 1)
        app = self._signalling.create_app(self._engine)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, HOST, port).start()
        self.url = f"http://{HOST}:{runner.addresses[0][1]}"
        self._signalling.served_at(self.url)
        collector.calm()
        return runner

    async def move_out(self, runner: web.AppRunner) -> None:
        await self._signalling.move_out(runner)

    async def close(self) -> None:
        await self._engine.close()

    @property
    def _running(self) -> Running:
        assert self._signalling.running is not None
        return self._signalling.running

    async def handle(self, message: dict[str, Any]) -> dict[str, Any]:
        match message:
            case {"look": _}:
                return self._look()
            case {"count": _}:
                return {**self._look(), "census": self._count()}
            case {"skip": seconds}:
                await self._skip(seconds)
            case {"kill_worker": _}:
                await self._kill_worker()
            case {"trace": _}:
                tracemalloc.start(1)
                self._snapshot = tracemalloc.take_snapshot()
            case {"growth": _}:
                return {"lines": self._growth()}
        return {}

    def _look(self) -> dict[str, Any]:
        health = self._running.health()
        return {
            "rss_mb": rss_mb(),
            "worker_rss_mb": sum(map(rss_mb, children(os.getpid()))),
            "transports": self._running.sockets.transports,
            "health": {name: count for name, count in health.items() if name != "counters"},
            "counters": health["counters"],
        }

    def _count(self) -> dict[str, int]:
        found = census(self._services)
        for pid in children(os.getpid()):
            files = worker_files(pid)
            found.update({f"worker's {what}": count for what, count in files.items()})
        return found

    async def _skip(self, seconds: float) -> None:
        """Everybody looks at the clock, and what is over is forgotten."""
        self._clock.ahead_s += seconds
        running = self._running
        running.meetings.rooms.look_around()
        await asyncio.sleep(0)
        running.sweep()

    async def _kill_worker(self) -> None:
        (pid,) = children(os.getpid())
        restarts = self._engine.counters()["worker_restarts"]
        os.kill(pid, signal.SIGKILL)

        async def is_back() -> bool:
            counters = self._engine.counters()
            return counters["worker_restarts"] > restarts and counters["workers"] == 1

        await eventually("another worker", is_back, SETTLE_S)

    def _growth(self) -> list[str]:
        gc.collect()
        assert self._snapshot is not None, "ask for a trace first"
        now = tracemalloc.take_snapshot()
        most = now.compare_to(self._snapshot, "lineno")[:GROWTH_LINES]
        return [str(one) for one in most]


def _port(url: str) -> int:
    port = urlsplit(url).port
    assert port is not None
    return port


async def main(database: str, redis: str = "", port: str = "0", folder: str = "") -> None:
    sharing, services = None, {}
    if redis:
        keeper.EMPTY_S = EMPTY_S
        far_desk.TELL_AGAIN_S, far_desk.FORGET_S = TELL_AGAIN_S, FORGET_S
        store = await Store.open(database, str(Path(folder).parent / "key"))
        sharing = Sharing(redis_url=redis, url=f"http://{HOST}:{port}", name=Path(folder).name)
        await claim(store, sharing)
        await store.use_journal(Path(folder))
        services = {_port(database): "database", _port(redis): "registry"}
    else:
        store = await Store.open(database)
    host = Host(store, sharing, services)
    runner = await host.start(int(port))
    loop = asyncio.get_running_loop()
    print(json.dumps({"url": host.url}), flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(await host.handle(json.loads(line))), flush=True)
    await host.move_out(runner)
    await runner.cleanup()
    await host.close()
    await store.close()
    print(json.dumps({"is_over": True}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
