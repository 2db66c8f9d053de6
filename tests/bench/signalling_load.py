"""One node of an estate with 500 rooms and 2,000 people in them, and 50 more who join each second.

The server is `vmr serve` on PostgreSQL and Redis, with one media worker that answers the offers of
those who join; no packet flows. Pages are two processes of their own: those who stay, and those
who come for some seconds. CPU time is what to compare: the machine may be shared.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.cpu import Machine, children, cpu_seconds, waited_seconds
from tests.bench.crowd import STAYING
from tests.bench.memory import rss_mb
from tests.bench.packet_cost import TIMEOUT_S, Child, quantile
from tests.bench.table import Figure
from tests.browser.server_process import ServerProcess
from tests.peers.postgresql import Postgresql
from tests.peers.redis import Redis
from tests.signalling.officers import CHEAP
from vmr.policies import PolicyName
from vmr.store import Store
from vmr.store.secrets import hash_token, make_token

BAR_MS = 250.0
PRISONS = 120
PIN = "482916"
SETTLE_AT_ONCE = 25
VISITORS = 2
"""Personal links of each room that newcomers take in turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What the node is given."""

    rooms: int = 500
    warm_s: float = 10.0
    """What a start takes is no part of it."""
    idle_s: float = 30.0
    joins_per_s: float = 50.0
    seconds: float = 60.0
    stay_s: float = 3.0
    """No packet flows: each of them is a handshake that goes on, and a worker has 256 at most."""

    @property
    def people(self) -> int:
        return self.rooms * (1 + STAYING)


SHORT = Load(rooms=10, warm_s=0.0, idle_s=1.0, joins_per_s=4.0, seconds=3.0, stay_s=0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a stretch of time took. CPU in seconds; `server` is the signalling process."""

    seconds: float
    server_s: float
    workers_s: float
    waited_s: float
    commits: int
    log_bytes: int
    redis_commands: int
    machine_idle: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    load: Load
    empty: Spent
    idle: Spent
    joining: Spent
    arrived: Mapping[str, Any]
    rss_mb: Sequence[float]
    """Of the signalling process: empty, with all who stay, at the end."""
    load_average: float
    entry_bytes: float
    """Of an entry of record in PostgreSQL, with its personal values and indexes."""

    @property
    def idle_ms(self) -> float:
        """CPU of the server a second for each thousand who stay, in ms."""
        idle, empty = self.idle, self.empty
        spent = idle.server_s / idle.seconds - empty.server_s / empty.seconds
        return 1e6 * spent / self.load.people

    @property
    def join_ms(self) -> float:
        """CPU of the server for each who came, was told of to the others, and left, in ms."""
        joining, idle = self.joining, self.idle
        spent = joining.server_s - idle.server_s * joining.seconds / idle.seconds
        return 1000 * spent / float(self.arrived["arrived"])


class NodeServer(ServerProcess):
    """One of several servers, behind a proxy that tells where people come from."""

    def __init__(self, directory: Path, database: str, redis: str) -> None:
        super().__init__(directory)
        self.settings = {
            "VMR_REDIS_URL": redis,
            "VMR_PUBLIC_URL": self.url,
            "VMR_DATABASE_URL": database,
            "VMR_RECORD_KEY_FILE": str(directory / "key"),
            "VMR_JOURNAL_DIR": str(directory / "journal"),
            "VMR_TRUSTED_PROXIES": "127.0.0.1",
            "VMR_LOG_LEVEL": "warning",
        }


class Scales:
    """What server, database and registry have done so far."""

    def __init__(
        self, server: ServerProcess, postgresql: Postgresql, name: str, redis: Redis
    ) -> None:
        self._server = server
        self._postgresql = postgresql
        self._name = name
        self._redis = redis.client()
        self._machine = Machine()

    async def weigh(self, seconds: float, work: "asyncio.Future[Any] | None" = None) -> Spent:
        """From now until so many seconds are over, or `work` is done."""
        loop = asyncio.get_running_loop()
        self._machine.begin()
        before, began = self._look(), loop.time()
        await (asyncio.sleep(seconds) if work is None else work)
        took_s, after = loop.time() - began, self._look()
        change = [late - early for early, late in zip(before, after, strict=True)]
        return Spent(
            seconds=took_s,
            server_s=change[0],
            workers_s=change[1],
            waited_s=change[2],
            commits=round(change[3]),
            log_bytes=round(change[4]),
            redis_commands=round(change[5]),
            machine_idle=self._machine.idle,
        )

    def _look(self) -> tuple[float, ...]:
        pid, workers = self._server.pid, children(self._server.pid)
        (commits,) = self._postgresql.execute(
            "postgres",
            "SELECT xact_commit FROM pg_stat_database WHERE datname = %s", self._name,
        )  # fmt: skip
        ((log,),) = self._postgresql.execute(
            "postgres", "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')"
        )
        return (
            cpu_seconds([pid]), cpu_seconds(workers), waited_seconds([pid]), float(commits[0]),
            float(log), float(self._redis.info("stats")["total_commands_processed"]),
        )  # fmt: skip

    def entry_bytes(self) -> float:
        ((size,),) = self._postgresql.execute(
            self._name,
            "SELECT (pg_total_relation_size('record_entries')"
            " + pg_total_relation_size('record_personal'))::float"
            " / (SELECT count(*) FROM record_entries)",
        )
        return float(size)

    def close(self) -> None:
        self._redis.close()


@asynccontextmanager
async def _services() -> AsyncIterator[tuple[Postgresql, Redis]]:
    postgresql, redis = Postgresql(waits_for_disk=True), Redis()
    try:
        postgresql.make()
        postgresql.start()
        redis.start()
        yield postgresql, redis
    finally:
        redis.stop()
        postgresql.remove()


async def make_estate(store: Store, rooms: int) -> list[dict[str, Any]]:
    """Legal rooms of so many prisons, with a PIN whose hash is cheap and links for everybody."""
    pin_hash = CHEAP.hash(PIN)
    prisons = [
        await store.add_establishment(name=f"HMP {number}", phone="01632 960001")
        for number in range(min(PRISONS, rooms))
    ]
    made = []
    for number in range(rooms):
        room = await store.add_room(
            prisons[number % len(prisons)],
            name=f"Legal {number}", policy=PolicyName.LEGAL, pin_hash=pin_hash,
        )  # fmt: skip
        tokens = [make_token() for _ in range(STAYING + VISITORS)]
        for token in tokens:
            await store.add_invite(room.id, token_hash=hash_token(token), label="Guest")
        made.append({"address": room.address, "pin": PIN, "invites": tokens})
    return made


async def measure_signalling(load: Load) -> Measured:
    async with _services() as (postgresql, redis):
        with postgresql.database() as name, tempfile.TemporaryDirectory() as folder:
            url = postgresql.url(name)
            server = NodeServer(Path(folder), url, redis.url)
            await server.start()
            try:
                store = await Store.open(url, str(Path(folder) / "key"))
                rooms = await make_estate(store, load.rooms)
                await store.close()
                scales = Scales(server, postgresql, name, redis)
                try:
                    return await _measure(load, server, scales, rooms)
                finally:
                    scales.close()
                    log = server.log_text()
                    assert "Traceback" not in log, log[-5000:]
            finally:
                await server.kill()


async def _measure(
    load: Load, server: ServerProcess, scales: Scales, rooms: list[dict[str, Any]]
) -> Measured:
    staying = await Child.start("tests.bench.crowd", server.url, "0")
    coming = await Child.start("tests.bench.crowd", server.url, "1000000")
    for child in (staying, coming):
        await child.listen()
    await asyncio.sleep(load.warm_s)
    sizes = [rss_mb(server.pid)]
    empty = await scales.weigh(load.idle_s / 3)
    for first in range(0, len(rooms), SETTLE_AT_ONCE):
        await staying.ask(settle=rooms[first : first + SETTLE_AT_ONCE])
    sizes.append(rss_mb(server.pid))
    idle = await scales.weigh(load.idle_s)
    arriving = asyncio.ensure_future(
        coming.ask(
            TIMEOUT_S + load.seconds,
            arrive=rooms,
            per_s=load.joins_per_s,
            seconds=load.seconds,
            stay_s=load.stay_s,
            seed=7,
        )
    )
    joining = await scales.weigh(load.seconds, arriving)
    load_average = os.getloadavg()[0]
    sizes.append(rss_mb(server.pid))
    looked = await staying.ask(look=True)
    assert not looked["lost"], f"{looked['lost']} who stayed have lost their sockets"
    for child in (coming, staying):
        await child.ask(close=True)
        await child.finish()
    return Measured(
        load=load,
        empty=empty,
        idle=idle,
        joining=joining,
        arrived=arriving.result(),
        rss_mb=sizes,
        load_average=load_average,
        entry_bytes=scales.entry_bytes(),
    )


def signalling_figures(measured: Measured) -> list[Figure]:
    load, idle, joining, arrived = (
        measured.load, measured.idle, measured.joining, measured.arrived
    )  # fmt: skip
    p50, p95, p99 = (quantile(arrived["joined_ms"], share) for share in (0.5, 0.95, 0.99))
    connected = [quantile(arrived["connected_ms"], share) for share in (0.5, 0.99)]
    failed = sum(arrived["failed"].values())
    return [
        Figure(
            name=f"{load.people:,} who stay in {load.rooms} rooms, {arrived['per_s']:.0f} joins"
            " a second: join to its answer",
            measured=f"p50 {p50:.0f}, p95 {p95:.0f}, p99 {p99:.0f} ms; {failed} of"
            f" {arrived['arrived']} failed {dict(arrived['failed']) if failed else ''}".rstrip(),
            bar=f"p99 <= {BAR_MS:.0f} ms, none failed",
            is_met=p99 <= BAR_MS and not failed,
        ),
        Figure(
            name="a socket and its session", measured="p50 {:.0f}, p99 {:.0f} ms".format(*connected)
        ),
        Figure(
            name="CPU of the server for each who stays",
            measured=f"{measured.idle_ms / 1000:.3f} ms a second"
            f" ({100 * idle.server_s / idle.seconds:.1f} % of a core for all,"
            f" {100 * measured.empty.server_s / measured.empty.seconds:.1f} % without them)",
        ),
        Figure(
            name="CPU of the server for each who joins, is told of to the others, and leaves",
            measured=f"{measured.join_ms:.1f} ms"
            f" ({100 * joining.server_s / joining.seconds:.0f} % of a core for all)",
        ),
        Figure(
            name="CPU of the media worker for each answer",
            measured=f"{1000 * joining.workers_s / arrived['arrived']:.1f} ms",
        ),
        Figure(
            name="memory of the server",
            measured="{:.0f} MB empty, {:.0f} with all, {:.0f} at the end".format(*measured.rss_mb),
        ),
        *(
            Figure(
                name=f"PostgreSQL and Redis, {what}",
                measured=f"{spent.commits / spent.seconds:.0f} transactions and"
                f" {spent.log_bytes / spent.seconds / 1000:.0f} kB of its log a second;"
                f" {spent.redis_commands / spent.seconds:.1f} commands a second",
            )
            for what, spent in (("everybody idle", idle), ("with joins", joining))
        ),
        Figure(
            name="an entry of record in PostgreSQL, with its names and indexes",
            measured=f"{measured.entry_bytes:.0f} bytes",
        ),
        Figure(
            name="the machine",
            measured=f"load {measured.load_average:.1f}, {100 * joining.machine_idle:.0f} % idle;"
            f" the server waited {joining.waited_s / joining.seconds:.2f} of the time for a core,"
            f" the load was late by {arrived['late_ms']:.0f} ms at most",
        ),
    ]
