"""The one TCP port (RFC 6544, passive): connections that carry what the UDP port carries.

Each packet travels in a frame (`media.framing`). A connection is a path as a UDP address is one,
but it has an end: it must prove itself by a signed check, it is forgotten when it closes, and
what is sent on it waits in a queue with a limit. It knows nothing of what is in a packet.
Invariant: nothing a peer does raises out of here; connections and what they keep are bounded.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Sequence

from media.framing import LENGTH_BYTES, Deframer, frame
from media.sockets import open_bound

# A connection that has shown no signed check by then is closed; so is one that will not end.
CHECK_S = 5.0
# A proven connection on which nothing came for so long is closed: browsers check every path.
IDLE_S = 60.0
BACKLOG = 128
READ_BYTES = 65_536
# What may wait for a slow peer: half a second of two megabits. Checks and handshakes may pass on.
QUEUE_BYTES = 128 * 1024
CONTROL_BYTES = QUEUE_BYTES + 16 * 1024
# The kernel keeps little that it has not sent, so that what waits is ours to drop.
_UNSENT_BYTES = 64 * 1024
_UNANSWERED_MS = 10_000

Address = tuple[str, int]
COUNTERS = (
    "tcp_refused",  # connections closed because there were too many
    "tcp_unproven",  # connections closed because no signed check came
    "tcp_idle",  # proven connections closed because nothing came any more
    "tcp_broken",  # connections closed because of what is no frame of ours
    "tcp_drops",  # packets not sent because the peer was behind
)


class TcpConnection(asyncio.BufferedProtocol):
    """One peer's connection; hashed by identity, so that it can stand where an address does."""

    def __init__(self, port: "TcpPort") -> None:
        self.address: Address = ("", 0)
        self.is_proven = False
        self.deadline = 0.0
        self._port = port
        self._deframer = Deframer()
        self._transport: asyncio.Transport | None = None

    # -- asyncio calls these ------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        name = transport.get_extra_info("peername") or ("::", 0)
        self.address = (name[0].removeprefix("::ffff:"), name[1])
        _set_up(transport.get_extra_info("socket"))
        self._port.admit(self)

    def get_buffer(self, sizehint: int) -> bytearray:
        return self._port.buffer  # one for all: it is emptied before another is read

    def buffer_updated(self, nbytes: int) -> None:
        packets = self._deframer.feed(bytes(memoryview(self._port.buffer)[:nbytes]))
        self._port.process(self, packets, is_broken=self._deframer.is_broken)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._port.forget(self)

    # -- we call these ------------------------------------------------------------------------

    def prove(self) -> None:
        """A signed check came on it: it may stay."""
        self.is_proven = True

    def send(self, packet: bytes) -> None:
        """Send what a path lives by: a check's answer, a handshake."""
        self._write((packet,), CONTROL_BYTES)

    def send_all(self, packets: Sequence[bytes]) -> None:
        """Send packets in order; those that a slow peer has no room for are dropped."""
        self._write(packets, QUEUE_BYTES)

    def close(self, now: float) -> None:
        """Send what waits, then end; at the latest in `CHECK_S`. May be called twice."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.close()
            self.is_proven = False
            self.deadline = now + CHECK_S

    def abort(self) -> None:
        """End at once. May be called twice."""
        if self._transport is not None:
            self._transport.abort()

    def _write(self, packets: Sequence[bytes], limit_bytes: int) -> None:
        transport = self._transport
        kept = 0
        if transport is not None and not transport.is_closing():
            free = limit_bytes - transport.get_write_buffer_size()
            for packet in packets:
                free -= LENGTH_BYTES + len(packet)
                if free < 0:
                    break
                kept += 1
            if kept:
                transport.write(frame(packets[:kept]))
        self._port.counters["tcp_drops"] += len(packets) - kept


class TcpPort:
    """The listening port and its connections.

    `on_packets(connection, packets)` and `on_closed(connection)` are called from the event loop.
    """

    def __init__(
        self,
        host: str,
        port: int,
        limit: int,
        on_packets: Callable[[TcpConnection, list[bytes]], None],
        on_closed: Callable[[TcpConnection], None],
    ) -> None:
        """Bind; `host` "" is every address of both families. Raises OSError."""
        self.counters = dict.fromkeys(COUNTERS, 0)
        self.buffer = bytearray(READ_BYTES)
        self._socket = open_bound(socket.SOCK_STREAM, host, port)
        self._limit = limit
        self._on_packets = on_packets
        self._on_closed = on_closed
        self._connections: dict[TcpConnection, None] = {}  # in the order they came
        self._server: asyncio.Server | None = None
        self._loop = asyncio.get_running_loop()
        self.port = int(self._socket.getsockname()[1])

    def __len__(self) -> int:
        return len(self._connections)

    async def start(self) -> None:
        """Listen. Raises OSError."""
        self._server = await self._loop.create_server(
            lambda: TcpConnection(self), sock=self._socket, backlog=BACKLOG
        )

    async def close(self) -> None:
        """Stop listening and end every connection. May be called twice."""
        self._socket.close() if self._server is None else self._server.close()
        for connection in list(self._connections):
            connection.abort()
        await asyncio.sleep(0)  # asyncio tells the connections in its next round

    def sweep(self, now: float) -> None:
        """End the connections whose time is over."""
        for connection in [one for one in self._connections if now >= one.deadline]:
            self.counters["tcp_idle" if connection.is_proven else "tcp_unproven"] += 1
            connection.abort()

    # -- connections call these ---------------------------------------------------------------

    def admit(self, connection: TcpConnection) -> None:
        """A new connection: when there are too many, the oldest that proved nothing goes."""
        connection.deadline = self._loop.time() + CHECK_S
        self._connections[connection] = None
        if len(self._connections) > self._limit:
            self.counters["tcp_refused"] += 1
            unproven = (one for one in self._connections if not one.is_proven)
            ended = next(unproven, connection)
            del self._connections[ended]
            ended.abort()

    def process(self, connection: TcpConnection, packets: list[bytes], *, is_broken: bool) -> None:
        """What came on a connection."""
        if connection.is_proven:
            connection.deadline = self._loop.time() + IDLE_S
        if packets:
            self._on_packets(connection, packets)
        if is_broken:
            self.counters["tcp_broken"] += 1
            connection.abort()

    def forget(self, connection: TcpConnection) -> None:
        """A connection is over."""
        self._connections.pop(connection, None)
        self._on_closed(connection)


def _set_up(opened: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it may be over already; asyncio will tell
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _UNSENT_BYTES)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNANSWERED_MS)
