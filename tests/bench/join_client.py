"""Coming in as in `join_time`, by a client without a page: aiortc, decoding in this process.

What it takes less than Chromium is what a browser takes on the same cores to draw a meeting.
Without a round trip only: aiortc nominates its pair by a second check (RFC 8445, 8.1.1), one round
trip more than a browser's.
"""

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from playwright.async_api import async_playwright

from tests.bench.browser_room import TIMEOUT_MS, BrowserRoom
from tests.bench.join_time import bar_ms
from tests.bench.table import Figure
from tests.browser.faces import FACES
from tests.peers.aiortc_peer import AiortcPeer
from tests.signalling.client import Client


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientJoin:
    """One join, milliseconds: until its answer, then until the first decoded picture."""

    answer_ms: float
    picture_ms: float

    @property
    def total_ms(self) -> float:
        return self.answer_ms + self.picture_ms


async def _join(room: BrowserRoom) -> ClientJoin:
    client = await Client(room.guest_url).connect()
    face = FACES[1]
    peer = AiortcPeer(colour=face.colour, number=face.number, pitch_hz=face.tone_hz)
    try:
        offer = await peer.offer()
        loop = asyncio.get_running_loop()
        sent = loop.time()
        told = await client.join(room.address, "Guest", invite=room.invite, offer=offer)
        answered = loop.time()
        await peer.accept(told["answer"])
        eyes = [asyncio.ensure_future(eye.opened.wait()) for eye in peer.eyes.values()]
        done, waiting = await asyncio.wait(
            eyes, timeout=TIMEOUT_MS / 1000, return_when=asyncio.FIRST_COMPLETED
        )
        seen = loop.time()
        assert done
        for task in waiting:
            task.cancel()
        await client.request("room.leave")
    finally:
        await peer.close()
        await client.close()
    return ClientJoin(answer_ms=1000 * (answered - sent), picture_ms=1000 * (seen - answered))


async def client_join_times(count: int) -> list[ClientJoin]:
    """One more warms up, untold."""
    with tempfile.TemporaryDirectory() as name:
        async with async_playwright() as playwright:
            room = BrowserRoom(Path(name), playwright)
            await room.start()
            try:
                return [await _join(room) for _ in range(count + 1)][1:]
            finally:
                await room.close()


def client_join_figure(joins: Sequence[ClientJoin]) -> Figure:
    """The median."""
    total = median(join.total_ms for join in joins)
    return Figure(
        name="the same by a client without a page, round trip 0 ms",
        measured=f"{total:.0f} ms (worst {max(join.total_ms for join in joins):.0f}):"
        f" answer {median(join.answer_ms for join in joins):.0f},"
        f" then picture {median(join.picture_ms for join in joins):.0f}",
        bar=f"<= {bar_ms(0)} ms",
        is_met=total <= bar_ms(0),
    )
