"""Work for the signalling process that has nothing to do with packets: argon2 and pages.

As a process: `python -m tests.bench.busy URL ROOM_ADDRESS CORE`. It tries wrong PINs and reads
pages as fast as they are answered until its input ends, then says how many. The load comes
before it on their core.
"""

import asyncio
import contextlib
import json
import os
import sys
from dataclasses import asdict, dataclass

import aiohttp

from tests.bench.cpu import LAST_PRIORITY, pin
from tests.signalling.client import Client, Refused

PIN_TRIERS, READERS = 3, 4
WRONG_PIN = "0000"
PAUSE_S = 0.05
"""A session may ask 20 times a second."""


@dataclass(slots=True)
class Busy:
    """What was done meanwhile."""

    pins: int = 0
    pages: int = 0


async def _try_pins(client: Client, busy: Busy) -> None:
    while True:
        with contextlib.suppress(Refused):
            await client.request("host.enter_pin", pin=WRONG_PIN, confirmed=[])
        busy.pins += 1
        await asyncio.sleep(PAUSE_S)


async def _read_pages(url: str, busy: Busy) -> None:
    async with aiohttp.ClientSession() as session:
        while True:
            async with session.get(url) as page:
                await page.read()
                assert page.status == 200
            busy.pages += 1


async def main(url: str, address: str) -> None:
    busy, clients = Busy(), [Client(url) for _ in range(PIN_TRIERS)]
    for client in clients:
        await client.connect()
        await client.join(address, "Host", role="host")
    work = [asyncio.create_task(_try_pins(client, busy)) for client in clients]
    work += [asyncio.create_task(_read_pages(f"{url}/r/{address}", busy)) for _ in range(READERS)]
    print(json.dumps({"is_busy": True}), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for task in work:
        task.cancel()
    ends = await asyncio.gather(*work, return_exceptions=True)
    assert all(isinstance(end, asyncio.CancelledError) for end in ends), ends
    print(json.dumps(asdict(busy)), flush=True)
    for client in clients:
        await client.close()


if __name__ == "__main__":
    pin(0, int(sys.argv[3]))
    os.nice(LAST_PRIORITY)
    asyncio.run(main(sys.argv[1], sys.argv[2]))
