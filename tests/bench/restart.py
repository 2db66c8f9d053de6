"""How long nothing arrives while a path changes: a real engine, real sockets, a delay between.

Somebody who receives fifty packets a second restarts ICE, moves to another socket, or falls
silent. The network between them and the engine has a round trip of `ROUND_TRIP_S`, and so has the
offer's way.
"""

import asyncio
import contextlib
import itertools
import os
import time
from collections.abc import AsyncIterator
from dataclasses import replace

from aiortc.rtcdtlstransport import RTCCertificate

from media.engine import Config, MediaEngine
from media.messages import (
    AddEndpoint,
    Answer,
    EngineEvent,
    Gate,
    Negotiate,
    SetGate,
    SetSources,
    Source,
    TransportLost,
)
from tests.bench.load_peer import LoadPeer
from tests.bench.offer import parse_answer
from tests.bench.rtcp_client import is_rtcp
from tests.bench.simulated import spread
from tests.bench.table import Figure
from tests.browser.network import UdpRelay, Weather
from tests.media.packets import opus_packet

ROUND_TRIP_S = 0.1
PACKET_S = 0.02
CHECK_S = 2.5
"""Between a browser's checks of the pair it uses."""
RETRY_S = 0.05
ENOUGH = 25
"""Packets that must arrive before a change is called over."""
PATIENCE_S = 10.0
GAP_BAR_S, SILENT_BAR_S = 1.0, 6.5


class Roamer(LoadPeer):
    """A peer that restarts ICE and changes its socket, with the keys it has."""

    def renew(self) -> str:
        """Return the offer of an ICE restart."""
        self._own = replace(self._own, ufrag=os.urandom(4).hex(), pwd=os.urandom(12).hex())
        return self.offer()

    def take(self, sdp: str) -> None:
        """Check by this answer's credentials from now on."""
        self.answer = parse_answer(sdp)

    def move(self) -> None:
        """Go on with another socket: another network."""
        assert self.answer is not None
        before = self.socket
        self.socket = type(before)(before.family, before.type)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.connect(self.answer.address)
        self.socket.setblocking(False)
        before.close()


class Call:
    """One sends, one receives; `arrived` says when."""

    def __init__(self) -> None:
        certificate = RTCCertificate.generateCertificate()
        self.sender, self.receiver = Roamer(1, certificate), Roamer(2, certificate)
        self.arrived: list[float] = []
        self.lost = asyncio.Event()
        self.engine = MediaEngine(self._note)
        self.relay = UdpRelay(("127.0.0.1", 9))
        self._tasks: list[asyncio.Task[None]] = []
        self._reading = -1

    async def start(self) -> None:
        await self.relay.start()
        announced = (f"127.0.0.1:{self.relay.port}",)
        await self.engine.start(Config(host="127.0.0.1", announced=announced))
        self.relay.move(("127.0.0.1", self.engine.port))
        self.relay.set_weather(Weather(delay_ms=1000 * ROUND_TRIP_S / 2))
        for peer, source in ((self.sender, "e2"), (self.receiver, "e1")):
            name = f"e{peer.number}"
            await self.engine.request(AddEndpoint(room="room", endpoint=name))
            await self.engine.request(SetGate(endpoint=name, gate=Gate(audio=True)))
            heard = (Source(endpoint=source, audio=True),)
            await self.engine.request(SetSources(endpoint=name, sources=heard))
            await asyncio.to_thread(peer.connect, await self._negotiate(peer, peer.offer()))
        self._tasks = [asyncio.create_task(self._talk())]
        self.listen()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.deafen()
        await self.engine.close()
        await self.relay.close()
        self.sender.close()
        self.receiver.close()

    def listen(self) -> None:
        self._reading = self.receiver.socket.fileno()
        asyncio.get_running_loop().add_reader(self._reading, self._read)

    def deafen(self) -> None:
        """Nothing arrives at the receiver's socket from now on."""
        asyncio.get_running_loop().remove_reader(self._reading)

    async def restart(self) -> None:
        """An ICE restart: the offer's way, the answer's, then checks."""
        await asyncio.sleep(ROUND_TRIP_S / 2)
        answer = await self._negotiate(self.receiver, self.receiver.renew())
        await asyncio.sleep(ROUND_TRIP_S / 2)
        self.receiver.take(answer)

    async def pause_since(self, began: float) -> float:
        """Check until packets arrive again; return the longest time without any since `began`."""
        deadline = time.monotonic() + PATIENCE_S
        while sum(at > began + ROUND_TRIP_S for at in self.arrived) < ENOUGH:
            assert time.monotonic() < deadline, "nothing arrives any more"
            self.receiver.socket.send(self.receiver.check())
            await asyncio.sleep(RETRY_S)
        before = max((at for at in self.arrived if at <= began), default=began)
        times = [before, *(at for at in self.arrived if at > began)]
        return max(after - last for last, after in itertools.pairwise(times))

    def forget_mapping(self) -> None:
        """The receiver's router forgets them: what comes for them is lost, until they send."""
        flow = self.relay.flows.pop(self.receiver.socket.getsockname())
        assert flow.up is not None
        flow.up.close()

    async def _negotiate(self, peer: LoadPeer, offer: str) -> str:
        reply = await self.engine.request(Negotiate(endpoint=f"e{peer.number}", offer=offer))
        assert isinstance(reply, Answer), reply
        return reply.sdp

    async def _talk(self) -> None:
        assert self.sender.outbound is not None
        for number in itertools.count():
            packet = opus_packet(
                ssrc=self.sender.audio_ssrc, sequence=number, timestamp=960 * number
            )
            self.sender.socket.send(self.sender.outbound.protect(packet))
            await asyncio.sleep(PACKET_S)

    def _read(self) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionRefusedError):
            while packet := self.receiver.socket.recv(2048):
                if packet[0] >= 128 and not is_rtcp(packet):
                    self.arrived.append(time.monotonic())

    def _note(self, event: EngineEvent) -> None:
        if isinstance(event, TransportLost) and event.endpoint == "e2":
            self.lost.set()


@contextlib.asynccontextmanager
async def a_call() -> AsyncIterator[Call]:
    call = Call()
    try:
        await call.start()
        await call.pause_since(time.monotonic())
        yield call
    finally:
        await call.close()


async def _restarts(count: int, *, moves: bool) -> list[float]:
    pauses = []
    async with a_call() as call:
        for _ in range(count):
            began = time.monotonic()
            if moves:
                call.deafen()
            await call.restart()
            if moves:
                call.receiver.move()
                call.listen()
            pauses.append(await call.pause_since(began))
    return pauses


async def _moves(count: int) -> list[float]:
    pauses = []
    async with a_call() as call:
        for _ in range(count):
            began = time.monotonic()
            call.deafen()
            call.receiver.move()
            call.listen()
            pauses.append(await call.pause_since(began))
    return pauses


async def _forgotten(count: int) -> list[float]:
    """The next check comes when it is due, and not because anything was noticed."""
    pauses = []
    async with a_call() as call:
        for turn in range(count):
            began = time.monotonic()
            call.forget_mapping()
            await asyncio.sleep(CHECK_S * (turn + 1) / count)
            pauses.append(await call.pause_since(began))
    return pauses


async def _silence() -> float:
    async with a_call() as call:
        began = time.monotonic()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(call.lost.wait(), PATIENCE_S)
        return time.monotonic() - began


async def restart_figures(count: int) -> list[Figure]:
    same, moved = await _restarts(count, moves=False), await _restarts(count, moves=True)
    roamed, forgotten, silent = await _moves(count), await _forgotten(count), await _silence()

    def gap(name: str, pauses: list[float], bar_s: float | None = GAP_BAR_S) -> Figure:
        return Figure(
            name=name,
            measured=spread((1000 * pause for pause in pauses), " ms", 0),
            bar=f"<= {bar_s:.0f} s" if bar_s else "-",
            is_met=max(pauses) <= bar_s if bar_s else None,
        )

    return [
        gap("ICE restart on the same socket: nothing arrives for", same),
        gap("ICE restart on another socket, the first is dead at once", moved),
        gap("another address without a restart", roamed),
        gap(
            f"a router forgot its mapping, the next check is up to {CHECK_S} s off", forgotten, None
        ),
        Figure(
            name="somebody falls silent: their end is noticed after",
            measured=f"{silent:.1f} s",
            bar="6 s",
            is_met=silent <= SILENT_BAR_S,
        ),
    ]
