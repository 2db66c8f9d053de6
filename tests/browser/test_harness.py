"""The tests' own tools: a proxy that cuts, a relay that loses by seed, faces that are known."""

import asyncio
import socket
from pathlib import Path
from typing import cast

import pytest

from tests.bench.stun_client import build_check
from tests.browser import private_network
from tests.browser.faces import FACES, name_colour, write_camera, write_voice
from tests.browser.network import TcpProxy, UdpRelay, Weather, read_ufrag


async def _echo_server() -> tuple[asyncio.Server, int]:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(100):
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    return server, server.sockets[0].getsockname()[1]


async def test_a_cut_proxy_holds_bytes_and_a_mended_one_delivers_them() -> None:
    server, port = await _echo_server()
    proxy = TcpProxy(("127.0.0.1", port))
    await proxy.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    writer.write(b"a")
    assert await asyncio.wait_for(reader.readexactly(1), 5) == b"a"
    proxy.cut()
    writer.write(b"b")
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(reader.readexactly(1), 0.2)
    proxy.mend()
    assert await asyncio.wait_for(reader.readexactly(1), 5) == b"b"
    writer.close()
    await proxy.close()
    server.close()


class _Echo(asyncio.DatagramProtocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.transport.sendto(data, addr)


class _Client:
    """A blocking-free datagram socket towards the relay."""

    def __init__(self, port: int) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.connect(("127.0.0.1", port))

    async def ask(self, data: bytes, timeout_s: float = 5.0) -> bytes:
        self.socket.send(data)
        loop = asyncio.get_running_loop()
        return await asyncio.wait_for(loop.sock_recv(self.socket, 2048), timeout_s)


async def test_the_relay_cuts_the_client_whose_ufrag_it_saw_and_no_other() -> None:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(_Echo, local_addr=("127.0.0.1", 0))
    relay = UdpRelay(transport.get_extra_info("sockname"))
    await relay.start()
    cut, moved, free, fresh, late = (_Client(relay.port) for _ in range(5))
    check = build_check(local_ufrag="mine", remote_ufrag="server", remote_pwd="pwd")
    assert await cut.ask(check) == check
    assert await free.ask(b"free") == b"free"
    relay.cut(["mine"])
    with pytest.raises(asyncio.TimeoutError):
        await cut.ask(b"dark", 0.2)
    with pytest.raises(asyncio.TimeoutError):
        await moved.ask(check, 0.2)  # a browser that lost its network tries other ports
    assert await free.ask(b"free") == b"free"
    assert await fresh.ask(b"somebody else's") == b"somebody else's"
    relay.cut([], and_new=True)
    with pytest.raises(asyncio.TimeoutError):
        await late.ask(b"a port not seen before the cut", 0.2)
    assert await free.ask(b"free") == b"free"
    relay.mend()
    assert await cut.ask(b"light") == b"light"
    for client in (cut, moved, free, fresh, late):
        client.socket.close()
    await relay.close()
    transport.close()


async def test_the_same_seed_loses_the_same_datagrams() -> None:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(_Echo, local_addr=("127.0.0.1", 0))
    relay = UdpRelay(transport.get_extra_info("sockname"))
    await relay.start()

    async def survivors() -> list[int]:
        relay.set_weather(Weather(loss=0.3, seed=7))
        client = _Client(relay.port)
        kept = []
        for number in range(20):
            try:
                await client.ask(bytes([number]), 0.03)
                kept.append(number)
            except TimeoutError:
                pass
        client.socket.close()
        return kept

    first = await survivors()
    assert 0 < len(first) < 20
    assert await survivors() == first
    await relay.close()
    transport.close()


def test_a_ufrag_is_read_from_a_check_and_from_nothing_else() -> None:
    check = build_check(local_ufrag="abcd", remote_ufrag="server", remote_pwd="pwd")
    assert read_ufrag(check) == "abcd"
    assert read_ufrag(b"\x80" * 100) == ""
    assert read_ufrag(b"") == ""


def test_faces_are_told_apart_by_colour() -> None:
    assert [name_colour(*face.colour) for face in FACES] == [1, 2, 3, 4]
    assert name_colour(0, 0, 0) is None


def test_a_camera_and_a_voice_are_files_of_the_right_size(tmp_path: Path) -> None:
    write_camera(FACES[0], tmp_path / "face.y4m")
    write_voice(FACES[0], tmp_path / "voice.wav")
    assert (tmp_path / "face.y4m").stat().st_size > 10 * 320 * 180 * 1.5
    assert (tmp_path / "voice.wav").stat().st_size > 6 * 48_000 * 2


def test_a_private_network_is_refused_with_the_machine_s_own_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "unshare: unshare failed: Operation not permitted"
    (tmp_path / "unshare").write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 1\n")
    (tmp_path / "unshare").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert private_network.refusal() == said


def test_a_test_that_is_marked_so_is_run_in_a_private_network_and_no_other(
    request: pytest.FixtureRequest,
) -> None:
    plain = request.node
    marked = pytest.Function.from_parent(plain.parent, name="marked", callobj=lambda: None)
    marked.add_marker(pytest.mark.private_network)
    kept, wrapped = private_network.wrap([plain, marked], 1.0)
    assert kept is plain
    assert isinstance(wrapped, private_network.PrivateItem)
    assert wrapped.nodeid == marked.nodeid
