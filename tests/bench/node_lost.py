"""How long two people of a locked meeting are without it when `kill -9` ends its server.

Two servers with fake engines, a PostgreSQL and a Redis of their own; pages without a browser, which
ask again every 0.1 s. What a browser adds is its own connecting and the first picture.
"""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench.packet_cost import quantile
from tests.bench.table import Figure
from tests.browser.eventually import eventually
from tests.peers.postgresql import Postgresql
from tests.peers.redis import Redis
from tests.signalling.nodes.estate import SETTLED_S, Estate, estate_on
from tests.signalling.store_house import make_room
from vmr.nodes.lease import LEASE_S
from vmr.store import Store

BAR_S = 8.0


async def measure_lost_nodes(rounds: int) -> list[float]:
    """Seconds from each kill until both sit in the locked room again."""
    postgresql, redis = Postgresql(waits_for_disk=True), Redis()
    try:
        postgresql.make()
        postgresql.start()
        redis.start()
        with postgresql.database() as name, tempfile.TemporaryDirectory() as folder:
            url = postgresql.url(name)
            store = await Store.open(url, str(Path(folder) / "key"))
            room = await make_room(store)
            async with estate_on(url, redis, store, room, Path(folder)) as estate:
                taken = await _rounds(estate, rounds)
            await store.close()
            return taken
    finally:
        redis.stop()
        postgresql.remove()


def lost_node_figures(taken: Sequence[float]) -> list[Figure]:
    p50, p95 = quantile(taken, 0.5), quantile(taken, 0.95)
    return [
        Figure(
            name=f"kill -9 of a node to both in the locked room again, {len(taken)} times",
            measured=f"p50 {p50:.1f}, p95 {p95:.1f}, worst {max(taken):.1f} s",
            bar="p95 <= 8 s, with the picture",
            is_met=p95 <= BAR_S,
        )
    ]


async def _rounds(estate: Estate, rounds: int) -> list[float]:
    for _ in range(2):
        await estate.add()
    host, guest = await estate.locked()
    taken = []
    for _ in range(rounds):
        dying = await estate.owner()
        await dying.kill()
        killed_at = time.monotonic()
        await asyncio.gather(host.come_back(), guest.come_back())
        taken.append(time.monotonic() - killed_at)
        assert (host.stage, guest.stage) == ("locked", "locked")
        estate.nodes.remove(dying)
        await estate.add()
        await eventually("the servers know each other", lambda: _all_clear(estate), SETTLED_S)
        await asyncio.sleep(LEASE_S)  # a watch as long as a lease, as in an estate that runs
    return taken


async def _all_clear(estate: Estate) -> bool:
    said = [(await one.health())["estate"] for one in estate.nodes]
    return all(one["servers"] == len(estate.nodes) and one["is_leased"] for one in said)
