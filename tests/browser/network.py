"""Each person's own network, on loopback: a TCP proxy for pages and socket, a relay for media.

`cut` makes a network go dark as a lost radio does: nothing is refused or reset, nothing arrives.
Loss and delay are seeded, so that a run can be repeated.
"""

import asyncio
import contextlib
import random
import struct
from collections.abc import Callable, Collection
from dataclasses import dataclass

from media.udp import UdpSocket

Address = tuple[str, int]
_CHUNK = 65536
_STUN_COOKIE = 0x2112A442
_STUN_USERNAME = 0x0006


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """What happens to datagrams: the same seed gives the same losses and delays."""

    loss: float = 0.0
    delay_ms: float = 0.0
    jitter_ms: float = 0.0
    seed: int = 1


class TcpProxy:
    """One person's way to the server by TCP; a port of their own."""

    def __init__(self, upstream: Address, delay_ms: float = 0.0) -> None:
        self.port = 0
        self.delay_ms = delay_ms
        """Of every byte, each way."""
        self.watch: Callable[[int, float, bool], None] | None = None
        """Told of what reaches and leaves the server: bytes, when, whether towards it."""
        self._upstream = upstream
        self._clear = asyncio.Event()
        self._clear.set()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def move(self, upstream: Address) -> None:
        """New connections go to another server (one restarted on another port)."""
        self._upstream = upstream

    def cut(self) -> None:
        """Hold every byte from now on, in both directions."""
        self._clear.clear()

    def mend(self) -> None:
        self._clear.set()

    def reset(self) -> None:
        """Drop every connection at once, as a proxy that is restarted does."""
        for writer in self._writers:
            writer.transport.abort()

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        self.reset()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._join(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with contextlib.suppress(OSError):
            await self._clear.wait()
            up_reader, up_writer = await asyncio.open_connection(*self._upstream)
            self._writers.add(up_writer)
            try:
                await asyncio.gather(
                    self._pump(reader, up_writer, is_up=True),
                    self._pump(up_reader, writer, is_up=False),
                )
            finally:
                self._writers.discard(up_writer)
                up_writer.close()
        self._writers.discard(writer)
        writer.close()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_up: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(_CHUNK):
                await self._clear.wait()
                loop = asyncio.get_running_loop()
                if self.watch is not None:
                    delay_s = self.delay_ms / 1000 if is_up else 0.0
                    self.watch(len(data), loop.time() + delay_s, is_up)
                if self.delay_ms:
                    loop.call_later(self.delay_ms / 1000, writer.write, data)
                else:
                    writer.write(data)
                    await writer.drain()
        await asyncio.sleep(self.delay_ms / 1000)
        with contextlib.suppress(OSError, RuntimeError):
            writer.write_eof()


class UdpEnd:
    """A socket of the relay: its buffer holds what comes while this process has no processor.

    With asyncio's own (212 kB, one datagram a turn) a busy machine lost 8 to 25 % of a meeting.
    """

    def __init__(self, host: str, take: Callable[[bytes, Address], None]) -> None:
        self._socket = UdpSocket(host, 0)
        self._take = take
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket.fileno(), self._read)
        self.port = self._socket.port
        self.is_closed = False

    def send(self, data: bytes, address: Address) -> None:
        if not self.is_closed:
            self._socket.send(data, address)

    def close(self) -> None:
        if not self.is_closed:
            self.is_closed = True
            self._loop.remove_reader(self._socket.fileno())
            self._socket.close()

    def _read(self) -> None:
        for data, peer in self._socket.receive():
            self._take(data, peer[:2])


@dataclass(slots=True)
class Flow:
    """One client address of the relay and its own socket towards the server."""

    client: Address
    ufrag: str = ""
    is_cut: bool = False
    up: UdpEnd | None = None
    packets_up: int = 0
    packets_down: int = 0


def read_ufrag(datagram: bytes) -> str:
    """The client's ufrag in the USERNAME of a STUN check ("server:client"), or nothing."""
    if len(datagram) < 20 or struct.unpack_from("!I", datagram, 4)[0] != _STUN_COOKIE:
        return ""
    at = 20
    while at + 4 <= len(datagram):
        kind, length = struct.unpack_from("!HH", datagram, at)
        if kind == _STUN_USERNAME:
            name = datagram[at + 4 : at + 4 + length].decode(errors="replace")
            return name.partition(":")[2]
        at += 4 + (length + 3) // 4 * 4
    return ""


class UdpRelay:
    """Between all clients and the server's one UDP port; each client is a source of its own."""

    def __init__(self, upstream: Address, host: str = "127.0.0.1") -> None:
        """`host` is the address that clients send to."""
        self.host = host
        self.port = 0
        self.flows: dict[Address, Flow] = {}
        self.weather = Weather()
        self.watch: Callable[[Flow, bytes, float, bool], None] | None = None
        """Told of what reaches and leaves the server: whose, what, when, whether towards it."""
        self._upstream = upstream
        self._down: UdpEnd | None = None
        self._weathers: dict[str, Weather] = {}
        self._random = random.Random(self.weather.seed)
        self._cut_ufrags: set[str] = set()
        self._are_new_cut = False

    async def start(self) -> None:
        self._down = UdpEnd(self.host, self._take_up)
        self.port = self._down.port

    def move(self, upstream: Address) -> None:
        """Another server port from now on; every flow starts anew."""
        self._upstream = upstream
        self._forget()

    def set_weather(self, weather: Weather, ufrag: str = "") -> None:
        """Everybody's, or that of the client with this ICE ufrag alone."""
        if ufrag:
            self._weathers[ufrag] = weather
        else:
            self.weather = weather
        self._random = random.Random(weather.seed)

    def cut(self, ufrags: Collection[str], *, and_new: bool = False) -> None:
        """Let nothing through of the clients with these ICE ufrags, from whatever port they try.

        `and_new`: nor from addresses never seen before, whoever sends there.
        """
        self._cut_ufrags |= set(ufrags)
        self._are_new_cut = self._are_new_cut or and_new
        for flow in self.flows.values():
            flow.is_cut = flow.is_cut or flow.ufrag in self._cut_ufrags

    def mend(self) -> None:
        """Everybody's network is whole again."""
        self._cut_ufrags.clear()
        self._are_new_cut = False
        for flow in self.flows.values():
            flow.is_cut = False

    async def close(self) -> None:
        self._forget()
        if self._down is not None:
            self._down.close()

    def _take_up(self, data: bytes, client: Address) -> None:
        flow = self.flows.get(client)
        if flow is None:
            flow = self.flows[client] = Flow(client=client, is_cut=self._are_new_cut)
            flow.up = UdpEnd(self._upstream[0], lambda data, _: self.send_down(flow, data))
        if not flow.ufrag:
            flow.ufrag = read_ufrag(data)
            flow.is_cut = flow.is_cut or flow.ufrag in self._cut_ufrags
        if not flow.is_cut and flow.up is not None:
            flow.packets_up += 1
            self._pass(flow, flow.up, data, is_up=True)

    def send_down(self, flow: Flow, data: bytes) -> None:
        if not flow.is_cut and self._down is not None:
            flow.packets_down += 1
            self._pass(flow, self._down, data, is_up=False)

    def _forget(self) -> None:
        flows, self.flows = self.flows, {}
        for flow in flows.values():
            if flow.up is not None:
                flow.up.close()

    def _pass(self, flow: Flow, end: UdpEnd, data: bytes, *, is_up: bool) -> None:
        weather = self._weathers.get(flow.ufrag, self.weather)
        if weather.loss and self._random.random() < weather.loss:
            return
        delay_ms = weather.delay_ms + weather.jitter_ms * self._random.random()
        loop = asyncio.get_running_loop()
        if self.watch is not None:
            self.watch(flow, data, loop.time() + (delay_ms / 1000 if is_up else 0.0), is_up)
        address = self._upstream if is_up else flow.client
        if delay_ms:
            loop.call_later(delay_ms / 1000, end.send, data, address)
        else:
            end.send(data, address)
