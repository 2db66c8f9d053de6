"""From a knock's request to the alert at two duty desks: the whole server, without a browser.

Beside it: how long the server worked meanwhile, and how long it was ready to and had no core, which
is the machine's doing.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.bench.cpu import Machine, scheduled_seconds
from tests.bench.packet_cost import quantile
from tests.bench.table import Figure
from tests.browser.desk import COOKIE, sign_in
from tests.browser.rooms import TestRoom, make_rooms
from tests.browser.server_process import ServerProcess
from tests.signalling.client import Client, DeviceKey
from tests.signalling.desk.desk_client import DeskClient

ROOMS = 12
SOCKETS_PER_S = 5.0  # what the server lets one address open
P99_MS = 500.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Knocks:
    """Of each knock: how long it took, the server's threads ran, and waited for a core."""

    took_ms: Sequence[float]
    ran_ms: Sequence[float]
    waited_ms: Sequence[float]
    at_once_ms: Sequence[float]
    idle: float


async def _open(url: str, room: TestRoom) -> Client:
    host = await Client(url).connect()
    await host.join(room.address, "Host", role="host")
    await host.request("host.enter_pin", pin=room.pin, confirmed=[])
    return host


def _has_knock(desk: DeskClient, participant: str) -> bool:
    return any(
        alert["participant"] == participant
        for room in desk.rooms
        for alert in desk.alerts(room)
        if alert["kind"] == "knock"
    )


async def _knock(guest: Client, room: TestRoom, desks: list[DeskClient]) -> float:
    """Milliseconds until both desks have it."""
    began = time.monotonic()
    joined = await guest.join(room.address, "Late", key=DeviceKey())
    who = joined["participant"]
    for desk in desks:
        await desk.wait_for(partial(_has_knock, desk, who), "the knock")
    return 1000 * (time.monotonic() - began)


class _House:
    """Twelve open rooms of one establishment, and two desks."""

    def __init__(self, server: ServerProcess) -> None:
        self._server = server
        self.rooms: list[TestRoom] = []
        self.desks: list[DeskClient] = []
        self._hosts: list[Client] = []

    async def open(self) -> None:
        names = [f"Room {number}" for number in range(ROOMS)]
        self.rooms = await make_rooms(self._server.database, "legal", names)
        self._hosts = [await _open(self._server.url, room) for room in self.rooms]
        for name in ("A. Reed", "B. Shaw"):
            cookie = await sign_in(self._server.database, self.rooms[0].address, name)
            headers = {"Cookie": f"{COOKIE}={cookie}"}
            self.desks.append(await DeskClient(self._server.url, headers).connect())

    async def guest(self) -> Client:
        """Not sooner than the server lets one address open its next socket."""
        await asyncio.sleep(1 / SOCKETS_PER_S)
        return await Client(self._server.url).connect()

    async def close(self) -> None:
        for host in self._hosts:
            await host.close()
        for desk in self.desks:
            await desk.close()


async def measure_knocks(count: int) -> Knocks:
    """`count` knocks at twelve open rooms, one after another, then one at each at once."""
    with tempfile.TemporaryDirectory() as directory:
        server = ServerProcess(Path(directory))
        await server.start()
        house, machine = _House(server), Machine()
        await house.open()
        machine.begin()
        took_ms, ran_ms, waited_ms = [], [], []
        for number in range(count):
            guest = await house.guest()
            ran, waited = scheduled_seconds(server.pid)
            took_ms.append(await _knock(guest, house.rooms[number % ROOMS], house.desks))
            ran_after, waited_after = scheduled_seconds(server.pid)
            ran_ms.append(1000 * (ran_after - ran))
            waited_ms.append(1000 * (waited_after - waited))
            await guest.close()
        idle = machine.idle
        guests = [await house.guest() for _ in house.rooms]
        pairs = zip(guests, house.rooms, strict=True)
        together = [_knock(guest, room, house.desks) for guest, room in pairs]
        at_once = await asyncio.gather(*together)
        for guest in guests:
            await guest.close()
        await house.close()
        await server.stop()
    return Knocks(
        took_ms=took_ms, ran_ms=ran_ms, waited_ms=waited_ms, at_once_ms=at_once, idle=idle
    )


def knock_figures(knocks: Knocks) -> list[Figure]:
    p99, worst = quantile(knocks.took_ms, 0.99), max(knocks.at_once_ms)
    return [
        Figure(
            name=f"{len(knocks.took_ms)} knocks one by one, at both desks",
            measured=f"p50 {quantile(knocks.took_ms, 0.5):.0f}, p99 {p99:.0f} ms",
            bar=f"p99 < {P99_MS:.0f} ms",
            is_met=p99 < P99_MS,
        ),
        Figure(
            name=f"{len(knocks.at_once_ms)} rooms knocked at together",
            measured=f"p50 {quantile(knocks.at_once_ms, 0.5):.0f}, worst {worst:.0f} ms",
            bar=f"< {P99_MS:.0f} ms",
            is_met=worst < P99_MS,
        ),
        Figure(
            name="the server worked on each",
            measured=f"p50 {quantile(knocks.ran_ms, 0.5):.1f},"
            f" p99 {quantile(knocks.ran_ms, 0.99):.1f} ms",
        ),
        Figure(
            name="its threads waited for a core",
            measured=f"p50 {quantile(knocks.waited_ms, 0.5):.1f},"
            f" p99 {quantile(knocks.waited_ms, 0.99):.1f} ms; the machine's load was"
            f" {os.getloadavg()[0]:.1f}, {100 * knocks.idle:.0f} % of its cores idle",
        ),
    ]
