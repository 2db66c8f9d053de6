"""Pages of many people, in a process of their own: `python -m tests.bench.crowd URL FIRST`.

One JSON line in, one out (`packet_cost.Child`). FIRST is the number of its first page.

    {"settle": [room, ...]}                hosts and guests come in, and stay
    {"arrive": [room, ...], "per_s", "seconds", "stay_s", "seed"}
                                           newcomers with offers, by chance at this rate, whatever
                                           the server does; each stays, leaves and closes
    {"close": true}

A room is `{address, pin, invites}`: the first invites are of those who stay, the last of newcomers.
"""

import asyncio
import json
import os
import random
import sys
import time
from collections import Counter
from typing import Any

import aiohttp
from aiortc.rtcdtlstransport import RTCCertificate

from tests.bench.cpu import cpu_seconds
from tests.bench.light_page import LightPage, PageLost
from tests.bench.load_peer import LoadPeer

STAYING = 3
"""Guests of each room who stay, beside its host."""
AT_ONCE = 16
OFFERS = 4
DECLARATION = "legal-1"
GIVES_WAY = 5
"""To what is measured: people bring processors of their own."""


class Crowd:
    def __init__(self, http: aiohttp.ClientSession, url: str, first: int) -> None:
        self._http = http
        self._url = url
        self._next = first
        self._staying: list[LightPage] = []
        certificate = RTCCertificate.generateCertificate()
        peers = [LoadPeer(number, certificate) for number in range(OFFERS)]
        self._offers = [peer.offer() for peer in peers]
        for peer in peers:
            peer.close()

    async def handle(self, message: dict[str, Any]) -> dict[str, Any]:
        match message:
            case {"settle": rooms}:
                return await self._settle(rooms)
            case {"arrive": rooms}:
                return await self._arrive(rooms, message)
            case {"look": _}:
                return {
                    "lost": sum(page.is_closed for page in self._staying),
                    "heard": sum(page.heard for page in self._staying),
                }
        await asyncio.gather(*(page.close() for page in self._staying))
        return {}

    def _page(self) -> LightPage:
        self._next += 1
        return LightPage(self._http, self._url, self._next)

    async def _settle(self, rooms: list[dict[str, Any]]) -> dict[str, Any]:
        turn = asyncio.Semaphore(AT_ONCE)

        async def fill(room: dict[str, Any]) -> None:
            async with turn:
                host = await self._stay()
                await self._join(host, room, role="host")
                _done(await host.request("host.enter_pin", pin=room["pin"], confirmed=[]))
                for token in room["invites"][:STAYING]:
                    await self._join(await self._stay(), room, invite=token)

        await asyncio.gather(*(fill(room) for room in rooms))
        return {"settled": len(self._staying)}

    async def _stay(self) -> LightPage:
        page = await self._page().connect()
        self._staying.append(page)
        return page

    async def _join(self, page: LightPage, room: dict[str, Any], **more: Any) -> dict[str, Any]:
        asked = {"role": "guest", "names": ["Somebody"], "declaration": DECLARATION, **more}
        return _done(await page.request("room.join", room=room["address"], **asked))

    # -- newcomers ----------------------------------------------------------------------------

    async def _arrive(self, rooms: list[dict[str, Any]], how: dict[str, Any]) -> dict[str, Any]:
        """Open loop: nobody waits for the one before."""
        chance = random.Random(how["seed"])
        began, due = time.monotonic(), 0.0
        cpu = cpu_seconds([os.getpid()])
        tasks: list[asyncio.Task[None]] = []
        self._joined_ms: list[float] = []
        self._connected_ms: list[float] = []
        self._failed: Counter[str] = Counter()
        late_ms = 0.0
        while due < how["seconds"]:
            await asyncio.sleep(max(0.0, began + due - time.monotonic()))
            late_ms = max(late_ms, 1000 * (time.monotonic() - began - due))
            at = len(tasks)
            token = rooms[at % len(rooms)]["invites"][STAYING + at // len(rooms) % 2]
            visit = self._visit(rooms[at % len(rooms)], token, how["stay_s"])
            tasks.append(asyncio.create_task(visit))
            due += chance.expovariate(how["per_s"])
        took_s = time.monotonic() - began
        await asyncio.gather(*tasks)
        return {
            "arrived": len(tasks),
            "per_s": len(tasks) / took_s,
            "joined_ms": self._joined_ms,
            "connected_ms": self._connected_ms,
            "failed": self._failed,
            "late_ms": late_ms,
            "own_cpu_s": cpu_seconds([os.getpid()]) - cpu,
        }

    async def _visit(self, room: dict[str, Any], token: str, stay_s: float) -> None:
        page, began = self._page(), time.monotonic()
        try:
            await page.connect()
            asked_at = time.monotonic()
            self._connected_ms.append(1000 * (asked_at - began))
            offer = self._offers[len(self._connected_ms) % OFFERS]
            joined = await self._join(page, room, invite=token, offer=offer)
            self._joined_ms.append(1000 * (time.monotonic() - asked_at))
            if "answer" not in joined:
                raise Refused(str(joined.get("offer_error", "waits")))
            await asyncio.sleep(stay_s)
            _done(await page.request("room.leave"))
        except (PageLost, aiohttp.ClientError, Refused) as error:
            self._failed[f"{type(error).__name__}: {error}"] += 1
        finally:
            await page.close()


class Refused(Exception):
    """The code of an error acknowledgement."""


def _done(ack: dict[str, Any]) -> dict[str, Any]:
    if "error" in ack:
        raise Refused(ack["error"]["code"])
    data: dict[str, Any] = ack["data"]
    return data


async def main(url: str, first: int) -> None:
    os.nice(GIVES_WAY)
    loop = asyncio.get_running_loop()
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as http:
        crowd = Crowd(http, url, first)
        print(json.dumps({"is_ready": True}), flush=True)
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            print(json.dumps(await crowd.handle(json.loads(line))), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
