"""From a knock's request to the alert at two duty desks: the whole server, without a browser."""

import asyncio
import tempfile
import time
from functools import partial
from pathlib import Path

from tests.browser.desk import COOKIE, sign_in
from tests.browser.rooms import TestRoom, make_rooms
from tests.browser.server_process import ServerProcess
from tests.signalling.client import Client, DeviceKey
from tests.signalling.desk.desk_client import DeskClient

ROOMS = 12
SOCKETS_PER_S = 5.0  # what the server lets one address open


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


async def knock_times_ms(count: int) -> list[float]:
    """`count` knocks at twelve open rooms, one after another, with two desks watching."""
    with tempfile.TemporaryDirectory() as directory:
        server = ServerProcess(Path(directory))
        await server.start()
        names = [f"Room {number}" for number in range(ROOMS)]
        rooms = await make_rooms(server.database, "legal", names)
        clients = [await _open(server.url, room) for room in rooms]
        desks = []
        for name in ("A. Reed", "B. Shaw"):
            cookie = await sign_in(server.database, rooms[0].address, name)
            desks.append(await DeskClient(server.url, {"Cookie": f"{COOKIE}={cookie}"}).connect())
        times = []
        for number in range(count):
            guest = await Client(server.url).connect()
            times.append(await _knock(guest, rooms[number % ROOMS], desks))
            await guest.close()
            await asyncio.sleep(1 / SOCKETS_PER_S)  # the server's limit for new sockets
        for client in clients:
            await client.close()
        for desk in desks:
            await desk.close()
        await server.stop()
        return times
