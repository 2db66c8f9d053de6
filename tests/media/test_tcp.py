"""The TCP port over loopback: connections are bounded, watched and forgotten."""

import asyncio
import errno
import socket
from collections.abc import AsyncIterator

import pytest

from media.framing import MAX_PACKET_BYTES, Deframer, frame
from media.tcp import CHECK_S, IDLE_S, QUEUE_BYTES, TcpConnection, TcpPort
from tests.media.live_stage import until

LIMIT = 3


class House:
    """A port and what it told."""

    def __init__(self) -> None:
        self.packets: list[tuple[TcpConnection, bytes]] = []
        self.closed: list[TcpConnection] = []
        self.port = TcpPort("127.0.0.1", 0, LIMIT, self._take, self.closed.append)
        self.clients: list[socket.socket] = []

    @property
    def connections(self) -> list[TcpConnection]:
        return list(self.port._connections)

    @property
    def now(self) -> float:
        return asyncio.get_running_loop().time()

    async def dial(self) -> socket.socket:
        client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        client.setblocking(False)
        self.clients.append(client)
        count = len(self.port) + self.port.counters["tcp_refused"]
        await asyncio.get_running_loop().sock_connect(client, ("127.0.0.1", self.port.port))
        await until(
            lambda: len(self.port) + self.port.counters["tcp_refused"] > count, "it is accepted"
        )
        return client

    async def say(self, client: socket.socket, data: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(client, data)

    async def hear(self, client: socket.socket) -> bytes:
        """What comes next; nothing at the end."""
        async with asyncio.timeout(10):
            return await asyncio.get_running_loop().sock_recv(client, 65536)

    async def is_ended(self, client: socket.socket) -> bool:
        try:
            return await self.hear(client) == b""
        except ConnectionResetError:
            return True

    def _take(self, connection: TcpConnection, packets: list[bytes]) -> None:
        self.packets += [(connection, packet) for packet in packets]


@pytest.fixture
async def house() -> AsyncIterator[House]:
    made = House()
    await made.port.start()
    yield made
    await made.port.close()
    await made.port.close()
    for client in made.clients:
        client.close()


async def test_packets_arrive_with_the_connection_they_came_on(house: House) -> None:
    client = await house.dial()
    await house.say(client, frame([b"one", b"two"]))
    await until(lambda: len(house.packets) == 2, "both packets come")
    [connection] = house.connections
    assert house.packets == [(connection, b"one"), (connection, b"two")]
    assert connection.address == client.getsockname()


async def test_packets_leave_in_frames_and_in_order(house: House) -> None:
    client = await house.dial()
    [connection] = house.connections
    connection.send_all([b"one", b"two"])
    connection.send(b"three")
    deframer, out = Deframer(), list[bytes]()
    while len(out) < 3:
        out += deframer.feed(await house.hear(client))
    assert out == [b"one", b"two", b"three"]


async def test_a_connection_without_a_check_is_closed_in_time(house: House) -> None:
    client = await house.dial()
    house.port.sweep(house.now + CHECK_S - 1)
    assert len(house.port) == 1
    house.port.sweep(house.now + CHECK_S)
    assert await house.is_ended(client)
    await until(lambda: len(house.closed) == 1, "its end is told")
    assert len(house.port) == 0
    assert house.port.counters["tcp_unproven"] == 1


async def test_a_proven_connection_stays_while_something_comes(house: House) -> None:
    client = await house.dial()
    [connection] = house.connections
    connection.prove()
    await house.say(client, frame([b"alive"]))
    await until(lambda: len(house.packets) == 1, "a packet comes")
    house.port.sweep(house.now + IDLE_S - 5)
    assert len(house.port) == 1
    house.port.sweep(house.now + IDLE_S)
    assert await house.is_ended(client)
    assert house.port.counters["tcp_idle"] == 1


async def test_a_stream_of_something_else_is_closed_at_once(house: House) -> None:
    client = await house.dial()
    await house.say(client, frame([b"before"]) + b"GET / HTTP/1.1\r\n\r\n")
    assert await house.is_ended(client)
    assert [packet for _, packet in house.packets] == [b"before"]
    assert house.port.counters["tcp_broken"] == 1
    await until(lambda: len(house.closed) == 1, "its end is told")


async def test_a_connection_the_peer_ends_is_forgotten(house: House) -> None:
    client = await house.dial()
    [connection] = house.connections
    await house.say(client, b"\x00\x09half")
    client.close()
    await until(lambda: house.closed == [connection], "its end is told")
    assert len(house.port) == 0
    connection.send(b"late")
    connection.close(house.now)
    connection.abort()
    assert house.port.counters["tcp_drops"] == 1


async def test_too_many_connections_cost_the_oldest_that_proved_nothing(house: House) -> None:
    first = await house.dial()
    second = await house.dial()
    house.connections[0].prove()
    for _ in range(LIMIT - 1):
        await house.dial()
    assert len(house.port) == LIMIT
    assert await house.is_ended(second)
    assert house.connections[0].address == first.getsockname()
    assert house.port.counters["tcp_refused"] == 1


async def test_a_newcomer_is_refused_when_all_others_are_proven(house: House) -> None:
    for _ in range(LIMIT):
        await house.dial()
    proven = house.connections
    for connection in proven:
        connection.prove()
    assert await house.is_ended(await house.dial())
    assert house.connections == proven


async def test_a_slow_peer_loses_packets_and_keeps_its_checks(house: House) -> None:
    client = await house.dial()
    [connection] = house.connections
    packet, sent = bytes(1000), 0
    while not house.port.counters["tcp_drops"]:  # nobody reads: kernel and queue fill up
        connection.send_all([packet] * 20)
        sent += 20
        assert sent < 100_000
    transport = connection._transport
    assert transport is not None
    assert transport.get_write_buffer_size() <= QUEUE_BYTES
    before = house.port.counters["tcp_drops"]
    connection.send_all([packet])
    assert house.port.counters["tcp_drops"] == before + 1
    connection.send(b"check")
    assert house.port.counters["tcp_drops"] == before + 1
    deframer, out = Deframer(), list[bytes]()
    while b"check" not in out:
        out += deframer.feed(await house.hear(client))
    assert len(out) == sent - before + 1
    assert set(out) == {packet, b"check"}


async def test_checks_for_a_slow_peer_are_bounded_too(house: House) -> None:
    await house.dial()
    [connection] = house.connections
    for _ in range(20_000):
        connection.send(bytes(MAX_PACKET_BYTES))
    assert house.port.counters["tcp_drops"] > 0


async def test_a_connection_we_end_says_what_waits_first(house: House) -> None:
    client = await house.dial()
    [connection] = house.connections
    connection.send(b"goodbye")
    connection.close(house.now)
    connection.close(house.now)
    assert await house.hear(client) == frame([b"goodbye"])
    assert await house.hear(client) == b""


async def test_a_peer_that_does_not_read_cannot_hold_a_connection(house: House) -> None:
    client = await house.dial()
    [connection] = house.connections
    connection.prove()
    while not house.port.counters["tcp_drops"]:
        connection.send_all([bytes(1000)] * 20)
    connection.close(house.now)
    assert len(house.port) == 1
    house.port.sweep(house.now + CHECK_S)
    await until(lambda: len(house.port) == 0, "it is gone")
    client.close()


async def test_a_taken_port_is_an_error(house: House) -> None:
    with pytest.raises(OSError, match="in use") as caught:
        TcpPort("127.0.0.1", house.port.port, 1, lambda *_: None, lambda *_: None)
    assert caught.value.errno == errno.EADDRINUSE


async def test_a_port_that_never_listened_closes() -> None:
    port = TcpPort("127.0.0.1", 0, 1, lambda *_: None, lambda *_: None)
    await port.close()
